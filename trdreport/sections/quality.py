"""Quality ratings of the studies."""

from collections.abc import Iterator
from dataclasses import dataclass

from trdreport.sections.facts.computed import Computed
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.figures.studies import quality_sketches
from trdreport.sections.section import Section
from trdreport.sections.tables import Table
from trdreport.sections.tables.studies import quality_table


@dataclass(frozen=True)
class QualityView:
    """The figures, by instrument."""

    figures: tuple[str, ...]


def view(computed: Computed) -> QualityView:
    """What the section shows beside its table."""
    return QualityView(tuple(sketch.id for sketch in figures(computed)))


def tables(computed: Computed) -> Iterator[Table]:
    """The ratings."""
    yield quality_table(computed.registry)


def figures(computed: Computed) -> Iterator[Sketch]:
    """Scores, and items where they are known, by instrument."""
    yield from quality_sketches(computed.registry)


SECTION = Section(
    id="quality",
    place="quality-section",
    title="Quality ratings",
    page="quality.html",
    view=view,
    tables=tables,
    figures=figures,
)
