# make report and make test do all set-up; the environment lives in .venv.
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.8
STAMP := $(VENV)/.ready
SYSTEM_STAMP := $(VENV)/.system
TEST_STAMP := $(VENV)/.system-test

.DEFAULT_GOAL := help
.PHONY: help report test test-all lint bench format lock clean

help: ## show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

report: $(STAMP) ## build the report into site/
	$(BIN)/trdreport build

test: lint $(TEST_STAMP) ## check style and types, run the fast tests
	$(BIN)/pytest -m "not slow"

test-all: lint $(TEST_STAMP) ## the same with the slow proofs
	$(BIN)/pytest

lint: $(STAMP) ## check format, style, types and the direction of imports
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP) ## measure against NiMARE; writes benchmarks/results.json
	$(BIN)/python benchmarks/permutations.py

format: $(STAMP) ## rewrite the code in the project's format
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: $(STAMP) ## pin the newest allowed versions in requirements.lock
	$(VENV)/uv/bin/uv pip compile pyproject.toml --group dev --universal --generate-hashes \
		--no-emit-index-url --no-header --upgrade --quiet -o requirements.lock

clean: ## remove the environment and the built site
	rm -rf $(VENV)
	find site -mindepth 1 -not -name README.md -not -name .gitignore -delete

$(SYSTEM_STAMP): scripts/system-packages
	scripts/system-packages report
	@mkdir -p $(VENV) && touch $@

$(TEST_STAMP): scripts/system-packages $(STAMP)
	scripts/system-packages test
	@touch $@

$(STAMP): $(SYSTEM_STAMP) requirements.lock pyproject.toml
	$$(scripts/find-python) -m venv $(VENV)
	$(BIN)/python -m venv $(VENV)/uv
	$(VENV)/uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(VENV)/uv/bin/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(VENV)/uv/bin/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@
