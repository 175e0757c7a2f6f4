"""Run every analysis of the plan, or read what an earlier run found."""

import gc
from collections.abc import Callable, Iterator
from functools import partial

from trdreport.engine.codec import decode, encode, table_json
from trdreport.engine.results import AnalysisResult, ExperimentTable, NotRun
from trdreport.engine.selection import experiment_table
from trdreport.model.plan import Profile, Run
from trdreport.records.loading import Registry
from trdreport.work.scheduling import Local, Scheduler
from trdreport.work.store import Store

Result = AnalysisResult | NotRun


def run_plan(
    registry: Registry,
    store: Store,
    *,
    scheduler: Scheduler = Local(),  # noqa: B008 (frozen)
    started: Callable[[Run], None] = lambda _: None,
) -> Iterator[Result]:
    """Results in the order of the plan's runs; `started` is called before each.

    A run with fewer than two experiments is not done, and its result says so.
    """
    for run in registry.plan.runs:
        started(run)
        table = experiment_table(registry, run)
        count = len(table.experiments)
        if count < 2:
            reason = f"{count} experiment{'s' * (count != 1)} with foci; a meta-analysis needs two"
            yield NotRun(run.id, table, reason)
            continue
        inputs = (table_json(table), run.profile.model_dump_json(exclude={"title"}))
        compute = partial(_run, table, run.profile, scheduler)
        read = partial(decode, run=run.id, table=table, profile=run.profile)
        yield store.remember("analysis", inputs, compute, read)


def _run(table: ExperimentTable, profile: Profile, scheduler: Scheduler) -> bytes:
    # nimare and the atlas take seconds to import, and a stored result needs neither
    from trdreport.brain.atlas import load_atlas
    from trdreport.engine.analysis import run_analysis

    gc.freeze()  # nilearn collects garbage at each image; what is imported is none
    return encode(run_analysis("", table, profile, load_atlas().label, scheduler=scheduler))
