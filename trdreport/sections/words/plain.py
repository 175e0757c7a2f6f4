"""A result in plain words, for a reader who has never heard of ALE; every word from a number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trdreport.engine.results import CLUSTER_FWE, AnalysisResult, Cluster
from trdreport.engine.robustness.results import (
    ClaimCurve,
    FailSafeN,
    Retest,
    Robustness,
    Target,
)
from trdreport.engine.run import Result
from trdreport.model.plan import Run
from trdreport.records.loading import Registry
from trdreport.sections.facts.clusters import found_clusters, unit_labels
from trdreport.sections.facts.computed import Computed
from trdreport.sections.words import listed, number, opposed

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

CONSISTENT = 0.95
"""A claim that holds in this share of specifications or more is called stable."""


@dataclass(frozen=True)
class PlainWords:
    """An analysis's title and its result in plain words."""

    title: str
    text: str


def in_plain_words(computed: Computed) -> tuple[PlainWords, ...]:
    """The analyses with a significant cluster under their leading profile."""
    registry, robustness = computed.registry, computed.robustness
    return tuple(
        PlainWords(run.analysis.title, plain_words(registry, run, result, robustness))
        for run in computed.leading
        if (result := computed.done(run)) and found_clusters(result, corrected=True)
    )


def in_words(count: int) -> str:
    """A small number as a word."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else str(count)


def plain_words(registry: Registry, run: Run, result: Result, robustness: Robustness | None) -> str:
    """One paragraph about a run. It claims no more than was computed."""
    if not isinstance(result, AnalysisResult):
        return (
            "This question cannot be answered yet: fewer than two studies report the comparison"
            " with coordinates."
        )
    labels = unit_labels(registry, result.table)
    retests = robustness.leave_one_out[run.id] if robustness else ()
    significant = [c for c in result.readout(CLUSTER_FWE).clusters if c.significant]
    count = len(result.table.experiments)
    parts: list[str] = []
    for cluster in significant:
        parts += _significant(cluster, count, labels)
        parts += _without(retests, cluster, labels)
        for n in robustness.fail_safe.get(run.id, ()) if robustness else ():
            if n.target.cluster == cluster.number:
                parts.append(_fail_safe(n))
    if not significant:
        parts += _nothing(result, count)
        emerging = [labels[r.unit] for r in retests if r.emerged]
        if emerging:
            parts.append(
                f"Without {listed(emerging, 'or')}, however, one would be found: the answer hangs"
                " on a single study."
            )
        elif retests and not any(r.reason for r in retests):
            parts.append("That does not change when any one study is left out.")
    if robustness and run.leading:
        parts += _specifications(run, robustness.curves)
    parts += [_power(registry, count)] if _power(registry, count) else []
    return " ".join(parts)


def _significant(cluster: Cluster, count: int, labels: Mapping[str, str]) -> Iterator[str]:
    inside = [part for part in cluster.contributions if part.foci_inside]
    chance = "" if cluster.p_fwe is None else f" (p = {number(cluster.p_fwe)})"
    yield (
        f"The studies report differences in one place, {cluster.label}, more often than scattered"
        f" reports would by chance anywhere in the brain{chance}."
    )
    yield (
        f"This rests on {in_words(len(inside))} of {in_words(count)} experiments:"
        f" {listed([labels[part.unit] for part in inside])}."
    )
    if opposed({focus.contrast for part in inside for focus in part.inside}):
        yield (
            "They disagree on which group has more there, so this says where the groups differ,"
            " not how."
        )


def _without(
    retests: tuple[Retest, ...], cluster: Cluster, labels: Mapping[str, str]
) -> Iterator[str]:
    target = Target(CLUSTER_FWE, cluster.number)
    tested = {r.unit: again for r in retests if (again := r.again(target)) is not None}
    units = [unit for unit, again in tested.items() if not again.found]
    lost = [labels[unit] for unit in units]
    if not tested:
        return
    if not lost:
        yield "It is found again whichever study is left out."
    elif set(units) == {part.unit for part in cluster.contributions if part.foci_inside}:
        yield "Without any one of them it is no longer significant; the others change nothing."
    elif len(lost) == len(tested):
        yield "Whichever experiment is left out, it is no longer significant."
    else:
        which = lost[0] if len(lost) == 1 else f"any one of {listed(lost)}"
        yield f"Without {which} it is no longer significant."


def _fail_safe(n: FailSafeN) -> str:
    erased = [draw.erased_by for draw in n.draws if draw.erased_by is not None]
    if not erased:
        return (
            f"Even {n.draws[0].tried} unpublished studies with results in random places would not"
            " erase it."
        )
    study = "study" if n.median == 1 else "studies"
    return (
        f"About {in_words(n.median)} unpublished {study} with results in random places would be"
        f" enough to erase it (in simulated cases {min(n.erased_by)} to {max(erased)}"
        f"{', sometimes more than were tried' if n.never else ''})."
    )


def _nothing(result: AnalysisResult, count: int) -> Iterator[str]:
    yield (
        f"The {in_words(count)} experiments in this analysis do not report differences in the same"
        " place more often than chance would allow."
    )
    yield "That is not evidence that the groups are alike."
    meeting = sum(cluster.convergent for cluster in result.exploratory.clusters)
    if meeting:
        yield (
            f"Reports of different studies do lie close together in {in_words(meeting)}"
            f" place{'s' * (meeting > 1)}, which may well be chance."
        )


def _specifications(run: Run, curves: tuple[ClaimCurve, ...]) -> Iterator[str]:
    for curve in curves:
        if curve.analysis == run.analysis.id and curve.readout == CLUSTER_FWE and curve.run:
            share = curve.holds / len(curve.run)
            claim = "finding" if curve.peaks else "absence of a finding"
            held = (
                f"The published {claim} holds in {curve.holds} of {len(curve.run)} defensible ways"
                " to do the same analysis"
            )
            strongest = curve.influences[0] if curve.influences else None
            if share < CONSISTENT and strongest and strongest.explained > 0:
                held += f"; what matters most is the choice of {strongest.factor}"
            yield f"{held}."


def _power(registry: Registry, count: int) -> str:
    """What simulated reviews of about this size could detect; empty where nothing is known."""
    simulated = registry.calibration.simulated if registry.calibration else ()
    planted = [s for s in simulated if s.reported]
    if not planted:
        return ""
    nearest = min({s.studies for s in planted}, key=lambda studies: abs(studies - count))
    rates = [
        f"{s.found / s.reviews:.0%} of places that {s.reported:.0%} of studies report"
        for s in planted
        if s.studies == nearest
    ]
    return f"In simulated reviews, {in_words(nearest)} studies detected {listed(rates)}."
