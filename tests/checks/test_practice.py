"""Rules of good practice follow the records: change the fact and the verdict changes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.conftest import REGISTRIES
from trdreport.checks.practice import PRACTICES, Status, Work, judge
from trdreport.engine.results import ExperimentTable, NotRun
from trdreport.engine.run import Result
from trdreport.engine.selection import experiment_table
from trdreport.records.loading import Registry, load_registry

PLANNED = "Analyses were planned before the data were seen"


def work(registry: Registry) -> Work:
    """Tables without estimation: the rules here ask for nothing that was computed."""
    results: dict[str, Result] = {
        run.id: NotRun(run.id, experiment_table(registry, run), "not asked")
        for run in registry.plan.runs
    }
    return Work(registry, results, None)


def status(registry: Registry, rule: str) -> Status:
    (found,) = [v.status for v in judge(work(registry), PRACTICES) if v.rule == rule]
    return found


def reviewed(**update: object) -> Callable[[Registry], Registry]:
    return lambda r: replace(r, review=r.review.model_copy(update=update))


def searched(**update: object) -> Callable[[Registry], Registry]:
    return lambda r: replace(r, searches=tuple(s.model_copy(update=update) for s in r.searches))


def analysed(**update: object) -> Callable[[Registry], Registry]:
    return lambda r: replace(
        r,
        plan=r.plan.model_copy(
            update={"analyses": tuple(a.model_copy(update=update) for a in r.plan.analyses)}
        ),
    )


def studied(**update: object) -> Callable[[Registry], Registry]:
    return lambda r: replace(r, studies=tuple(s.model_copy(update=update) for s in r.studies))


@pytest.mark.parametrize(
    ("rule", "change", "expected"),
    [
        ("Two people or more screened the records", reviewed(screeners=1), Status.NOT_MET),
        ("Two people or more screened the records", reviewed(screeners=3), Status.MET),
        (
            "Two people or more screened the records",
            reviewed(screeners="not_reported"),
            Status.UNKNOWN,
        ),
        ("Two people or more extracted the data", reviewed(extractors=1), Status.NOT_MET),
        (
            "Authors were asked for data that their papers lack",
            reviewed(authors_contacted=False),
            Status.NOT_MET,
        ),
        ("The review was registered", reviewed(protocol="none"), Status.NOT_MET),
        ("Criteria of eligibility are stated", reviewed(eligibility=()), Status.NOT_MET),
        (
            "Each source of records is named, with the date of the search and the full query",
            searched(query=""),
            Status.NOT_MET,
        ),
        (PLANNED, analysed(post_hoc=True), Status.NOT_MET),
        (PLANNED, analysed(post_hoc=False), Status.MET),
        ("Each analysis states its question, modality and contrasts", analysed(question=""),
         Status.NOT_MET),
        (
            "Analyses that pool directions or modalities say so and say why",
            analysed(pools_directions=True, reason=None),
            Status.NOT_MET,
        ),
        (
            "One group of people enters an analysis as one experiment",
            studied(cohort="the-same"),
            Status.NOT_MET,
        ),
    ],
)  # fmt: skip
def test_a_verdict_follows_the_records(
    rule: str, change: Callable[[Registry], Registry], expected: Status
) -> None:
    assert status(change(load_registry(REGISTRIES / "valid")), rule) is expected


def test_few_experiments_are_not_enough_and_seventeen_are() -> None:
    registry = load_registry(REGISTRIES / "valid")
    rule = "Each analysis has at least 17 experiments"
    assert status(registry, rule) is Status.NOT_MET
    few = work(registry)
    one = few.results["vbm-both"].table.experiments[0]
    many = ExperimentTable(tuple(replace(one, unit=f"unit-{i}") for i in range(17)))
    enough = {run: NotRun(run, many, "") for run in few.results}
    verdicts = {v.rule: v.status for v in judge(Work(registry, enough, None), PRACTICES)}
    assert verdicts[rule] is Status.MET


def test_a_shared_sample_is_named_and_what_is_not_told_is_unknown(miola: Registry) -> None:
    found = {v.rule: v for v in judge(work(miola), PRACTICES)}
    verdict = found["One group of people enters an analysis as one experiment"]
    assert verdict.status is Status.NOT_MET
    assert "Guo 2012 fALFF and Ma 2012" in verdict.evidence
    assert found["Each excluded full text has a reason"].status is Status.UNKNOWN
    assert found["Records are counted for each source"].status is Status.UNKNOWN


def test_every_rule_says_who_asks_for_it_and_gives_evidence(miola: Registry) -> None:
    verdicts = judge(work(miola), PRACTICES)
    assert len(verdicts) == len(list(PRACTICES))
    assert len({v.rule for v in verdicts}) == len(verdicts)
    assert all(v.source and v.evidence for v in verdicts)
