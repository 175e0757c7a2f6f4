"""What the tests of sections share: the tiny registry, planned and computed."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import REGISTRIES
from tests.registries.living import edition, results, update
from tests.registries.patching import CHANGES, lay
from tests.sections.rendering import TEMPLATES, planned
from trdreport.engine.living.run import run_living
from trdreport.model.plan import Looks, Settle
from trdreport.publish.computing import compute
from trdreport.records.loading import Registry, load_registry
from trdreport.sections.facts.computed import Computed
from trdreport.work.store import open_store


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The valid tiny registry."""
    return load_registry(REGISTRIES / "valid")


@pytest.fixture(scope="session")
def plan(registry: Registry) -> Computed:
    """The tiny registry without results."""
    return planned(registry)


@pytest.fixture(scope="session")
def living(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Computed:
    """The tiny registry with an edition, since then an update and a correction, through time."""
    root = tmp_path_factory.mktemp("living") / "registry"
    shutil.copytree(REGISTRIES / "valid", root)
    edition(root, cache, "one", "2023-01-01", "The first.")
    update(root)
    computed = results(root, cache)
    states = [(state.registry, state.results) for state in computed.states]
    settle = Settle(studies=(2,), rates=(0.0, 0.5), futures=4, permutations=100, seed=1)
    plan = computed.registry.plan.model_copy(
        update={"settle": settle, "looks": Looks(spending="obrien_fleming", planned=3)}
    )
    registry = replace(computed.registry, plan=plan)
    with open_store(cache) as store:
        return replace(computed, registry=registry, living=run_living(registry, states, store))


@pytest.fixture(scope="session")
def computed(tiny_registry: Path, cache: Path) -> Computed:
    """The tiny registry with its results, without robustness."""
    with open_store(cache) as store:
        return compute(load_registry(tiny_registry), TEMPLATES, store, quick=True)


@pytest.fixture(scope="session")
def updated(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Computed:
    """The same with a third study that an update search found."""
    root = tmp_path_factory.mktemp("updated") / "registry"
    shutil.copytree(REGISTRIES / "valid", root)
    lay(CHANGES["updated"], root)
    with open_store(cache) as store:
        return compute(load_registry(root), TEMPLATES, store, quick=True)
