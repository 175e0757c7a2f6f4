"""Every analysis and what it found, profile by profile."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trdreport.engine.results import AnalysisResult
from trdreport.engine.run import Result
from trdreport.model.plan import Run
from trdreport.sections.facts.computed import Computed, State
from trdreport.sections.figures.foci import all_foci_sketch
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.section import DataFile, Section, csv_file
from trdreport.sections.tables import NOT_APPLICABLE, Table, numbers, texts
from trdreport.sections.words import listed, number

CSV_COLUMNS = (
    "analysis", "profile", "title", "experiments", "foci", "participants", "status", "as_of",
)  # fmt: skip


@dataclass(frozen=True)
class OverviewView:
    """The tables, one a profile, and the figures of the section."""

    tables: tuple[str, ...]
    figures: tuple[str, ...]


def view(computed: Computed) -> OverviewView:
    """What the section shows."""
    return OverviewView(
        tuple(table.id for table in tables(computed)),
        tuple(sketch.id for sketch in figures(computed)),
    )


def tables(computed: Computed) -> Iterator[Table]:
    """The leading runs, then those under each other profile."""
    yield _overview("analyses", computed.leading, computed.results)
    for profile in dict.fromkeys(run.profile_id for run in computed.further):
        same = tuple(run for run in computed.further if run.profile_id == profile)
        yield _overview(f"analyses-{profile}", same, computed.results)


def figures(computed: Computed) -> Iterator[Sketch]:
    """Every focus, where there are any."""
    if any(result.foci for study in computed.registry.studies for result in study.contrasts):
        yield all_foci_sketch(computed.registry)


def files(computed: Computed) -> Iterator[DataFile]:
    """The runs as data."""
    rows = [row for state in computed.states for row in analysis_rows(state)]
    yield csv_file("analyses.csv", CSV_COLUMNS, rows, "one row a run of an analysis")


def analysis_rows(state: State) -> Iterator[tuple[str, ...]]:
    """Rows of analyses.csv."""
    for run in state.runs:
        table = state.results[run.id].table
        yield (
            run.analysis.id, run.profile_id, run.analysis.title, str(len(table.experiments)),
            str(table.n_foci), str(table.participants), _status(state.results[run.id]), state.as_of,
        )  # fmt: skip


def _status(result: Result) -> str:
    return "run" if isinstance(result, AnalysisResult) else f"not run: {result.reason}"


def _overview(id_: str, runs: tuple[Run, ...], results: Mapping[str, Result]) -> Table:
    rows = [
        (
            run.analysis.title, "post hoc" if run.analysis.post_hoc else "planned",
            str(len(results[run.id].table.experiments)), str(results[run.id].table.n_foci),
            str(results[run.id].table.participants), *_found(results[run.id]),
        )
        for run in runs
    ]  # fmt: skip
    return Table(
        id_,
        f"Analyses and their findings, by the choices {_titles(runs)}",
        (
            *texts("Analysis", "Kind"),
            *numbers(
                "Experiments", "Foci", "Participants", "Significant clusters (FWE)",
                "Smallest FWE p", "Meeting points, uncorrected",
            ),
        ),
        tuple(rows),
        notes=(
            "Meeting points: clusters at the exploratory threshold with foci of at least two"
            " experiments; not corrected for the number of places searched.",
        ),
        pages=tuple(f"analyses/{run.analysis.id}.html" for run in runs),
    )  # fmt: skip


def _titles(runs: tuple[Run, ...]) -> str:
    return listed(f"“{title}”" for title in dict.fromkeys(run.profile.title for run in runs))


def _found(result: Result) -> tuple[str, str, str]:
    if not isinstance(result, AnalysisResult):
        return ("not run",) * 3
    corrected, exploratory = result.corrected.clusters, result.exploratory.clusters
    smallest = min((c.p_fwe for c in corrected if c.p_fwe is not None), default=None)
    return (
        str(sum(cluster.significant for cluster in corrected)),
        NOT_APPLICABLE if smallest is None else number(smallest),
        str(sum(cluster.convergent for cluster in exploratory)),
    )


SECTION = Section(
    id="overview",
    place="overview",
    title="All analyses",
    page="results.html",
    view=view,
    tables=tables,
    figures=figures,
    files=files,
)
