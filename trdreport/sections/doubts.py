"""What could not be reconciled: doubts about the data, and corrections of printed values."""

from collections.abc import Iterator
from dataclasses import dataclass

from trdreport.checks.doubt import Doubt
from trdreport.records.yamlfile import dotted
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import DataFile, Section, csv_file
from trdreport.sections.tables import shown

CSV_COLUMNS = ("code", "severity", "studies", "message", "file", "field", "acknowledged")


@dataclass(frozen=True)
class CorrectionLine:
    """A printed value that is wrong, and the right one."""

    study: str
    field: str
    printed: str
    corrected: str
    reason: str


@dataclass(frozen=True)
class DoubtsView:
    """Every doubt and every correction."""

    doubts: tuple[Doubt, ...]
    corrections: tuple[CorrectionLine, ...]


def view(computed: Computed) -> DoubtsView:
    """What the section shows; corrections in the order of the studies."""
    registry = computed.registry
    return DoubtsView(
        computed.doubts,
        tuple(
            CorrectionLine(study.label, c.field, shown(c.printed), shown(c.corrected), c.reason)
            for study in registry.studies
            for c in registry.corrections
            if c.study == study.id
        ),
    )


def files(computed: Computed) -> Iterator[DataFile]:
    """The doubts as data."""
    rows = [
        (d.code, d.severity, ";".join(d.studies), d.message, d.file, dotted(d.loc), d.acknowledged)
        for d in computed.doubts
    ]
    yield csv_file("checks.csv", CSV_COLUMNS, rows, "what could not be reconciled")


SECTION = Section(
    id="doubts",
    place="unreconciled",
    title="What we could not reconcile",
    page="quality.html",
    view=view,
    files=files,
)
