"""Run every analysis of the plan, or read what an earlier run found."""

import gc
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from trdreport.engine.codec import decode, encode, table_json
from trdreport.engine.results import AnalysisResult, ExperimentTable, NotRun
from trdreport.engine.selection import experiment_table
from trdreport.model.plan import Profile, Run
from trdreport.records.loading import Registry
from trdreport.work.scheduling import Scheduler, Spread, one_by_one
from trdreport.work.store import Store, Tell, Wanted

if TYPE_CHECKING:
    from trdreport.engine.null import Map

LARGE = 5_000_000
"""Foci to be placed at random, over all permutations, from which on the permutations of one
analysis are worth many workers; the others are done side by side."""

Result = AnalysisResult | NotRun


def run_plan(
    registry: Registry,
    store: Store,
    *,
    scheduler: Scheduler = one_by_one,
    tell: Tell = lambda *_: None,
    only: Sequence[Run] | None = None,
) -> list[Result]:
    """Results in the order of the plan's runs, or of those that are asked for.

    A run with fewer than two experiments is not done, and its result says so.
    """
    asked = registry.plan.runs if only is None else only
    tables = {run.id: experiment_table(registry, run) for run in asked}
    runs = [run for run in asked if len(tables[run.id].experiments) >= 2]
    large = [r for r in runs if tables[r.id].n_foci * r.profile.permutations >= LARGE]
    many = Spread(scheduler)
    done = [
        *store.remember_all([_wanted(r, tables[r.id], many) for r in large], one_by_one, tell),
        *store.remember_all(
            [_wanted(r, tables[r.id]) for r in runs if r not in large], scheduler, tell
        ),
    ]
    results = {result.run: result for result in done}
    return [results.get(run.id) or _not_run(run, tables[run.id]) for run in asked]


def _not_run(run: Run, table: ExperimentTable) -> NotRun:
    count = len(table.experiments)
    reason = f"{count} experiment{'s' * (count != 1)} with foci; a meta-analysis needs two"
    return NotRun(run.id, table, reason)


def _wanted(run: Run, table: ExperimentTable, spread: "Map" = map) -> Wanted[AnalysisResult]:
    """A run of the plan; how its permutations are spread does not matter to what it gives."""
    return Wanted(
        "analysis",
        (table_json(table), run.profile.model_dump_json(exclude={"title"})),
        partial(_run, table, run.profile, spread),
        partial(decode, run=run.id, table=table, profile=run.profile),
    )


def _run(table: ExperimentTable, profile: Profile, spread: "Map") -> bytes:
    # nimare and the atlas take seconds to import, and a stored result needs neither
    from trdreport.brain.atlas import load_atlas
    from trdreport.engine.analysis import run_analysis

    gc.freeze()  # nilearn collects garbage at each image; what is imported is none
    return encode(run_analysis("", table, profile, load_atlas().label, spread=spread))
