"""Run every analysis of the plan."""

from collections.abc import Callable, Iterator

from trdreport.cbma.analysis import Labeller, run_analysis
from trdreport.cbma.results import AnalysisResult, NotRun
from trdreport.cbma.selection import experiment_table
from trdreport.registry.loading import Registry
from trdreport.registry.plan import Analysis

Result = AnalysisResult | NotRun


def run_plan(
    registry: Registry,
    label: Labeller,
    *,
    workers: int = 1,
    started: Callable[[Analysis], None] = lambda _: None,
) -> Iterator[Result]:
    """Results in the order of the plan; `started` is called before each analysis."""
    for analysis in registry.plan.analyses:
        started(analysis)
        table = experiment_table(registry, analysis)
        profile = registry.profile_of(analysis)
        yield run_analysis(analysis.id, table, profile, label, workers=workers)
