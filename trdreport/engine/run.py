"""Run every analysis of the plan, or read what an earlier run found."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
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


@dataclass(frozen=True)
class Pooling:
    """What is pooled and how: all that a result depends on; `id` is what the result is called."""

    id: str
    table: ExperimentTable
    profile: Profile

    @cached_property
    def inputs(self) -> tuple[bytes, str]:
        """The same for the same result."""
        return table_json(self.table), self.profile.model_dump_json(exclude={"title"})


def pooling(registry: Registry, run: Run) -> Pooling:
    """What a run of the plan pools."""
    return Pooling(run.id, experiment_table(registry, run), run.profile)


def run_plan(
    registry: Registry,
    store: Store,
    *,
    scheduler: Scheduler = one_by_one,
    tell: Tell = lambda *_: None,
    only: Sequence[Run] | None = None,
) -> list[Result]:
    """Results in the order of the plan's runs, or of those that are asked for."""
    asked = registry.plan.runs if only is None else only
    return run_all([pooling(registry, r) for r in asked], store, scheduler=scheduler, tell=tell)


def run_all(
    asked: Sequence[Pooling],
    store: Store,
    *,
    scheduler: Scheduler = one_by_one,
    tell: Tell = lambda *_: None,
) -> list[Result]:
    """Results in the order asked for.

    What has fewer than two experiments is not done, and its result says so.
    """
    each = [one for one in asked if len(one.table.experiments) >= 2]
    large = [o for o in each if o.table.n_foci * o.profile.permutations >= LARGE]
    many = Spread(scheduler)
    done = [
        *store.remember_all([_wanted(one, many) for one in large], one_by_one, tell),
        *store.remember_all([_wanted(o) for o in each if o not in large], scheduler, tell),
    ]
    results = {result.run: result for result in done}
    return [results.get(one.id) or _not_run(one) for one in asked]


def _not_run(asked: Pooling) -> NotRun:
    count = len(asked.table.experiments)
    reason = f"{count} experiment{'s' * (count != 1)} with foci; a meta-analysis needs two"
    return NotRun(asked.id, asked.table, reason)


def _wanted(asked: Pooling, spread: "Map" = map) -> Wanted[AnalysisResult]:
    """What is asked for; how its permutations are spread does not matter to what it gives."""
    return Wanted(
        "analysis",
        asked.inputs,
        partial(_run, asked.table, asked.profile, spread),
        partial(decode, run=asked.id, table=asked.table, profile=asked.profile),
    )


def _run(table: ExperimentTable, profile: Profile, spread: "Map") -> bytes:
    # nimare and the atlas take seconds to import, and a stored result needs neither
    from trdreport.brain.atlas import load_atlas
    from trdreport.engine.analysis import run_analysis

    gc.freeze()  # nilearn collects garbage at each image; what is imported is none
    return encode(run_analysis("", table, profile, load_atlas().label, spread=spread))
