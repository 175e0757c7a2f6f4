"""Studies that look like one, or like each other."""

from collections.abc import Iterator
from itertools import combinations

from trdreport.checks.doubt import Doubt, listed, study_file
from trdreport.model.study import Study
from trdreport.records.loading import Registry


def shared_participants(registry: Registry) -> Iterator[Doubt]:
    """Two studies with the same group sizes and clinical scores have the same participants."""
    described = [(study, _sizes(study), _scores(study)) for study in registry.studies]
    for (one, sizes, scores), (other, other_sizes, other_scores) in combinations(described, 2):
        if sizes == other_sizes and scores & other_scores:
            declared = one.cohort == other.cohort
            people = sum(sizes.values())
            yield Doubt(
                "SAME-SAMPLE",
                "warning",
                (one.id, other.id),
                f"{one.label} and {other.label} have the same group sizes and the same clinical"
                f" means ({listed(sorted(scores & other_scores))}); their {people} people"
                f" are counted twice among the {registry.participants}"
                + ("" if declared else "; the records declare different cohorts"),
                study_file(one.id),
                ("cohort",),
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


def unlike_cohorts(registry: Registry) -> Iterator[Doubt]:
    """Studies that declare one cohort do not differ in every group's size."""
    for one, other in combinations(registry.studies, 2):
        if one.cohort != other.cohort:
            continue
        both = set(_sizes(one)) & set(_sizes(other))
        if both and all(_sizes(one)[group] != _sizes(other)[group] for group in both):
            told = "; ".join(
                f"{group} {_sizes(one)[group]} and {_sizes(other)[group]}" for group in sorted(both)
            )
            yield Doubt(
                "COHORT",
                "warning",
                (one.id, other.id),
                f"{one.label} and {other.label} declare one cohort, but no group has the same size"
                f" ({told})",
                study_file(one.id),
                ("cohort",),
            )


def exchanged_measures(registry: Registry) -> Iterator[Doubt]:
    """Two studies whose measures are exchanged between two places of the review."""
    printed = {
        study.id: other.value
        for study in registry.studies
        for other in study.printed_elsewhere
        if other.field == "imaging.measure"
    }
    for one, other in combinations([s for s in registry.studies if s.id in printed], 2):
        if (printed[one.id], printed[other.id]) == (other.imaging.measure, one.imaging.measure):
            yield Doubt(
                "EXCHANGED",
                "warning",
                (one.id, other.id),
                f"{one.label} and {other.label}: the measures {one.imaging.measure} and"
                f" {other.imaging.measure} are exchanged between two places of the review",
                study_file(one.id),
                ("imaging", "measure"),
            )
