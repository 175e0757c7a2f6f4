"""Evidence around the meta-analysis: the map of statements, their conflicts and tables."""

from collections.abc import Iterator

from trdreport.figures.data import Mark
from trdreport.figures.grids import evidence_map
from trdreport.sections.facts.computed import Computed
from trdreport.sections.facts.statements import DIRECTIONS, EvidenceView
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.section import DataFile, Section, csv_file
from trdreport.sections.tables import NOT_APPLICABLE, Table, numbers, shown, texts

NONE = "none"
"""A cell of the matrix without a statement."""

CSV_COLUMNS = (
    "statement", "record", "document", "reference", "design", "population", "n", "modality",
    "measure", "metabolite", "treatments", "regions", "connected_to", "direction", "association",
    "comparison", "summary",
)  # fmt: skip


def tables(computed: Computed) -> Iterator[Table]:
    """What changes with treatment, then every statement."""
    yield response_table(computed.evidence)
    yield evidence_table(computed.evidence)


def figures(computed: Computed) -> Iterator[Sketch]:
    """The map of statements, where there are any."""
    if computed.evidence.statements:
        yield map_sketch(computed.evidence)


def files(computed: Computed) -> Iterator[DataFile]:
    """The statements as data."""
    words = "statements around the meta-analysis, one row each; never pooled"
    yield csv_file("evidence.csv", CSV_COLUMNS, evidence_rows(computed.evidence), words)


def evidence_rows(view: EvidenceView) -> list[tuple[str, ...]]:
    """Rows of evidence.csv."""
    return [
        (
            each.id, each.record.id, each.record.document,
            "" if each.record.reference is None else str(each.record.reference),
            each.record.design, each.record.population, str(each.record.n), s.modality,
            s.measure, s.metabolite or "", ";".join(s.treatments), ";".join(s.regions),
            ";".join(s.connected_to), s.direction, s.association or "", s.comparison, s.summary,
        )
        for each in view.statements
        for s in (each.statement,)
    ]  # fmt: skip


def evidence_table(view: EvidenceView) -> Table:
    """Every statement, for reading; each row can be linked to."""
    rows = [
        (
            each.record.label, each.source, each.where, shown(s.modality),
            shown(s.measure) + (f": {s.metabolite}" if s.metabolite else ""),
            each.treatments or NOT_APPLICABLE, each.direction, s.comparison,
            shown(each.record.n), s.summary,
        )
        for each in view.statements
        for s in (each.statement,)
    ]  # fmt: skip
    return Table(
        "evidence",
        "Statements of reviews and abstracts about single regions",
        (
            *texts(
                "Study", "Read in", "Region or network", "Modality", "Measure", "Treatment",
                "Direction", "Comparison",
            ),
            *numbers("N"),
            *texts("In our words"),
        ),
        tuple(rows),
        notes=(
            "Taken from reviews and abstracts, not from the studies themselves. The direction is"
            " that of the side named first in the comparison.",
        ),
        places=tuple(f"statement-{each.id}" for each in view.statements),
    )  # fmt: skip


def response_table(view: EvidenceView) -> Table:
    """What changes with which treatment, by measure and direction."""
    cells: dict[tuple[str, str], dict[str, list[str]]] = {}
    for each in view.statements:
        if not each.statement.treatments:
            continue
        key = (each.treatments, shown(each.statement.measure))
        stated = cells.setdefault(key, {direction: [] for direction in DIRECTIONS})
        stated[each.statement.direction].append(f"{each.where} ({each.record.label})")
    at_odds = {
        (each.treatments, shown(each.statement.measure))
        for conflict in view.conflicts
        for each in (*conflict.one, *conflict.other)
        if each.statement.treatments
    }
    rows = [
        (
            *key,
            *("; ".join(stated[direction]) or NONE for direction in DIRECTIONS),
            "yes" if key in at_odds else "no",
        )
        for key, stated in sorted(cells.items())
    ]
    return Table(
        "treatment-response",
        "What is said to change with treatment",
        texts(
            "Treatment", "Measure", "Increase", "Decrease", "No change", "Association",
            "In conflict",
        ),
        tuple(rows),
        notes=("In conflict: with another statement; the conflicts are listed below.",),
    )  # fmt: skip


def map_sketch(view: EvidenceView) -> Sketch:
    """The map of statements as a figure."""
    marks = [
        Mark(region, shown(modality), each.statement.direction)
        for region in view.regions
        for modality in view.modalities
        for each in view.marks(region, modality)
    ]
    counts = "; ".join(
        f"{region}: {sum(mark.region == region for mark in marks)}" for region in view.regions
    )
    return Sketch(
        "evidence-map",
        evidence_map(view.regions, [shown(m) for m in view.modalities], marks),
        f"Statements by region: {counts}.",
        "What reviews and abstracts say of single regions and networks, one mark a statement and"
        " region; sides are in the table. Context, not evidence synthesis.",
        ("region", "modality", "direction"),
        tuple((mark.region, mark.modality, mark.direction) for mark in marks),
    )


def view(computed: Computed) -> EvidenceView:
    """Every statement, and the rows and columns of the map."""
    return computed.evidence


SECTION = Section(
    id="evidence",
    place="context",
    title="Evidence around the meta-analysis",
    page="evidence.html",
    view=view,
    tables=tables,
    figures=figures,
    files=files,
    scripts=("evidence.js",),
)
