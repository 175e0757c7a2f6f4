"""Quality ratings of the studies."""

from collections.abc import Iterator
from dataclasses import dataclass

from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import Section
from trdreport.sections.sketch import Sketch
from trdreport.sections.study_figures import quality_sketches
from trdreport.sections.study_tables import quality_table
from trdreport.sections.tables import Table


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
