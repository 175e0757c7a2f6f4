"""Answers to the criteria of eligibility against what the same records say elsewhere."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from trdreport.checks.doubt import Doubt, study_file
from trdreport.model.candidate import Candidate
from trdreport.model.study import Study
from trdreport.records.loading import Registry

CODE = "ELIGIBILITY"

LEAST_TRIALS = 2


def _diagnosis(study: Study) -> str:
    named = re.search(r"DSM|ICD", study.diagnosis.criteria)
    return "" if named else f"the diagnostic criteria are {study.diagnosis.criteria}"


def _trials(study: Study) -> str:
    trials = study.trd_definition.failed_trials
    few = isinstance(trials, int) and trials < LEAST_TRIALS
    return f"failed trials, at least: {trials}" if few else ""


def _comparison(study: Study) -> str:
    return "" if study.contrasts else "the record has no contrast"


def _coordinates(study: Study) -> str:
    foci = [focus for result in study.contrasts for focus in result.foci]
    return "" if foci else "the record has no coordinate"


def _whole_brain(study: Study) -> str:
    return "" if study.imaging.whole_brain else "imaging.whole_brain is false"


AGAINST: Mapping[str, Callable[[Study], str]] = {
    "diagnosis": _diagnosis,
    "failed_trials": _trials,
    "comparison": _comparison,
    "coordinates": _coordinates,
    "whole_brain": _whole_brain,
}
"""By what a criterion asks: what in a record speaks against it; empty for nothing."""


def answers_fit_the_record(registry: Registry) -> Iterator[Doubt]:
    """An answer to a criterion does not contradict the record's own fields."""
    for study in registry.studies:
        for criterion in registry.review.eligibility:
            answer = study.eligibility.get(criterion.id)
            speaks = AGAINST.get(criterion.asks or "")
            if answer is None or speaks is None:
                continue
            against = speaks(study)
            if answer.met is True and against:
                yield _doubt(study, criterion.id, f"is said to be met, but {against}")
            elif answer.met is False and not against:
                yield _doubt(study, criterion.id, "is said to fail, but the fields agree with it")


def _doubt(study: Study, criterion: str, what: str) -> Doubt:
    return Doubt(
        CODE,
        "warning",
        (study.id,),
        f"{study.label}: {criterion} {what}",
        study_file(study.id),
        ("eligibility", criterion),
    )


def included_means_eligible(registry: Registry) -> Iterator[Doubt]:
    """An included study fails no criterion and answers all, where it answers any."""
    criteria = [criterion.id for criterion in registry.review.eligibility]
    for study in registry.studies:
        for name, answer in study.eligibility.items():
            if answer.met is False:
                yield _doubt(study, name, f"fails ({answer.reason}), but the study is included")
        missing = [name for name in criteria if study.eligibility and name not in study.eligibility]
        if missing:
            yield _doubt(study, missing[0], "and perhaps more have no answer")


def candidates_are_judged_by_their_fields(registry: Registry) -> Iterator[Doubt]:
    """A candidate's answers, grounds and status fit its approach and its date."""
    last = max(search.date for search in registry.searches)
    whole = [c.id for c in registry.review.eligibility if c.asks == "whole_brain"]
    for candidate in registry.screened:
        for told in (*_of_approach(candidate, whole), *_of_date(candidate, last)):
            yield Doubt(
                CODE,
                "warning",
                (),
                f"{candidate.label}: {told}",
                f"screened/{candidate.id}.yaml",
                ("approach",),
            )


def _of_approach(candidate: Candidate, whole: list[str]) -> Iterator[str]:
    if candidate.approach not in ("seed_based", "region_of_interest"):
        return
    words = str(candidate.approach).replace("_", "-")
    for name in whole:
        answer = candidate.eligibility.get(name)
        if answer is not None and answer.met is True:
            yield f"{name} is said to be met, but the approach is {words}"
    if candidate.status == "included":
        yield f"it is included, but the approach is {words}"


def _of_date(candidate: Candidate, last: date) -> Iterator[str]:
    if isinstance(candidate.published, str):
        return
    grounds = {failure.criterion for failure in candidate.fails}
    late = candidate.published > last
    if late and candidate.status == "included":
        yield f"it is included, but was published on {candidate.published}, after the last search"
    if "search date" in grounds and not late:
        yield f"it is said to be too late, but was published on {candidate.published}"
