"""Tables about the studies: who, how imaged, how defined, how good. Columns: model/study.py."""

from collections.abc import Iterable, Iterator

from trdreport.exchange.delimited import to_csv
from trdreport.model.parts import part_at
from trdreport.model.review import Review, Search
from trdreport.model.study import TABLES, Study
from trdreport.records.loading import Registry
from trdreport.sections.tables import Column, Table, numbers, shown, texts
from trdreport.sections.tables.columns import NOT_GIVEN, FieldColumn, places

NEW = "New: found by a search after that of the published paper."


def columns_of(review: Review, table: str) -> tuple[FieldColumn, ...]:
    """Columns of a table; one about groups that the review has none of is left out."""
    columns = (FieldColumn(path, review) for path in TABLES[table])
    return tuple(column for column in columns if column.groups != ())


def _table(
    registry: Registry,
    id_: str,
    caption: str,
    *notes: str,
    studies: Iterable[Study] | None = None,
) -> Table:
    columns = columns_of(registry.review, id_)
    chosen = registry.studies if studies is None else studies
    rows = [(study, at) for study in chosen for at in places(study, columns)]
    known = {study.id for study in registry.as_published.studies}
    new = {study.id: f"{study.label} (new)" for study, _ in rows if study.id not in known}
    return Table(
        id=id_,
        caption=caption,
        columns=tuple(Column(c.heading, "number" if c.numeric else "text") for c in columns),
        rows=tuple(
            tuple(
                new.get(study.id, cell) if cell == study.label else cell
                for cell in (column.cell(study, at) for column in columns)
            )
            for study, at in rows
        ),
        notes=(*notes, *([NEW] if new else [])),
        pages=tuple(f"studies/{study.id}.html" for study, _ in rows),
    )


def study_table(registry: Registry) -> Table:
    """Who was studied."""
    review = registry.review
    labels = "; ".join(f"{k} = {v.label}" for k, v in review.groups.items())
    drugs = "; ".join(
        f"{drug.short} = {drug.label}"
        for drug in review.medication_classes.values()
        if drug.short != drug.label
    )
    return _table(
        registry,
        "table-1",
        "Characteristics of the included studies",
        f"{labels}. Mean ± SD, values as printed.",
        "Medication: percent of each group, in brackets of the further groups;"
        f" – printed as a dash. {drugs}.",
    )


def foci_table(registry: Registry) -> Table:
    """Every focus that can be pooled."""
    return _table(
        registry,
        "table-2",
        "Imaging and coordinates of the included studies",
        "x, y, z as published. A contrast A > B lists where A has the higher value.",
        abbreviations(registry),
    )


def abbreviations(registry: Registry) -> str:
    """Modalities, measures and spaces in full."""
    modalities = registry.review.modalities
    words = {name: modality.label for name, modality in modalities.items()}
    words |= registry.review.measures
    words |= {"T": "tesla", "MNI": "Montreal Neurological Institute", "TAL": "Talairach"}
    return "; ".join(f"{short}: {long}" for short, long in words.items()) + "."


def definition_table(registry: Registry) -> Table:
    """How each study defines treatment resistance."""
    return _table(registry, "definitions", "Definitions of treatment resistance")


def acquisition_table(registry: Registry) -> Table:
    """How each study imaged and tested."""
    caption = "Acquisition, processing and thresholds"
    return _table(registry, "acquisition", caption, abbreviations(registry))


def quality_table(registry: Registry) -> Table:
    """Quality scores of the studies, and how many people rated."""
    raters = part_at(Review, ("quality_raters",))
    return _table(
        registry,
        "quality",
        "Quality ratings by the review's authors",
        f"{raters.label}: {shown(registry.review.quality_raters)}.",
    )


def study_foci_table(registry: Registry, study: Study) -> Table:
    """The foci of one study, with what the paper says of each; empty columns are left out."""
    whole = _table(
        registry,
        "foci of a study",
        f"Foci of {study.label}",
        "As published; a contrast A > B lists where A has the higher value. A dash: the source"
        " says nothing of it for this focus.",
        studies=(study,),
    )
    kept = [
        index
        for index in range(len(whole.columns))
        if any(row[index] != NOT_GIVEN for row in whole.rows)
    ]
    columns = tuple(whole.columns[index] for index in kept)
    points = [point for result in study.contrasts for point in registry.mni(result).tolist()]
    return Table(
        id=f"foci-{study.id}",
        caption=whole.caption,
        columns=columns,
        rows=tuple(tuple(row[index] for index in kept) for row in whole.rows),
        notes=whole.notes,
        points=tuple(",".join(f"{value:.0f}" for value in point) for point in points),
    )


def studies_csv(registry: Registry) -> str:
    """studies.csv: one row a study; groups in the order of review.yaml."""
    columns = columns_of(registry.review, "studies.csv")
    names: list[str] = []
    for column in columns:
        field = column.choices[0].name
        groups = column.groups
        names += [field] if groups is None else [f"{field}_{group.lower()}" for group in groups]
    rows = [
        [cell for column in columns for cell in column.cells(study)] for study in registry.studies
    ]
    return to_csv(["study" if name == "id" else name for name in names], rows)


def screening_tables(registry: Registry) -> Iterator[Table]:
    """Every search in numbers, the newest first: it is the text equivalent of the PRISMA flow."""
    newest, *earlier = reversed(registry.searches)
    yield _screening("screening", newest, "Search and selection in numbers")
    for search in earlier:
        caption = f"Search and selection in numbers: the search up to {search.date}"
        yield _screening(f"screening-{search.id}", search, caption)


def _screening(id_: str, search: Search, caption: str) -> Table:
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
    if prisma.studies_before is not None and prisma.reports_before is not None:
        rows += [
            ("Studies of the previous version", str(prisma.studies_before), ""),
            ("Reports of these studies", str(prisma.reports_before), ""),
            ("Total studies", str(prisma.studies_before + prisma.studies_included), ""),
            ("Total reports", str(prisma.reports_before + prisma.reports_included), ""),
        ]
    return Table(
        id_,
        caption,
        (*texts("Step"), *numbers("Number"), *texts("Ground")),
        tuple(rows),
    )
