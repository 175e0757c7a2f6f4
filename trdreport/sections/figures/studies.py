"""Figures of who was studied, on what, how resistance was defined, and how good the studies are."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from trdreport.figures.bars import quality_scores
from trdreport.figures.bars import samples as draw_samples
from trdreport.figures.data import HeatCell, Sample
from trdreport.figures.grids import heat_map, quality_grid
from trdreport.model.fields import UNKNOWN_WORDS
from trdreport.model.slug import slug
from trdreport.model.study import Group
from trdreport.records.loading import Registry
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.tables import MISSING, NOT_APPLICABLE, shown

MEDICATION = "medication"
"""Id of the figure of medication."""


def study_sketches(registry: Registry) -> Iterator[Sketch]:
    """Who was studied, on what, how resistance was defined; what no record can say is left out."""
    yield _samples(registry)
    yield from _medication(registry)
    yield _definitions(registry)


def _samples(registry: Registry) -> Sketch:
    groups = {name: f"{group.label} ({name})" for name, group in registry.review.groups.items()}
    samples = [
        Sample(
            study.label, study.country, {name: study.n(name) for name in groups if study.n(name)}
        )
        for study in registry.studies
    ]
    countries: dict[str, list[Sample]] = {}
    for sample in samples:
        countries.setdefault(sample.country, []).append(sample)
    told = "; ".join(
        f"{country} {sum(sum(s.sizes.values()) for s in own)} in {len(own)}"
        for country, own in countries.items()
    )
    return Sketch(
        "samples",
        draw_samples(samples, groups),
        f"People by country and study: {told}.",
        "Countries and samples: people in each group of each study. Studies of one sample count"
        " its people more than once.",
        ("study", "country", *(f"n_{name.lower()}" for name in groups)),
        tuple(
            (s.label, s.country, *(str(s.sizes.get(name, 0)) for name in groups)) for s in samples
        ),
    )


def _medication(registry: Registry) -> Iterator[Sketch]:
    review = registry.review
    rows = {
        f"{study.label}, {name}": study.groups[name]
        for study in registry.studies
        for name in review.patients
        if name in study.groups
    }
    used = {drug for group in rows.values() for drug in _percents(group)}
    drugs = [drug for drug in review.medication_classes if drug in used]
    cells = [[_medication_cell(group, drug) for drug in drugs] for group in rows.values()]
    columns = [review.medication_classes[drug].short for drug in drugs]
    if not drugs:
        return
    yield Sketch(
        MEDICATION,
        heat_map(list(rows), columns, cells, "percent of the group"),
        "Medication by class: " + _told(rows, columns, cells) + ".",
        "Medication at the scan: percent of each group of patients on each class of drug; 0 where"
        " the source says that the group was not treated."
        + _explained(columns, [review.medication_classes[drug].label for drug in drugs]),
        ("group", *columns),
        _texts(rows, cells),
    )


def _percents(group: Group) -> Mapping[str, object]:
    percent = group.clinical.medication_percent if group.clinical else "not_reported"
    return {} if isinstance(percent, str) else percent


def _medication_cell(group: Group, drug: str) -> HeatCell:
    clinical = group.clinical
    if clinical is None:
        return HeatCell("", None, NOT_APPLICABLE)
    if isinstance(clinical.medication_percent, str):
        if clinical.medication_status in ("untreated_at_scan", "treatment_naive"):
            return HeatCell("0", 0.0, "value")
        return _missing(clinical.medication_percent)
    value = clinical.medication_percent.get(drug, "not_reported")
    return (
        _missing(value) if isinstance(value, str) else HeatCell(f"{value:f}", _of(value), "value")
    )


def _of(percent: Decimal) -> float:
    return min(float(percent) / 100, 1.0)


def _missing(word: str) -> HeatCell:
    return HeatCell("", None, word.replace("_", " "))


def _definitions(registry: Registry) -> Sketch:
    columns = ["failed trials, at least", "different classes", "weeks, at least", "staging"]
    values = {
        study.label: (
            study.trd_definition.failed_trials,
            study.trd_definition.different_classes,
            study.trd_definition.weeks,
            study.trd_definition.staging,
        )
        for study in registry.studies
    }
    largest = [
        max((float(own[column]) for own in values.values() if _counts(own[column])), default=1.0)
        for column in range(len(columns))
    ]
    cells = [
        [_definition_cell(value, top) for value, top in zip(own, largest, strict=True)]
        for own in values.values()
    ]
    return Sketch(
        "definitions-map",
        heat_map(list(values), columns, cells, "how strict, relative to the strictest"),
        "Definitions of resistance: " + _told(values, columns, cells) + ".",
        "What each study asks for before it speaks of treatment resistance. The darker, the"
        " stricter; a study without a number left the choice to itself.",
        ("study", *columns),
        _texts(values, cells),
    )


def _counts(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _definition_cell(value: object, largest: float) -> HeatCell:
    if value is None or value in UNKNOWN_WORDS:
        return _missing(NOT_APPLICABLE if value is None else str(value))
    if _counts(value):
        return HeatCell(shown(value), float(str(value)) / largest, "value")
    if isinstance(value, bool):
        return HeatCell(shown(value), float(value), "value")
    return HeatCell(str(value), None, "value")


def quality_sketches(registry: Registry) -> Iterator[Sketch]:
    """Scores, and items where they are known, by instrument."""
    for instrument in dict.fromkeys(study.quality.instrument for study in registry.studies):
        studies = [s for s in registry.studies if s.quality.instrument == instrument]
        labels = [study.label for study in studies]
        scores = [float(study.quality.score) for study in studies]
        told = "; ".join(f"{a} {b:g}" for a, b in zip(labels, scores, strict=True))
        yield Sketch(
            f"quality-scores-{slug(instrument)}",
            quality_scores(labels, scores, instrument),
            f"Quality scores: {told}.",
            f"Quality scores, {instrument}.",
            ("study", "score"),
            tuple((a, f"{b:g}") for a, b in zip(labels, scores, strict=True)),
        )
        rated = {s.label: s.quality.items for s in studies if not isinstance(s.quality.items, str)}
        items = list(dict.fromkeys(item for own in rated.values() for item in own))
        if items:
            top = max(score for own in rated.values() for score in own.values())
            ratings = [[_rating(own.get(item), top) for item in items] for own in rated.values()]
            yield Sketch(
                f"quality-items-{slug(instrument)}",
                quality_grid(list(rated), items, ratings),
                "Quality by item: "
                + "; ".join(
                    f"{label}: " + ", ".join(f"{i} {r}" for i, r in zip(items, own, strict=True))
                    for label, own in zip(rated, ratings, strict=True)
                )
                + ".",
                f"Quality by item, {instrument}.",
                ("study", *items),
                tuple((label, *own) for label, own in zip(rated, ratings, strict=True)),
            )


def _rating(score: Decimal | None, top: Decimal) -> str:
    if score is None:
        return MISSING[0]
    return "yes" if score == top else "partly" if score else "no"


def _told(
    rows: Mapping[str, object], columns: Sequence[str], cells: Sequence[Sequence[HeatCell]]
) -> str:
    return "; ".join(
        f"{row}: "
        + (
            ", ".join(
                f"{column} {cell.text}"
                for column, cell in zip(columns, own, strict=True)
                if cell.kind == "value"
            )
            or own[0].kind
        )
        for row, own in zip(rows, cells, strict=True)
    )


def _texts(
    rows: Mapping[str, object], cells: Sequence[Sequence[HeatCell]]
) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (row, *(cell.text or cell.kind for cell in own))
        for row, own in zip(rows, cells, strict=True)
    )


def _explained(short: Sequence[str], long: Sequence[str]) -> str:
    pairs = [f"{a}, {b}" for a, b in zip(short, long, strict=True) if a != b]
    return f" {'; '.join(pairs)}." if pairs else ""
