"""Findings about the data: values that cannot be right, or that disagree between places.

A finding is not an error: the value is kept as printed and the report shows the finding. Each
rule is a small generator with a stable code, and its docstring is the rule in one line.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import combinations

from trdreport.registry.loading import Registry
from trdreport.registry.study import Study


@dataclass(frozen=True)
class Finding:
    """What a rule noticed, about which studies."""

    code: str
    severity: str
    studies: tuple[str, ...]
    message: str


def check(registry: Registry) -> tuple[Finding, ...]:
    """Findings of all rules, in the order of the rules and the studies."""
    return tuple(finding for rule in RULES for finding in rule(registry))


def possible_percent(percent: Decimal, n: int) -> bool:
    """Whether some whole number of `n` people gives `percent`, rounded or cut at its digits."""
    digit = Decimal(1).scaleb(int(percent.as_tuple().exponent))
    nearest = int(percent * n / 100)
    return any(
        (Decimal(100) * people / n).quantize(digit, rounding) == percent
        for people in (nearest, nearest + 1)
        for rounding in (ROUND_HALF_UP, ROUND_DOWN)
    )


def impossible_percentages(registry: Registry) -> Iterator[Finding]:
    """GRIM: a percentage of n people is one that some whole number of them gives."""
    for study in registry.studies:
        for name, percent, what in _percentages(registry, study):
            n = study.n(name)
            if not possible_percent(percent, n):
                fits = [m for m in range(max(1, n - 5), n + 6) if possible_percent(percent, m)]
                others = [
                    other.label
                    for other in registry.studies
                    if other is not study
                    and what == "women"
                    and other.n(name)
                    and possible_percent(percent, other.n(name))
                    and not _fits_own(other, name)
                ]
                message = (
                    f"{study.label}, {name}: {percent} % {what} is no whole number of {n} people"
                    f" ({percent * n / 100:.2f}); "
                    + (f"it fits n = {_list(fits)}" if fits else "no n near that fits")
                )
                if others:
                    message += f", so the {name} group of {_list(others)}: perhaps exchanged rows"
                yield Finding("GRIM", "warning", (study.id,), message)


def _percentages(registry: Registry, study: Study) -> Iterator[tuple[str, Decimal, str]]:
    for name, group in study.groups.items():
        if isinstance(group.female_percent, Decimal):
            yield name, group.female_percent, "women"
        drugs = group.clinical.medication_percent if group.clinical else "not_reported"
        for drug, percent in drugs.items() if isinstance(drugs, dict) else ():
            if isinstance(percent, Decimal):
                yield name, percent, f"on {registry.review.medication_classes[drug].short}"


def _fits_own(study: Study, group: str) -> bool:
    percent = study.groups[group].female_percent
    return not isinstance(percent, Decimal) or possible_percent(percent, study.n(group))


def shared_participants(registry: Registry) -> Iterator[Finding]:
    """Two studies with the same group sizes and clinical scores have the same participants."""
    for one, other in combinations(registry.studies, 2):
        if _sizes(one) == _sizes(other) and _scores(one) & _scores(other):
            declared = one.cohort == other.cohort
            people = sum(_sizes(one).values())
            yield Finding(
                "SAME-SAMPLE",
                "warning",
                (one.id, other.id),
                f"{one.label} and {other.label} have the same group sizes and the same clinical"
                f" means ({_list(sorted(_scores(one) & _scores(other)))}); their {people} people"
                f" are counted twice among the {registry.participants}"
                + ("" if declared else "; the records declare different cohorts"),
            )


def _sizes(study: Study) -> dict[str, int]:
    return {name: group.n for name, group in study.groups.items()}


def _scores(study: Study) -> set[str]:
    found = set()
    for name, group in study.groups.items():
        if group.clinical:
            months = group.clinical.illness_duration_months
            for value in (group.clinical.severity, months):
                if value is not None and not isinstance(value, str):
                    found.add(f"{name} {value.mean} ± {value.sd}")
    return found


def printed_differently(registry: Registry) -> Iterator[Finding]:
    """A value that another place prints differently is shown with both."""
    for study in registry.studies:
        for other in study.printed_elsewhere:
            yield Finding(
                "PRINTED-ELSEWHERE",
                "note",
                (study.id,),
                f"{study.label}: {other.field} is printed as '{other.value}' in"
                f" {other.document}, {other.place}",
            )


def exchanged_measures(registry: Registry) -> Iterator[Finding]:
    """Two studies whose measures are exchanged between two places of the review."""
    printed = {
        study.id: other.value
        for study in registry.studies
        for other in study.printed_elsewhere
        if other.field == "imaging.measure"
    }
    for one, other in combinations([s for s in registry.studies if s.id in printed], 2):
        if (printed[one.id], printed[other.id]) == (other.imaging.measure, one.imaging.measure):
            yield Finding(
                "EXCHANGED",
                "warning",
                (one.id, other.id),
                f"{one.label} and {other.label}: the measures {one.imaging.measure} and"
                f" {other.imaging.measure} are exchanged between two places of the review",
            )


def totals_against_records(registry: Registry) -> Iterator[Finding]:
    """A head count in the published text equals the sum over the records."""
    for total in registry.published.totals:
        groups = registry.review.groups if total.group == "all" else [total.group]
        studies = [s for s in registry.studies if total.modality in ("all", s.imaging.modality)]
        people = sum(study.n(group) for study in studies for group in groups)
        if people != total.n:
            yield Finding(
                "TOTALS",
                "warning",
                (),
                f"The paper counts {total.n} {total.group} in {total.modality} studies"
                f" ({total.place}); the records add up to"
                f" {' + '.join(str(sum(s.n(g) for g in groups)) for s in studies)} = {people}",
            )


RULES: tuple[Callable[[Registry], Iterator[Finding]], ...] = (
    impossible_percentages,
    shared_participants,
    exchanged_measures,
    totals_against_records,
    printed_differently,
)


def _list(items: Iterable[object]) -> str:
    words = [str(item) for item in items]
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)
