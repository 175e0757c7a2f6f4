# make report and make test do all set-up; the environment lives in .venv.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BROWSER := $(VENV)/.browser
NPM := $(VENV)/.npm
TESTABLE := test-packages $(READY) $(BROWSER) $(NPM) lint

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help report test test-all lint bench format lock clean test-packages

help: ## show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

report: $(READY) ## build the report into site/
	$(BIN)/trdreport build

test: $(TESTABLE) ## check style and types, run the fast tests
	$(BIN)/pytest -n auto --dist loadfile -m "not slow"

test-all: $(TESTABLE) ## the same with the slow proofs
	$(BIN)/pytest -n auto --dist loadfile

lint: $(READY) ## check format, style, types and the direction of imports
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) $(BROWSER) ## measure all figures, also against NiMARE; writes benchmarks/results.json
	$(BIN)/python -m benchmarks.permutations
	$(BIN)/python -m benchmarks.builds
	$(BIN)/python -m benchmarks.reviews
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.serving
	$(BIN)/python -m benchmarks.commands

format: $(READY) ## rewrite the code in the project's format
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: $(READY) ## pin the newest allowed versions in requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes \
		--no-emit-index-url --no-header --upgrade --quiet -o requirements.lock

clean: ## remove the environment and the built site
	rm -rf $(VENV)
	find site -mindepth 1 -not -name README.md -not -name .gitignore -delete

test-packages:
	@scripts/system-packages test

$(BROWSER): $(READY)
	@scripts/browser $(BIN)/playwright
	@touch $@

$(NPM): $(READY) scripts/npm/package-lock.json
	@scripts/npm-packages $(VENV)/npm
	@touch $@

# uv comes first, from the lock like all else, and then installs the rest. Wheels only: nothing is
# built, so nothing enters without its hash.
$(READY): requirements.lock pyproject.toml
	@scripts/system-packages report
	@echo "Setting up $(VENV); the first time takes a minute or two"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || \
		{ python=$$(scripts/find-python) && "$$python" -m venv --clear $(VENV); }
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: \
		--require-hashes -r $(VENV)/uv.txt
	@$(BIN)/uv pip sync --quiet --no-build --compile-bytecode --python $(BIN)/python \
		--require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .
	@touch $@
