"""A registry that lives: its results locked, editions recorded, records changed."""

from datetime import date
from pathlib import Path

from tests.registries.patching import CHANGES, lay
from trdreport.engine.lock import LOCK_FILE
from trdreport.figures.templates import default_templates
from trdreport.publish.computing import compute
from trdreport.publish.editions import Announced, check_recordable, record
from trdreport.records.loading import load_registry
from trdreport.sections.facts.computed import Computed
from trdreport.work.files import write_new
from trdreport.work.scheduling import one_by_one
from trdreport.work.store import open_store


def results(root: Path, cache: Path) -> Computed:
    """What is computed of the registry at `root`."""
    with open_store(cache) as store:
        return compute(load_registry(root), default_templates(), store, quick=True)


def lock(root: Path, cache: Path) -> None:
    """Accept the results, as `build --update-lock` does."""
    (root / LOCK_FILE).write_text(results(root, cache).lock)


def edition(root: Path, cache: Path, name: str, day: str, note: str = "") -> None:
    """Lock the results and record them, as `trdreport edition` does."""
    lock(root, cache)
    registry, announced = load_registry(root), Announced(name, date.fromisoformat(day), note)
    check_recordable(registry, announced)
    with open_store(cache) as store:
        write_new(record(registry, announced, default_templates(), store, one_by_one))


def update(root: Path) -> None:
    """A search more, with a study, and a correction."""
    lay(CHANGES["updated"], root)


def edit(root: Path, old: str, new: str, name: str = "studies/alpha2018.yaml") -> None:
    """Change a record; raises AssertionError where `old` is not in it."""
    path = root / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
