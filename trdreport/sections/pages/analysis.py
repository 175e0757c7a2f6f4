"""The page of an analysis: its runs, their maps and clusters, and how well they hold."""

from collections.abc import Iterator
from dataclasses import dataclass

from trdreport.engine.results import MAP_MEANINGS
from trdreport.model.plan import Analysis, Run
from trdreport.sections.facts.clusters import unit_labels
from trdreport.sections.facts.computed import Computed
from trdreport.sections.facts.nearby import Nearby
from trdreport.sections.facts.runs import RunSummary, map_file, summarised
from trdreport.sections.figures.foci import foci_sketch
from trdreport.sections.figures.results import result_sketches
from trdreport.sections.figures.robustness import run_sketches
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.section import Item
from trdreport.sections.tables import Table
from trdreport.sections.tables.clusters import cluster_tables
from trdreport.sections.tables.robustness import without_table
from trdreport.sections.through_time import outlook
from trdreport.sections.update import states_table
from trdreport.sections.words.plain import plain_words


@dataclass(frozen=True)
class RunView:
    """One run: its numbers, who is in it, the ids of its tables and figures, and its maps.

    `robustness_tables` and `robustness_figures` are of the run put to the test; none without. A map
    is its file in the site and what it holds.
    """

    id: str
    profile: str
    title: str
    summary: RunSummary
    permutations: int
    units: tuple[str, ...]
    without_foci: tuple[str, ...]
    not_reported: tuple[str, ...]
    plain: str
    outlook: tuple[str, ...]
    figures: tuple[str, ...]
    tables: tuple[str, ...]
    robustness_figures: tuple[str, ...]
    robustness_tables: tuple[str, ...]
    nearby: tuple[Nearby, ...]
    maps: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AnalysisView:
    """An analysis, its runs, the leading one first, and whether robustness was computed.

    `before` are the ids of the tables that set it beside the published paper, once there are
    studies that the paper did not know.
    """

    id: str
    title: str
    question: str
    reason: str
    post_hoc: bool
    runs: tuple[RunView, ...]
    robustness: bool
    before: tuple[str, ...]


@dataclass(frozen=True)
class _Shown:
    """What a run shows, before its view has the ids."""

    figures: tuple[Sketch, ...]
    tables: tuple[Table, ...]
    robustness_figures: tuple[Sketch, ...]
    robustness_tables: tuple[Table, ...]


def analysis_pages(computed: Computed) -> Iterator[Item]:
    """A page for each analysis of the plan."""
    for analysis in computed.registry.plan.analyses:
        yield _page(computed, analysis)


def _page(computed: Computed, analysis: Analysis) -> Item:
    runs = [run for run in computed.registry.plan.runs if run.analysis == analysis]
    shown = [_shown(computed, run) for run in runs]
    before = tuple(_before(computed, analysis))
    return Item(
        file=f"analyses/{analysis.id}.html",
        template="analysis.html",
        view=AnalysisView(
            id=analysis.id,
            title=analysis.title,
            question=analysis.question,
            reason=analysis.reason or "",
            post_hoc=analysis.post_hoc,
            runs=tuple(_view(computed, *of) for of in zip(runs, shown, strict=True)),
            robustness=computed.robustness is not None,
            before=tuple(table.id for table in before),
        ),
        tables=(
            *before,
            *(t for each in shown for t in (*each.tables, *each.robustness_tables)),
        ),
        figures=tuple(f for each in shown for f in (*each.figures, *each.robustness_figures)),
    )


def _before(computed: Computed, analysis: Analysis) -> Iterator[Table]:
    """Published values of the analysis, and its clusters from the studies of the paper."""
    if computed.reproduced:
        registry = computed.registry
        yield states_table(computed, analysis.id)
        yield from cluster_tables(
            registry.as_published, computed.reproduced[analysis.id], convergent_only=False,
            as_of=registry.published.as_of,
        )  # fmt: skip


def _shown(computed: Computed, run: Run) -> _Shown:
    registry, result, robustness = computed.registry, computed.results[run.id], computed.robustness
    foci = [foci_sketch(registry, run, result)] if run.leading and result.table.n_foci else []
    done = computed.done(run)
    tested = (done, robustness) if done and robustness else None
    return _Shown(
        figures=(*foci, *result_sketches(registry, run, result)),
        tables=cluster_tables(registry, result, convergent_only=False),
        robustness_figures=tuple(run_sketches(registry, run, *tested)) if tested else (),
        robustness_tables=(
            (without_table(registry, run, tested[0], tested[1].leave_one_out[run.id]),)
            if tested
            else ()
        ),
    )


def _view(computed: Computed, run: Run, shown: _Shown) -> RunView:
    registry, result, labels = computed.registry, computed.results[run.id], computed.labels
    done = computed.done(run)
    return RunView(
        id=run.id,
        profile=run.profile_id,
        title=run.profile.title,
        summary=summarised(result),
        permutations=done.permutations if done else 0,
        units=tuple(unit_labels(registry, result.table).values()),
        without_foci=tuple(labels.get(unit, unit) for unit in result.table.without_foci),
        not_reported=tuple(labels.get(unit, unit) for unit in result.table.not_reported),
        plain=plain_words(registry, run, result, computed.robustness),
        outlook=outlook(computed, run),
        figures=tuple(sketch.id for sketch in shown.figures),
        tables=tuple(table.id for table in shown.tables),
        robustness_figures=tuple(sketch.id for sketch in shown.robustness_figures),
        robustness_tables=tuple(table.id for table in shown.robustness_tables if table.rows),
        nearby=computed.nearby.get(run.id, ()),
        maps=tuple((map_file(run, n), words) for n, words in MAP_MEANINGS.items() if done),
    )
