"""Robustness: what rests on which study, and what survives other choices."""

from collections.abc import Iterator
from dataclasses import dataclass

from trdreport.engine.stopping import exact_interval
from trdreport.model.calibration import Calibration
from trdreport.sections.facts.clusters import found_clusters
from trdreport.sections.facts.computed import Computed
from trdreport.sections.figures.robustness import power_sketch, run_sketches
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.section import DataFile, Section, csv_file
from trdreport.sections.tables import NOT_APPLICABLE, Table, numbers, texts
from trdreport.sections.tables.claims import claims_table, units_table
from trdreport.sections.tables.robustness import comparison_table, fail_safe_table
from trdreport.sections.tables.robustness_rows import CSV_COLUMNS, robustness_rows
from trdreport.sections.words.plain import PlainWords, in_plain_words


@dataclass(frozen=True)
class RobustnessView:
    """Whether robustness was computed, the significant results in plain words, the tables.

    `tables` are those of published claims and clusters, `simulated` that of simulated reviews.
    """

    computed: bool
    plain: tuple[PlainWords, ...]
    tables: tuple[str, ...]
    simulated: tuple[str, ...]
    figures: tuple[str, ...]


def view(computed: Computed) -> RobustnessView:
    """What the section shows."""
    return RobustnessView(
        computed=computed.robustness is not None,
        plain=in_plain_words(computed) if computed.robustness else (),
        tables=tuple(table.id for table in _of_robustness(computed)),
        simulated=tuple(table.id for table in _of_calibration(computed)),
        figures=tuple(sketch.id for sketch in figures(computed)),
    )


def tables(computed: Computed) -> Iterator[Table]:
    """Claims and clusters put to the test, then simulated reviews."""
    yield from _of_robustness(computed)
    yield from _of_calibration(computed)


def _of_robustness(computed: Computed) -> Iterator[Table]:
    registry, results, robustness = computed.registry, computed.results, computed.robustness
    if robustness:
        found = (
            claims_table(registry, robustness),
            fail_safe_table(registry, results, robustness),
            units_table(registry, results, robustness),
            comparison_table(registry, robustness),
        )
        yield from (table for table in found if table.rows)


def _of_calibration(computed: Computed) -> Iterator[Table]:
    if computed.registry.calibration:
        yield calibration_table(computed.registry.calibration)


def figures(computed: Computed) -> Iterator[Sketch]:
    """Shares, retests and claims of significant clusters, then what a number of studies detects."""
    registry, robustness = computed.registry, computed.robustness
    if robustness is None:
        return
    for run in computed.leading:
        result = computed.done(run)
        if result and found_clusters(result, corrected=True):
            yield from run_sketches(registry, run, result, robustness, corrected_only=True)
    if registry.calibration:
        imitated = computed.done(registry.run(registry.calibration.analysis))
        if imitated:
            yield power_sketch(registry.calibration, len(imitated.table.experiments))


def files(computed: Computed) -> Iterator[DataFile]:
    """Everything that was asked of the results as data."""
    rows = robustness_rows(computed.registry, computed.results, computed.robustness)
    words = "contributions, analyses without a study, fail-safe N, specifications"
    yield csv_file("robustness.csv", CSV_COLUMNS, rows, words)


def calibration_table(calibration: Calibration) -> Table:
    """What simulated reviews showed."""
    rows = []
    for s in calibration.simulated:
        low, high = exact_interval(s.found, s.reviews)
        rows.append(
            (
                f"{s.reported:.0%} of studies report it" if s.reported else "nothing to find",
                str(s.studies), f"{s.found} of {s.reviews}", f"{s.found / s.reviews:.1%}",
                f"{low:.1%} to {high:.1%}",
                NOT_APPLICABLE if s.median_error_mm is None else str(s.median_error_mm),
            )
        )  # fmt: skip
    return Table(
        "calibration",
        "Simulated reviews",
        (
            *texts("Planted place"),
            *numbers(
                "Studies", "Reviews with a cluster", "Share", "95 % interval", "Median error, mm"
            ),
        ),
        tuple(rows),
        notes=(
            f"Recorded, not computed in every build. Made by: {calibration.command} (trdreport"
            f" {calibration.version}). Sample sizes and numbers of foci are drawn from"
            f" {calibration.analysis}; a study that reports the planted place is off by"
            f" {calibration.spread_mm} mm (SD along each axis). Where nothing is planted, a cluster"
            " is a false alarm: 5 % are meant.",
        ),
    )  # fmt: skip


SECTION = Section(
    id="robustness",
    place="robustness",
    title="How well each result holds",
    page="robustness.html",
    view=view,
    tables=tables,
    figures=figures,
    files=files,
)
