"""Select what an analysis pools: from study records to an experiment table."""

from collections.abc import Iterable, Mapping

from trdreport.brain.spaces import convert, coordinate
from trdreport.engine.results import Experiment, ExperimentTable, SourcedFocus
from trdreport.model.fields import split_contrast
from trdreport.model.plan import Analysis, Profile, Run
from trdreport.model.study import ContrastResult, Study
from trdreport.records.loading import Registry


def experiment_table(registry: Registry, run: Run) -> ExperimentTable:
    """The experiments of a run, ordered by unit, foci in the space of its profile."""
    analysis, profile = run.analysis, run.profile
    members: dict[str, list[Study]] = {}
    for study in sorted(registry.values(profile.values), key=lambda study: study.id):
        if study.imaging.modality in analysis.modalities:
            unit = study.cohort if profile.unit == "cohort" else study.id
            members.setdefault(unit, []).append(study)
    experiments, without_foci, not_reported = [], [], []
    for unit, studies in sorted(members.items()):
        selected = [(study, result) for study in studies for result in _selected(study, analysis)]
        with_foci = [(study, result) for study, result in selected if result.foci]
        if with_foci:
            experiments.append(_experiment(registry, profile, unit, with_foci))
        elif selected:
            without_foci.append(unit)
        else:
            not_reported.append(unit)
    return ExperimentTable(tuple(experiments), tuple(without_foci), tuple(not_reported))


def _selected(study: Study, analysis: Analysis) -> list[ContrastResult]:
    return [result for result in study.contrasts if result.contrast in analysis.contrasts]


def _experiment(
    registry: Registry,
    profile: Profile,
    unit: str,
    results: Iterable[tuple[Study, ContrastResult]],
) -> Experiment:
    results = list(results)
    groups: dict[str, int] = {}
    for study, result in results:
        for group in split_contrast(result.contrast):
            groups[group] = max(groups.get(group, 0), study.n(group))
    patients = {name for name, group in registry.review.groups.items() if group.patients}
    return Experiment(
        unit=unit,
        sample_size=sample_size(groups, patients, profile.sample_size),
        groups=dict(sorted(groups.items())),
        studies=tuple(sorted({study.id for study, _ in results})),
        foci=tuple(focus for study, result in results for focus in _foci(study, result, profile)),
    )


def sample_size(groups: Mapping[str, int], patients: set[str], rule: str) -> int:
    """People that set an experiment's kernel, from the sizes of its distinct groups.

    `sum`: everyone; `patients`: the groups of patients; `smaller_group`: the smallest group.
    """
    if rule == "smaller_group":
        return min(groups.values())
    if rule == "patients":
        return sum(n for name, n in groups.items() if name in patients)
    return sum(groups.values())


def _foci(study: Study, result: ContrastResult, profile: Profile) -> list[SourcedFocus]:
    published = result.positions()
    positions = convert(published, result.space, profile.space, profile.transform)
    mni = convert(published, result.space, "MNI", profile.transform)
    return [
        SourcedFocus(coordinate(position), coordinate(place), study.id, result.contrast)
        for position, place in zip(positions, mni, strict=True)
    ]
