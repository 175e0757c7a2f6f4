"""Run every analysis of the plan, or read what an earlier run found."""

from collections.abc import Callable, Iterator
from functools import partial

from trdreport.cbma.codec import decode, encode, table_json
from trdreport.cbma.results import AnalysisResult, ExperimentTable, NotRun
from trdreport.cbma.selection import experiment_table
from trdreport.cbma.store import Store
from trdreport.registry.loading import Registry
from trdreport.registry.plan import Analysis, Profile

Result = AnalysisResult | NotRun


def run_plan(
    registry: Registry,
    store: Store,
    *,
    workers: int = 1,
    started: Callable[[Analysis], None] = lambda _: None,
) -> Iterator[Result]:
    """Results in the order of the plan; `started` is called before each analysis.

    An analysis with fewer than two experiments is not run, and its result says so.
    """
    for analysis in registry.plan.analyses:
        started(analysis)
        table = experiment_table(registry, analysis)
        count = len(table.experiments)
        if count < 2:
            reason = f"{count} experiment{'s' * (count != 1)} with foci; a meta-analysis needs two"
            yield NotRun(analysis.id, table, reason)
            continue
        profile = registry.profile_of(analysis)
        inputs = (table_json(table), profile.model_dump_json())
        compute = partial(_run, table, profile, workers)
        content = store.remember("analysis", inputs, compute)
        yield decode(content, analysis.id, table, profile)


def _run(table: ExperimentTable, profile: Profile, workers: int) -> bytes:
    # nimare and the atlas take seconds to import, and a stored result needs neither
    from trdreport.cbma.analysis import run_analysis
    from trdreport.cbma.atlas import load_atlas

    return encode(run_analysis("", table, profile, load_atlas().label, workers=workers))
