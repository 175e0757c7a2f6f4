"""Ask every robustness question of the results, or read what an earlier build found."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from trdreport.brain.spaces import Coordinate, FloatMap, convert, coordinate
from trdreport.engine.claims import findings
from trdreport.engine.codec import table_json
from trdreport.engine.results import CLUSTER_FWE, AnalysisResult, Cluster, ExperimentTable
from trdreport.engine.robustness.results import (
    ClaimCurve,
    Difference,
    FailSafeDraw,
    FailSafeN,
    FewestRemoved,
    NotCompared,
    Outcome,
    Retest,
    Robustness,
    Target,
)
from trdreport.engine.robustness.specifications import Cell, Claimed, cells, other_cells
from trdreport.engine.run import Result
from trdreport.model.plan import Comparison, FailSafe, Profile, Run
from trdreport.model.published import PublishedResult
from trdreport.records.loading import Registry
from trdreport.work.scheduling import Scheduler, one_by_one
from trdreport.work.store import Store, Tell, Wanted

CELLS_A_PIECE = 12
"""Cells of a multiverse that one process takes at a time."""

UNITS_A_PIECE = 10
"""Units that one process leaves out, one after the other."""

_RETESTS = TypeAdapter(tuple[Retest, ...])
_DRAW = TypeAdapter(tuple[FailSafeDraw, ...])
_FEWEST = TypeAdapter(FewestRemoved)
_OUTCOMES = TypeAdapter(tuple[tuple[Outcome, ...], ...])
_DIFFERENCE = TypeAdapter(Difference)

Answer = tuple[str, ...]
"""Says which answer a piece of work is part of: its kind, then the run, cluster or claims."""


@dataclass(frozen=True)
class Piece:
    """One stored piece of work: its answer, what it depends on, how it is made and read."""

    answer: Answer
    inputs: tuple[bytes | str, ...]
    make: Callable[[], bytes]
    reader: TypeAdapter[Any]


def run_robustness(
    registry: Registry,
    results: Mapping[str, Result],
    store: Store,
    *,
    scheduler: Scheduler = one_by_one,
    tell: Tell = lambda *_: None,
) -> Robustness:
    """All robustness analyses that the plan asks for; `scheduler` does what the store lacks.

    Published claims are tested on the studies that the paper had, results on all.
    """
    runs = [
        (run, result)
        for run in registry.plan.runs
        if isinstance(result := results[run.id], AnalysisResult)
    ]
    clusters = [
        (run, result, cluster)
        for run, result in runs
        for cluster in findings(result.readout(CLUSTER_FWE))
    ]
    settings = registry.plan.fail_safe
    pieces = [
        *(_fewest_piece(*of, settings) for of in clusters if settings),
        *_specification_pieces(registry.as_published),
        *(
            _draw_piece(run, result, settings, index)
            for run, result in runs
            if settings and findings(result.readout(CLUSTER_FWE))
            for index in range(settings.draws)
        ),
        *(piece for run, result in runs for piece in _retest_pieces(run, result)),
        *_difference_pieces(registry, results),
    ]  # fmt: skip
    made = _made(store, pieces, scheduler, tell)
    fail_safe: dict[str, tuple[FailSafeN, ...]] = {}
    for run, result, cluster in clusters if settings else ():
        found = fail_safe.get(run.id, ())
        fail_safe[run.id] = (*found, _fail_safe_n(run, result, len(found), cluster, made))
    return Robustness(
        leave_one_out={
            run.id: tuple(chain.from_iterable(made["leave-one-out", run.id])) for run, _ in runs
        },
        fail_safe=fail_safe,
        curves=_curves(registry, made) if registry.plan.multiverse else (),
        differences=_differences(registry, results, made),
    )


Made = Mapping[Answer, list[Any]]


def _made(store: Store, pieces: list[Piece], scheduler: Scheduler, tell: Tell) -> Made:
    """What the pieces give, by answer, in their order."""
    wanted = [Wanted(p.answer[0], p.inputs, p.make, p.reader.validate_json) for p in pieces]
    made: dict[Answer, list[Any]] = {}
    for piece, answer in zip(pieces, store.remember_all(wanted, scheduler, tell), strict=True):
        made.setdefault(piece.answer, []).append(answer)
    return made


def _json(profile: Profile) -> str:
    return profile.model_dump_json(exclude={"title"})


def targets(result: AnalysisResult) -> tuple[Target, ...]:
    """The findings of a run, of both readouts."""
    return tuple(
        Target(readout.readout, cluster.number)
        for readout in result.readouts
        for cluster in findings(readout)
    )


def _retest_pieces(run: Run, result: AnalysisResult) -> Iterator[Piece]:
    wanted = targets(result)
    every = [experiment.unit for experiment in result.table.experiments]
    for start in range(0, len(every), UNITS_A_PIECE):
        units = tuple(every[start : start + UNITS_A_PIECE])
        yield Piece(
            ("leave-one-out", run.id),
            (table_json(result.table), _json(run.profile), repr(wanted), repr(units)),
            partial(_retest, result.table, run.profile, wanted, units),
            _RETESTS,
        )


def _fewest_piece(run: Run, result: AnalysisResult, cluster: Cluster, settings: FailSafe) -> Piece:
    return Piece(
        ("fewest-removed", run.id, str(cluster.number)),
        (table_json(result.table), _json(run.profile), str(cluster.number),
         str(settings.permutations)),
        partial(_fewest, result.table, run.profile, cluster.number, settings),
        _FEWEST,
    )  # fmt: skip


def _draw_piece(run: Run, result: AnalysisResult, settings: FailSafe, index: int) -> Piece:
    numbers = tuple(cluster.number for cluster in findings(result.readout(CLUSTER_FWE)))
    return Piece(
        ("fail-safe", run.id),
        (table_json(result.table), _json(run.profile), repr(numbers),
         settings.model_dump_json(exclude={"draws"}), str(index)),
        partial(_draw, result.table, run.profile, numbers, settings, index),
        _DRAW,
    )  # fmt: skip


def _fail_safe_n(
    run: Run, result: AnalysisResult, place: int, cluster: Cluster, made: Made
) -> FailSafeN:
    return FailSafeN(
        target=Target(CLUSTER_FWE, cluster.number),
        draws=tuple(draw[place] for draw in made["fail-safe", run.id]),
        experiments=len(result.table.experiments),
        contributing=sum(part.foci_inside > 0 for part in cluster.contributions),
        fewest_removed=made["fewest-removed", run.id, str(cluster.number)][0],
    )


def _specification_pieces(registry: Registry) -> Iterable[Piece]:
    """The grid for every claim; the other estimators for claims of clusters."""
    multiverse = registry.plan.multiverse
    if multiverse is None:
        return
    for analysis in dict.fromkeys(claim.analysis for claim in registry.published.results):
        run = registry.run(analysis)
        of_analysis = [claim for claim in registry.published.results if claim.analysis == analysis]
        claims = tuple(Claimed(p.readout, _peaks_mni(p, run.profile)) for p in of_analysis)
        grid = list(cells(registry, run, multiverse))
        for start in range(0, len(grid), CELLS_A_PIECE):
            yield _specification_piece(run, grid[start : start + CELLS_A_PIECE], claims)
        for claim in claims:
            for cell in other_cells(registry, run, multiverse) if claim.peaks else ():
                yield _specification_piece(run, [cell], (claim,))


def _specification_piece(run: Run, some: list[Cell], claims: tuple[Claimed, ...]) -> Piece:
    inputs: list[bytes | str] = [repr(claims), _json(run.profile)]
    for cell in some:
        inputs += [table_json(cell.table), *map(_json, cell.profiles)]
    return Piece(
        ("specifications", run.analysis.id, *(claim.readout for claim in claims)),
        tuple(inputs),
        partial(_specifications, tuple(some), claims, run.profile),
        _OUTCOMES,
    )


def _peaks_mni(published: PublishedResult, profile: Profile) -> tuple[Coordinate, ...]:
    peaks = np.array([c.peak for c in published.clusters], dtype=float).reshape(-1, 3)
    mni = convert(peaks, profile.space, "MNI", profile.transform)
    return tuple(map(coordinate, mni))


def _curves(registry: Registry, made: Made) -> tuple[ClaimCurve, ...]:
    """Every published claim with its outcomes, in the order of published.yaml."""
    outcomes: dict[tuple[str, str], list[Outcome]] = {}
    for (kind, *place), parts in made.items():
        if kind == "specifications":
            analysis, *readouts = place
            for part in parts:
                for readout, of_readout in zip(readouts, part, strict=True):
                    outcomes.setdefault((analysis, readout), []).extend(of_readout)
    return tuple(
        ClaimCurve(
            published.analysis,
            published.readout,
            _peaks_mni(published, registry.run(published.analysis).profile),
            tuple(outcomes[published.analysis, published.readout]),
        )
        for published in registry.published.results
    )


def _lacking(comparison: Comparison, results: Mapping[str, Result]) -> str:
    """Why a comparison cannot be done; empty where it can."""
    for name in (comparison.first, comparison.second):
        result = results[name]
        if not isinstance(result, AnalysisResult):
            return f"{name} was not run: {result.reason}"
    return ""


def _difference_pieces(registry: Registry, results: Mapping[str, Result]) -> Iterable[Piece]:
    """Each comparison under the profile of its first analysis."""
    for comparison in registry.plan.comparisons:
        first, second = results[comparison.first], results[comparison.second]
        if isinstance(first, AnalysisResult) and isinstance(second, AnalysisResult):
            profile = registry.run(comparison.first).profile
            yield Piece(
                ("difference", comparison.id),
                (comparison.model_dump_json(exclude={"title"}), _json(profile),
                 table_json(first.table), table_json(second.table)),
                partial(_difference, comparison, _side(first), _side(second), profile),
                _DIFFERENCE,
            )  # fmt: skip


def _side(result: AnalysisResult) -> tuple[ExperimentTable, Mapping[str, FloatMap]]:
    return result.table, {name: result.maps[name] for name in ("z", "p")}


def _differences(
    registry: Registry, results: Mapping[str, Result], made: Made
) -> tuple[Difference | NotCompared, ...]:
    found: list[Difference | NotCompared] = []
    for comparison in registry.plan.comparisons:
        reason = _lacking(comparison, results)
        done = NotCompared(comparison.id, reason) if reason else None
        found.append(done or made["difference", comparison.id][0])
    return tuple(found)


# What a process does. Each imports nimare, which takes seconds, only when it is to work.


def _retest(
    table: ExperimentTable, profile: Profile, wanted: tuple[Target, ...], units: tuple[str, ...]
) -> bytes:
    from trdreport.engine.robustness.leave_one_out import leave_one_out

    gc.freeze()  # nilearn collects garbage at each image; what is imported is none
    return _RETESTS.dump_json(leave_one_out(table, profile, wanted, units))


def _fewest(table: ExperimentTable, profile: Profile, cluster: int, settings: FailSafe) -> bytes:
    from trdreport.engine.robustness.fail_safe import fewest_removed

    gc.freeze()
    return _FEWEST.dump_json(fewest_removed(table, profile, cluster, settings))


def _draw(
    table: ExperimentTable,
    profile: Profile,
    clusters: tuple[int, ...],
    settings: FailSafe,
    index: int,
) -> bytes:
    from trdreport.engine.robustness.fail_safe import fail_safe_draw

    gc.freeze()
    return _DRAW.dump_json(fail_safe_draw(table, profile, clusters, settings, index))


def _specifications(
    part: tuple[Cell, ...], claims: tuple[Claimed, ...], published: Profile
) -> bytes:
    from trdreport.engine.robustness.multiverse import outcomes

    gc.freeze()
    return _OUTCOMES.dump_json(outcomes(part, claims, published))


def _difference(
    comparison: Comparison,
    first: tuple[ExperimentTable, Mapping[str, FloatMap]],
    second: tuple[ExperimentTable, Mapping[str, FloatMap]],
    profile: Profile,
) -> bytes:
    from trdreport.engine.robustness.comparison import Side, compare

    gc.freeze()
    return _DIFFERENCE.dump_json(compare(comparison, Side(*first), Side(*second), profile))
