"""Registries and sites that several tests share."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.registries.miola import write_miola
from tests.registries.patching import CHANGES, lay
from trdreport.publish.build import build
from trdreport.records.loading import Registry, load_registry

ROOT = Path(__file__).parent.parent
REGISTRIES = Path(__file__).parent / "registries"


@pytest.fixture(scope="session")
def real_registry() -> Registry:
    """The living registry of the review, for what must hold of its data; see tests/review."""
    return load_registry(ROOT / "registry")


@pytest.fixture(scope="session")
def miola(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The review as it was published, frozen, for what the engine must do with such data."""
    return load_registry(write_miola(tmp_path_factory.mktemp("miola") / "registry"))


@pytest.fixture
def overlaid(tmp_path: Path) -> Callable[[str], Path]:
    """A copy of the valid tiny registry with one of the faults laid over it."""

    def overlay(case: str) -> Path:
        root = tmp_path / "registry"
        shutil.copytree(REGISTRIES / "valid", root)
        if case != "valid":
            lay(CHANGES[case], root)
        return root

    return overlay


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of one test run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def made_once(folder: Path) -> Iterator[bool]:
    """Whether a shared folder is still to be made; other processes wait until it is."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not folder.exists()


@pytest.fixture(scope="session")
def cache(shared: Path) -> Path:
    """A result store that tests share; a build without it computes everything."""
    folder = shared / "cache"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def tiny_registry(shared: Path) -> Path:
    """The valid tiny registry outside of this project's history, which a report would tell of."""
    root = shared / "tiny" / "registry"
    root.parent.mkdir(exist_ok=True)
    with made_once(root) as new:
        if new:
            shutil.copytree(REGISTRIES / "valid", root)
    return root


@pytest.fixture(scope="session")
def tiny_site(tiny_registry: Path, cache: Path) -> Path:
    """A site built from the valid tiny registry."""
    site = tiny_registry.parent / "site"
    with made_once(site) as new:
        if new:
            build(load_registry(tiny_registry), site, ROOT / "templates", cache=cache, archive=True)
    return site
