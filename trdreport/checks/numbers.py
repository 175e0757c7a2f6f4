"""Numbers of one group that no people can give."""

from collections.abc import Iterator
from decimal import Decimal

from trdreport.checks.arithmetic import digit, possible_mean, possible_percent, possible_sd
from trdreport.checks.doubt import Doubt, listed, study_file
from trdreport.model.study import Clinical, Study
from trdreport.records.loading import Registry
from trdreport.records.yamlfile import Path_

MONTHS = 12


def impossible_percentages(registry: Registry) -> Iterator[Doubt]:
    """A percentage of n people is one that some whole number of them gives."""
    for study in registry.studies:
        for name, percent, what, loc in _percentages(registry, study):
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
                    + (f"it fits n = {listed(fits)}" if fits else "no n near that fits")
                )
                if others:
                    message += f", so the {name} group of {listed(others)}: perhaps exchanged rows"
                yield Doubt("GRIM", "warning", (study.id,), message, study_file(study.id), loc)


def _percentages(registry: Registry, study: Study) -> Iterator[tuple[str, Decimal, str, Path_]]:
    for name, group in study.groups.items():
        if isinstance(group.female_percent, Decimal):
            yield name, group.female_percent, "women", ("groups", name, "female_percent")
        drugs = group.clinical.medication_percent if group.clinical else "not_reported"
        for drug, percent in drugs.items() if isinstance(drugs, dict) else ():
            if isinstance(percent, Decimal):
                what = f"on {registry.review.medication_classes[drug].short}"
                loc = ("groups", name, "clinical", "medication_percent", drug)
                yield name, percent, what, loc


def _fits_own(study: Study, group: str) -> bool:
    percent = study.groups[group].female_percent
    return not isinstance(percent, Decimal) or possible_percent(percent, study.n(group))


def impossible_scores(registry: Registry) -> Iterator[Doubt]:
    """Mean and SD of a scale with whole points are ones that n scores can give."""
    for study in registry.studies:
        for name, group in study.groups.items():
            severity = group.clinical.severity if group.clinical else "not_reported"
            if isinstance(severity, str) or not registry.review.scales[severity.scale].whole_points:
                continue
            loc = ("groups", name, "clinical", "severity")
            told = f"{study.label}, {name}: {severity.scale} {severity.mean}"
            if not possible_mean(severity.mean, group.n):
                message = (
                    f"{told} is no mean of {group.n} whole scores: {severity.mean} x {group.n} ="
                    f" {severity.mean * group.n}"
                )
            elif isinstance(severity.sd, Decimal) and not possible_sd(
                severity.mean, severity.sd, group.n
            ):
                message = f"{told} ± {severity.sd}: no {group.n} whole scores have that SD"
            else:
                continue
            yield Doubt("GRIMMER", "warning", (study.id,), message, study_file(study.id), loc)


def ages_add_up(registry: Registry) -> Iterator[Doubt]:
    """Mean age at onset and mean duration of illness add up to no more than mean age."""
    for study in registry.studies:
        for name, group in study.groups.items():
            clinical, age = group.clinical, group.age_years
            if (
                clinical is None
                or isinstance(age, str)
                or isinstance(clinical.onset_age_years, str)
            ):
                continue
            years = _duration_years(clinical)
            if years is None:
                continue
            onset = clinical.onset_age_years.mean
            rounding = digit(age.mean) + digit(onset) + digit(years)
            if onset + years > age.mean + rounding:
                message = (
                    f"{study.label}, {name}: onset at {onset} and {years:.2f} years of illness make"
                    f" {onset + years:.2f}, more than the mean age of {age.mean}"
                )
                loc = ("groups", name, "clinical", "onset_age_years")
                yield Doubt("AGE", "warning", (study.id,), message, study_file(study.id), loc)


def _duration_years(clinical: Clinical) -> Decimal | None:
    years, months = clinical.illness_duration_years, clinical.illness_duration_months
    if years is not None and not isinstance(years, str):
        return years.mean
    if months is not None and not isinstance(months, str):
        return (months.mean / MONTHS).quantize(Decimal("0.01"))
    return None
