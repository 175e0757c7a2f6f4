"""Each analysis under its leading profile: what went in, what was found, and its maps."""

from collections.abc import Iterator
from dataclasses import dataclass

from trdreport.exchange.sleuth import sleuth
from trdreport.sections.facts.computed import Computed
from trdreport.sections.facts.runs import RunSummary, summarised
from trdreport.sections.figures.results import result_sketches
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.maps import map_files
from trdreport.sections.section import DataFile, Heading, Section, csv_file, ready, table_files
from trdreport.sections.tables import Table
from trdreport.sections.tables.clusters import CSV_COLUMNS, cluster_rows, cluster_tables


@dataclass(frozen=True)
class AnalysisLine:
    """An analysis, its result in numbers, and the ids of its tables and figures."""

    id: str
    title: str
    question: str
    post_hoc: bool
    run: RunSummary
    tables: tuple[str, ...]
    figures: tuple[str, ...]


def view(computed: Computed) -> tuple[AnalysisLine, ...]:
    """The analyses, in the order of the plan."""
    registry, results = computed.registry, computed.results
    return tuple(
        AnalysisLine(
            id=run.analysis.id,
            title=run.analysis.title,
            question=run.analysis.question,
            post_hoc=run.analysis.post_hoc,
            run=summarised(results[run.id]),
            tables=tuple(
                table.id
                for table in cluster_tables(registry, results[run.id], convergent_only=True)
            ),
            figures=tuple(s.id for s in result_sketches(registry, run, results[run.id])),
        )
        for run in computed.leading
    )


def tables(computed: Computed) -> Iterator[Table]:
    """Clusters in which experiments meet, of each analysis."""
    for run in computed.leading:
        yield from cluster_tables(computed.registry, computed.results[run.id], convergent_only=True)


def figures(computed: Computed) -> Iterator[Sketch]:
    """The statistic and the clusters of each analysis."""
    for run in computed.leading:
        yield from result_sketches(computed.registry, run, computed.results[run.id])


def files(computed: Computed) -> Iterator[DataFile]:
    """Clusters as data, and the foci and maps of every run."""
    rows = [row for state in computed.states for row in cluster_rows(state)]
    words = "every cluster of both readouts, with the share of each experiment"
    yield csv_file("clusters.csv", CSV_COLUMNS, rows, words)
    for run in computed.registry.plan.runs:
        text = sleuth(computed.results[run.id].table, run.profile.space)
        title = f"{run.analysis.title}, {run.profile_id}"
        yield ready(f"{run.id}.sleuth.txt", text, Heading.COORDINATES, title)
    for run in computed.registry.plan.runs:
        if done := computed.done(run):
            yield from map_files(run, done)
    for run in computed.further:  # on no page: there, all clusters of the run are shown
        found = computed.results[run.id]
        for table in cluster_tables(computed.registry, found, convergent_only=True):
            yield from table_files(table)


SECTION = Section(
    id="results",
    place="results",
    title="Each analysis",
    page="results.html",
    view=view,
    tables=tables,
    figures=figures,
    files=files,
)
