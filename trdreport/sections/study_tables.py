"""Tables about the studies: who, how imaged, how defined, how good."""

from collections.abc import Callable, Mapping

from trdreport.model.study import Clinical, Group, Study
from trdreport.records.loading import Registry
from trdreport.sections.facts.groups import patients
from trdreport.sections.tables import (
    MISSING,
    NOT_APPLICABLE,
    Table,
    numbers,
    shown,
    texts,
)


def study_table(registry: Registry) -> Table:
    """Who was studied."""
    names = list(registry.review.groups)
    ill = patients(registry.review)
    case = ill[0]
    pair = " / ".join(ill)
    columns = (
        *texts("Study", "Country"),
        *numbers(f"N ({' / '.join(names)})", f"Age, years ({case})", f"Women, % ({case})"),
        *texts(
            "Criteria", f"{case} criterion", f"Onset age, years ({pair})",
            f"Illness duration ({pair})", "Scale", f"Score ({pair})",
            f"Medication, % {case} ({ill[-1]})",
        ),
        *numbers("Quality"),
    )  # fmt: skip
    rows = []
    for study in registry.studies:
        groups = [study.groups.get(name) for name in ill]
        first = study.groups.get(case)
        rows.append(
            (
                study.label, study.country,
                " / ".join(str(study.n(name)) for name in names),
                shown(first and first.age_years), shown(first and first.female_percent),
                study.diagnosis.criteria, study.trd_definition.as_printed,
                _pair(groups, lambda c: shown(c.onset_age_years)),
                _pair(groups, _duration), _scale(first),
                _pair(groups, lambda c: shown(c.severity)),
                _medication({n: study.groups[n] for n in ill if n in study.groups}, registry),
                shown(study.quality.score),
            )
        )  # fmt: skip
    labels = "; ".join(f"{k} = {v.label}" for k, v in registry.review.groups.items())
    drugs = "; ".join(
        f"{drug.short} = {drug.label}"
        for drug in registry.review.medication_classes.values()
        if drug.short != drug.label
    )
    return Table(
        id="table-1",
        caption="Characteristics of the included studies",
        columns=columns,
        rows=tuple(rows),
        notes=(
            f"{labels}. Mean ± SD, values as printed in the review.",
            f"Medication: percent of each group; – printed as a dash. {drugs}.",
        ),
        pages=pages(registry),
    )


def pages(registry: Registry) -> tuple[str, ...]:
    """The page of each study."""
    return tuple(f"studies/{study.id}.html" for study in registry.studies)


def _pair(groups: list[Group | None], read: Callable[[Clinical], str]) -> str:
    """`TRD value / TSD value`; said once when neither is known."""
    cells = [
        read(group.clinical) if group and group.clinical else NOT_APPLICABLE for group in groups
    ]
    return cells[0] if set(cells) <= set(MISSING[:1]) else " / ".join(cells)


def _duration(clinical: Clinical) -> str:
    years, months = clinical.illness_duration_years, clinical.illness_duration_months
    value, unit = (months, "months") if years is None else (years, "years")
    return shown(value) if isinstance(value, str) else f"{shown(value)} {unit}"


def _scale(group: Group | None) -> str:
    if group is None:
        return NOT_APPLICABLE
    severity = group.clinical.severity if group.clinical else "not_reported"
    return shown(severity) if isinstance(severity, str) else severity.scale


def _medication(groups: Mapping[str, Group], registry: Registry) -> str:
    """`SSRI 68.75 (100)`: percent of the first group and, in brackets, of the second."""
    clinical = {name: group.clinical for name, group in groups.items() if group.clinical}
    percents = {
        name: c.medication_percent
        for name, c in clinical.items()
        if isinstance(c.medication_percent, dict)
    }
    cells = []
    for drug, names in registry.review.medication_classes.items():
        shares = [_percent(shares[drug]) for shares in percents.values() if drug in shares]
        if shares:
            brackets = "".join(f" ({share})" for share in shares[1:])
            cells.append(f"{names.short} {shares[0]}{brackets}")
    cells += [
        f"{name}: {shown(c.medication_status).replace('_', ' ')}"
        for name, c in clinical.items()
        if name not in percents
    ]
    return "; ".join(cells)


def _percent(value: object) -> str:
    return "–" if value == "not_reported" else shown(value)


def foci_table(registry: Registry) -> Table:
    """Every focus that can be pooled."""
    columns = (
        *texts("Study", "Modality", "Measure"), *numbers("Field, T"), *texts("Contrast"),
        *numbers("x", "y", "z"), *texts("Space"),
    )  # fmt: skip
    pooled = [
        (study, result, focus)
        for study in registry.studies
        for result in study.contrasts
        for focus in result.foci
    ]
    rows = [
        (
            study.label, study.imaging.modality, study.imaging.measure,
            shown(study.imaging.field_strength_tesla), result.contrast.replace(">", " > "),
            str(focus.x), str(focus.y), str(focus.z), result.space,
        )
        for study, result, focus in pooled
    ]  # fmt: skip
    return Table(
        id="table-2",
        caption="Imaging and coordinates of the included studies",
        columns=columns,
        rows=tuple(rows),
        notes=(
            "x, y, z in mm, as published. A contrast A > B lists where A has the higher value.",
            abbreviations(registry),
        ),
        pages=tuple(f"studies/{study.id}.html" for study, _, _ in pooled),
    )


