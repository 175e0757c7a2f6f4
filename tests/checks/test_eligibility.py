"""Answers to the criteria of eligibility, and the living list."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from trdreport.checks import check
from trdreport.errors import DataError
from trdreport.model.eligibility import Answer
from trdreport.records.loading import Registry, load_registry
from trdreport.records.new_candidate import write_candidate
from trdreport.sections.candidates import eligibility_table, update_table


def told(registry: Registry) -> list[str]:
    return [doubt.message for doubt in check(registry) if doubt.code == "ELIGIBILITY"]


def with_answer(registry: Registry, criterion: str, *, met: bool) -> Registry:
    """The registry with another answer of its first study."""
    first, *others = registry.studies
    answers = first.eligibility | {criterion: Answer(met=met, reason="For this test.")}
    return replace(registry, studies=(first.model_copy(update={"eligibility": answers}), *others))


def test_records_that_agree_with_their_answers_are_in_order(miola: Registry) -> None:
    assert told(miola) == []


def test_an_included_study_that_fails_a_criterion_is_found(miola: Registry) -> None:
    found = told(with_answer(miola, "E6", met=False))
    assert any("E6 is said to fail, but the fields agree" in message for message in found)
    assert any("but the study is included" in message for message in found)


def test_an_answer_against_the_fields_is_found(miola: Registry) -> None:
    first, *others = miola.studies
    imaging = first.imaging.model_copy(update={"whole_brain": False})
    changed = replace(miola, studies=(first.model_copy(update={"imaging": imaging}), *others))
    (message,) = told(changed)
    assert message == f"{first.label}: E6 is said to be met, but imaging.whole_brain is false"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"eligibility": {"E6": Answer(met=True, reason="Said so.")}},
            "E6 is said to be met, but the approach is seed-based",
        ),
        ({"status": "included", "fails": ()}, "it is included, but the approach is seed-based"),
        (
            {"status": "included", "fails": (), "approach": "whole_brain"},
            "after the last search",
        ),
        ({"published": date(2019, 1, 1)}, "it is said to be too late"),
    ],
)
def test_a_candidate_that_contradicts_itself_is_found(
    miola: Registry, changes: dict[str, object], words: str
) -> None:
    (candidate,) = (c for c in miola.screened if c.id == "zhang2026")
    changed = replace(miola, screened=(candidate.model_copy(update=changes),))
    assert any(words in message for message in told(changed))


def test_the_counts_of_an_update_come_from_the_living_list(miola: Registry) -> None:
    counts = dict(update_table(miola).rows)
    assert int(counts["Records identified"]) == len(miola.screened)
    assert int(counts["Records screened"]) == int(counts["Records excluded"]) + int(
        counts["Reports sought for retrieval"]
    )


def test_the_matrix_answers_every_criterion_for_every_record(miola: Registry) -> None:
    table = eligibility_table(miola)
    assert len(table.rows) == len(miola.studies) + len(miola.screened)
    zhang = next(row for row in table.rows if row[0] == "Zhang 2026")
    assert zhang[table.titles.index("E6")] == "not met"
    assert zhang[table.titles.index("E1")] == "not reported"


def test_a_new_candidate_waits_to_be_screened(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("valid")
    before = load_registry(root)
    write_candidate(before, root, "alpha2018", 'Alpha "2018"', "an alert")
    (candidate, *_) = [c for c in load_registry(root).screened if c.id == "alpha2018"]
    assert candidate.status == "to_screen"
    assert set(candidate.eligibility) == {c.id for c in before.review.eligibility}
    with pytest.raises(DataError, match="is there already"):
        write_candidate(before, root, "alpha2018", "Alpha", "an alert")
    with pytest.raises(DataError, match="is no id"):
        write_candidate(before, root, "../x", "Alpha", "an alert")
