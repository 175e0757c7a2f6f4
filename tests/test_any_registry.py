"""No registry that passes `validate` ends in a traceback, whatever its models allow."""

import random
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tests.conftest import REGISTRIES
from tests.mutations import TEXTS, Data, Mutation, as_yaml, mutations, read, shown, write
from tests.registries.patching import CHANGES, lay
from tests.sections.rendering import TEMPLATES, site
from tests.suspects import suspects
from trdreport.errors import DataError
from trdreport.model import kinds
from trdreport.publish.assembling import data_files, tables_as_files
from trdreport.publish.build import published
from trdreport.publish.computing import compute
from trdreport.publish.viewer import viewer_files
from trdreport.records.loading import Registry, load_registry
from trdreport.records.messages import explain
from trdreport.records.yamlfile import parse_yaml
from trdreport.work.store import Store

TOGETHER = 12
"""Mutations of one registry; they do not touch each other."""


class Bench:
    """A registry with every optional part, what can be changed in it, and a folder to do so."""

    def __init__(self, folder: Path) -> None:
        self.root, self.changed = folder / "whole", folder / "changed"
        shutil.copytree(REGISTRIES / "valid", self.root)
        lay(CHANGES["whole"], self.root)
        self.base = read(self.root)
        self.all = tuple(mutations(self.base))
        self.store = Store(folder / "store")

    def load(self, some: Iterable[Mutation]) -> Registry | None:
        """The registry with some changes; None where it is refused."""
        data = self.base
        for mutation in some:
            data = mutation.apply(data)
        if not models_take(data, self.base):
            return None
        shutil.rmtree(self.changed, ignore_errors=True)
        shutil.copytree(self.root, self.changed)
        write(data, self.changed, self.base)
        try:
            return load_registry(self.changed)
        except DataError:
            return None

    def build(self, some: Iterable[Mutation], *, quick: bool = False) -> None:
        """Everything but pictures and the PDF, where the registry is not refused."""
        some = tuple(some)
        registry = self.load(some)
        if registry is None:
            return
        try:
            build(registry, self.store, quick=quick)
        except Exception as error:
            error.add_note("changed: " + "; ".join(mutation.name for mutation in some))
            raise

    def together(self, some: Iterable[Mutation]) -> Iterator[tuple[Mutation, ...]]:
        """Changes that a registry may have, each by itself and with its neighbours."""
        chunk: list[Mutation] = []
        waiting = [mutation for mutation in some if self.load([mutation])]
        while waiting:
            left = []
            for mutation in waiting:
                apart = not any(mutation.touches(other) for other in chunk)
                if len(chunk) < TOGETHER and apart and self.load([*chunk, mutation]):
                    chunk.append(mutation)
                else:
                    left.append(mutation)
            yield tuple(chunk)
            waiting, chunk = left, []


def models_take(data: Data, base: Data) -> bool:
    """Whether every changed file is what its model takes; what it says of others must be said."""
    for name, content in data.items():
        kind = kinds.kind_of(name)
        if kind is None or base.get(name) == content:
            continue
        try:
            file = parse_yaml(as_yaml(content), name)
        except DataError:
            return False
        try:
            TypeAdapter(kind.model).validate_python(file.data)
        except ValidationError as error:
            assert explain(error, file, kind.model)  # noqa: PT017 (it is said to people)
            return False
    return repr(data) != repr(base)  # the order counts


def build(registry: Registry, store: Store, *, quick: bool) -> None:
    """Results, all data, all pages, the article."""
    computed = compute(registry, TEMPLATES, store, quick=quick)
    report, pages, article = site(computed)
    assert article
    assert pages
    for file in (*data_files(computed), *tables_as_files(report)):
        file.make(store)
    viewer_files(registry, computed.results, store)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


def test_a_sample_of_changed_registries_is_refused_or_built(bench: Bench) -> None:
    some = random.Random(1).sample(bench.all, 60)  # noqa: S311 (a sample)
    for chunk in bench.together(some):
        bench.build(chunk, quick=True)


@pytest.mark.slow
def test_odd_registries_are_valid_and_built(bench: Bench) -> None:
    for odd in suspects(bench.base):
        assert bench.load([odd]), odd.name
        bench.build([odd])


@pytest.mark.slow
def test_any_text_can_be_drawn_and_set(bench: Bench) -> None:
    """Every text that may be anything is odd or long; pictures and the PDF are made as well."""
    endings = tuple(shown(text) for text in TEXTS)
    texts = [m for m in bench.all if m.name.endswith(endings) and bench.load([m])]
    random.Random(3).shuffle(texts)  # noqa: S311 (which are odd and which are long)
    chunk: list[Mutation] = []
    for mutation in texts:
        if not any(mutation.touches(other) for other in chunk) and bench.load([*chunk, mutation]):
            chunk.append(mutation)
    assert len(chunk) > 50
    assert {end for end in endings for m in chunk if m.name.endswith(end)} == set(endings)
    registry = bench.load(chunk)
    assert registry
    files = published(compute(registry, TEMPLATES, bench.store), TEMPLATES, bench.store)
    assert files["report.pdf"].startswith(b"%PDF")


@pytest.mark.slow
def test_a_large_sample_is_refused_or_built_with_robustness(bench: Bench) -> None:
    """A sample: all of the some 3,000 changes would take minutes."""
    some = random.Random(2).sample(bench.all, 100)  # noqa: S311 (a sample)
    for chunk in bench.together(some):
        bench.build(chunk)


@pytest.mark.slow
def test_registries_with_several_changes_are_refused_or_built(bench: Bench) -> None:
    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.sampled_from(bench.all), min_size=2, max_size=3))
    def refused_or_built(some: list[Mutation]) -> None:
        bench.build(some, quick=True)

    refused_or_built()