def abbreviations(registry: Registry) -> str:
    """Modalities, measures and spaces in full."""
    modalities = registry.review.modalities
    words = {name: modality.label for name, modality in modalities.items()}
    for modality in modalities.values():
        words |= modality.measures
    words |= {"T": "tesla", "MNI": "Montreal Neurological Institute", "TAL": "Talairach"}
    return "; ".join(f"{short}: {long}" for short, long in words.items()) + "."


def definition_table(registry: Registry) -> Table:
    """How each study defines treatment resistance."""
    rows = [
        (
            study.label, shown(study.trd_definition.failed_trials),
            shown(study.trd_definition.different_classes), shown(study.trd_definition.weeks),
            shown(study.trd_definition.staging), shown(study.diagnosis.polarity).replace("_", " "),
            study.trd_definition.summary,
        )
        for study in registry.studies
    ]  # fmt: skip
    return Table(
        "definitions",
        "Definitions of treatment resistance",
        (
            *texts("Study"), *numbers("Failed trials, at least"), *texts("Different classes"),
            *numbers("Weeks, at least"), *texts("Staging", "Depression", "Definition"),
        ),
        tuple(rows),
        pages=pages(registry),
    )  # fmt: skip


def acquisition_table(registry: Registry) -> Table:
    """How each study imaged and tested."""
    rows = [
        (
            study.label, study.imaging.modality, study.imaging.measure,
            shown(study.imaging.field_strength_tesla), shown(study.imaging.scanner),
            shown(study.imaging.software), shown(study.imaging.smoothing_fwhm_mm),
            shown(study.imaging.height_threshold_p), shown(study.imaging.correction),
        )
        for study in registry.studies
    ]  # fmt: skip
    return Table(
        "acquisition",
        "Acquisition, processing and thresholds",
        (
            *texts("Study", "Modality", "Measure"), *numbers("Field, T"),
            *texts("Scanner", "Software"), *numbers("Smoothing, mm", "Voxel p"),
            *texts("Correction"),
        ),
        tuple(rows),
        notes=(abbreviations(registry),),
        pages=pages(registry),
    )  # fmt: skip


def quality_table(registry: Registry) -> Table:
    """Quality scores of the studies."""
    rows = [
        (
            study.label, study.quality.instrument, shown(study.quality.score),
            shown(study.quality.maximum), shown(study.quality.items),
        )
        for study in registry.studies
    ]  # fmt: skip
    return Table(
        "quality",
        "Quality ratings by the review's authors",
        (*texts("Study", "Instrument"), *numbers("Score", "Maximum"), *texts("Items")),
        tuple(rows),
        pages=pages(registry),
    )


def screening_table(registry: Registry) -> Table:
    """The newest search in numbers: the text equivalent of the PRISMA flow."""
    search = registry.searches[-1]
    prisma = search.prisma
    rows = [
        (f"Records identified: {base.name}", shown(base.records), "") for base in search.databases
    ]
    rows += [
        ("Records identified, all databases", str(prisma.records_identified), ""),
        ("Duplicates removed before screening", str(prisma.duplicates_removed), ""),
        ("Records screened", str(prisma.records_screened), "title and abstract"),
        ("Records excluded", str(prisma.records_excluded), "title and abstract"),
        ("Reports sought for retrieval", str(prisma.reports_sought), ""),
        ("Reports not retrieved", str(prisma.reports_not_retrieved), ""),
        ("Reports assessed for eligibility", str(prisma.reports_assessed), "full text"),
    ]
    reasons = prisma.exclusion_reasons
    excluded = f"reasons {shown(reasons)}" if isinstance(reasons, str) else "reasons below"
    rows.append(("Reports excluded", str(prisma.reports_excluded), excluded))
    if not isinstance(reasons, str):
        rows += [(f"Excluded: {r.reason}", str(r.reports), shown(r.criterion)) for r in reasons]
    rows += [
        ("Studies included", str(prisma.studies_included), ""),
        ("Reports of included studies", str(prisma.reports_included), ""),
    ]
    return Table(
        "screening",
        "Search and selection in numbers",
        (*texts("Step"), *numbers("Number"), *texts("Ground")),
        tuple(rows),
    )


FOCI_COLUMNS = (
    *texts("Contrast"), *numbers("x, mm", "y, mm", "z, mm"),
    *texts("Space", "Region as published", "Statistic"),
    *numbers("p, uncorrected", "Cluster, voxels", "Cluster p FWE"),
)  # fmt: skip


def study_foci_table(registry: Registry, study: Study) -> Table:
    """The foci of one study, with what the paper says of each; empty columns are left out."""
    rows, points = [], []
    for result in study.contrasts:
        points += registry.mni(result).tolist()
        for f in result.foci:
            told = f"{f.statistic[1]} = {f.statistic[0]}" if f.statistic else ""
            more = (f.region, told, f.p_uncorrected, f.cluster_voxels, f.cluster_p_fwe)
            rows.append(
                (
                    result.contrast.replace(">", " > "), str(f.x), str(f.y), str(f.z),
                    result.space, *("–" if v is None or v == "" else shown(v) for v in more),
                )
            )  # fmt: skip
    kept = [i for i in range(len(FOCI_COLUMNS)) if any(row[i] != "–" for row in rows)]
    return Table(
        f"foci-{study.id}",
        f"Foci of {study.label}",
        tuple(FOCI_COLUMNS[i] for i in kept),
        tuple(tuple(row[i] for i in kept) for row in rows),
        notes=(
            "As published; a contrast A > B lists where A has the higher value. A dash: the source"
            " says nothing of it for this focus.",
        ),
        points=tuple(",".join(f"{value:.0f}" for value in point) for point in points),
    )
