"""What the tests of sections share: the tiny registry, planned and computed."""

from pathlib import Path

import pytest

from tests.conftest import REGISTRIES
from tests.sections.rendering import TEMPLATES, planned
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
def computed(tiny_registry: Path, cache: Path) -> Computed:
    """The tiny registry with its results, without robustness."""
    with open_store(cache) as store:
        return compute(load_registry(tiny_registry), TEMPLATES, store, quick=True)
