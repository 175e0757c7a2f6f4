"""One more study leaves the published values alone, and taking it out leaves no trace."""

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.review.adding import ADDED, with_one_more
from tests.sections.rendering import TEMPLATES
from trdreport.checks import check
from trdreport.publish.assembling import data_files
from trdreport.publish.computing import compute
from trdreport.records.loading import Registry, load_registry
from trdreport.work.scheduling import processes
from trdreport.work.store import Store, open_store


def taken_out(root: Path) -> None:
    """Undo what `with_one_more` did, as a reverted pull request does."""
    (root / "studies" / f"{ADDED}.yaml").unlink()
    for name in ("references.bib", "search.yaml"):
        shutil.copy(ROOT / "registry" / name, root / name)


def test_one_more_study_is_valid_and_the_papers_review_is_as_before(
    real_registry: Registry, tmp_path: Path
) -> None:
    root = with_one_more(tmp_path / "registry")
    more = load_registry(root)
    assert more.updated
    assert len(more.studies) == len(real_registry.studies) + 1
    assert more.as_published.studies == real_registry.as_published.studies
    assert more.as_published.searches == real_registry.as_published.searches
    assert any(ADDED in found.studies for found in check(more))  # it looks like its model
    taken_out(root)
    assert load_registry(root).contents == real_registry.contents


@pytest.mark.slow
def test_data_files_with_one_more_study_and_without_it_again(
    real_registry: Registry, tmp_path: Path
) -> None:
    """From the store of the checkout, as a build here would."""
    root = with_one_more(tmp_path / "registry")
    with open_store(ROOT / ".trdreport-cache") as store:
        before = files(real_registry, store)
        after = files(load_registry(root), store)
        taken_out(root)
        again = files(load_registry(root), store)
    assert again == before
    old, new = (list(csv.DictReader(each["claims.csv"].decode().splitlines()))
                for each in (before, after))  # fmt: skip
    assert new == old
    counted = Counter(row["verdict"] for row in new)
    assert counted.pop("not reproduced") == 1
    assert counted.total() == 51
    published, newest = real_registry.published.as_of, ADDED
    for name in ("clusters.csv", "analyses.csv"):
        rows = list(csv.DictReader(after[name].decode().splitlines()))
        assert {row["as_of"] for row in rows} == {published, newest}


def files(registry: Registry, store: Store) -> dict[str, bytes]:
    """The data of the site."""
    with processes() as here:
        computed = compute(registry, TEMPLATES, store, scheduler=here, quick=True)
    return {file.name: file.make(store) for file in data_files(computed)}
