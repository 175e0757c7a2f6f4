"""How current a review is follows from its records, and so does what PRISMA-LSR asks."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.checks.test_practice import work
from tests.conftest import REGISTRIES
from tests.registries.patching import CHANGES, lay
from trdreport.checks.living import LIVING, currency, months_later
from trdreport.checks.practice import Status, judge
from trdreport.errors import DataError
from trdreport.records.loading import Registry, load_registry
from trdreport.records.new_candidate import write_candidate


@pytest.fixture
def updated(tmp_path: Path) -> Registry:
    root = tmp_path / "registry"
    shutil.copytree(REGISTRIES / "valid", root)
    lay(CHANGES["updated"], root)
    return load_registry(root)


def planned(registry: Registry, months: int) -> Registry:
    return replace(registry, plan=registry.plan.model_copy(update={"search_every_months": months}))


def status(registry: Registry, item: str) -> Status:
    (found,) = [v.status for v in judge(work(registry), LIVING) if v.rule.startswith(item)]
    return found


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2022, 4, 23), 12, date(2023, 4, 23)),
        (date(2022, 10, 31), 4, date(2023, 2, 28)),
        (date(2023, 10, 31), 4, date(2024, 2, 29)),
        (date(2022, 12, 31), 1, date(2023, 1, 31)),
        (date(2022, 5, 31), 1, date(2022, 6, 30)),
    ],
)
def test_the_same_day_of_a_later_month(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


def test_the_next_search_is_counted_from_the_newest(updated: Registry) -> None:
    assert currency(updated).due is None
    assert currency(planned(updated, 6)).due == date(2024, 7, 1)
    for item in ("The schedule of the searches", "The status says"):
        assert status(updated, item) is Status.NOT_MET
        assert status(planned(updated, 6), item) is Status.MET


def test_an_update_is_one_more_look(updated: Registry) -> None:
    assert status(updated, "Analysis allows") is Status.NOT_MET
    assert status(updated.as_published, "Analysis allows") is Status.MET


def test_who_searched_is_known_when_every_search_says_it(updated: Registry) -> None:
    first, *rest = updated.searches
    some = replace(updated, searches=(first.model_copy(update={"by": "Ada"}), *rest))
    assert status(some, "The authors of each version") is Status.UNKNOWN
    every = tuple(s.model_copy(update={"by": "Ada"}) for s in updated.searches)
    named = replace(updated, searches=every)
    assert status(named, "The authors of each version") is Status.MET


def test_what_a_waiting_candidate_could_add(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("valid")
    before = load_registry(root)
    path = write_candidate(before, root, "alpha2018", "Alpha again", "an alert")
    (unknown,) = currency(load_registry(root)).waiting
    assert unknown.analyses is None
    path.write_text(path.read_text() + "modality: VBM\ncontrasts: [HC>TRD]\n")
    (known,) = currency(load_registry(root)).waiting
    assert known.analyses == tuple(
        a.title for a in before.plan.analyses if "VBM" in a.modalities and "HC>TRD" in a.contrasts
    )
    assert known.analyses
    path.write_text(path.read_text().replace("VBM", "VBN").replace("HC>TRD", "HC>XX"))
    with pytest.raises(DataError) as caught:
        load_registry(root)
    told = " ".join(problem.message for problem in caught.value.problems)
    assert "'VBN' is not declared; did you mean 'VBM'?" in told
    assert "'XX' is not declared" in told


def test_every_item_has_its_evidence(updated: Registry) -> None:
    for verdict in judge(work(updated), LIVING):
        assert verdict.rule
        assert verdict.evidence.endswith(".")
        assert verdict.source == ("akl2024",)
