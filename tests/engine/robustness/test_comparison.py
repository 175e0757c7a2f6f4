"""Two analyses set against each other: no difference that few experiments cannot show."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import REGISTRIES
from trdreport.brain.search_volume import analysis_mask
from trdreport.engine.estimators.others import Subtraction, conjunction, subtract
from trdreport.engine.results import AnalysisResult, NotRun
from trdreport.engine.robustness.comparison import Side, compare
from trdreport.engine.robustness.results import NotCompared
from trdreport.engine.robustness.run import run_robustness
from trdreport.engine.run import Result, run_plan
from trdreport.engine.selection import experiment_table
from trdreport.records.loading import Registry, load_registry
from trdreport.sections.robustness_tables import comparison_table
from trdreport.work.store import Store


def subtraction(registry: Registry, first: str, second: str, permutations: int) -> Subtraction:
    runs = registry.run(first), registry.run(second)
    one, other = (experiment_table(registry, run) for run in runs)
    profile = runs[0].profile
    return subtract(one, other, profile, permutations, analysis_mask(profile))


@pytest.mark.slow
def test_no_p_is_below_what_the_divisions_allow(miola: Registry) -> None:
    """Three against two experiments divide in 10 ways: two-sided p is at least 0.2, in theory.

    With 1000 random divisions the observed one comes about 100 times; NiMARE alone says 0.001.
    """
    found = subtraction(miola, "vbm-trd-hc", "vbm-trd-tsd", 1000)
    assert found.p.min() > 0.15
    assert found.smallest_p_fwe > 0.05


def test_a_conjunction_is_the_lesser_of_both() -> None:
    one, other = np.zeros((3, 3, 3)), np.zeros((3, 3, 3))
    one[0, 0, 0], other[0, 0, 0] = 3.0, 4.0
    one[1, 1, 1] = 5.0
    both = conjunction(one, other, np.diag([2.0, 2.0, 2.0, 1.0]))
    assert both[0, 0, 0] == 3.0
    assert both.sum() == 3.0


@pytest.fixture(scope="module")
def tiny(cache: Path) -> tuple[Registry, dict[str, AnalysisResult]]:
    registry = load_registry(REGISTRIES / "valid")
    results = {r.run: r for r in run_plan(registry, Store(cache)) if isinstance(r, AnalysisResult)}
    return registry, results


def test_an_analysis_meets_itself_where_it_passes(
    tiny: tuple[Registry, dict[str, AnalysisResult]],
) -> None:
    registry, results = tiny
    result, profile = results["vbm-both"], registry.run("vbm-both").profile
    side = Side(result.table, result.maps)
    found = compare(registry.plan.comparisons[0], side, side, profile)
    forming = result.corrected
    assert len(found.both) == len(forming.clusters)
    assert sum(place.volume_mm3 for place in found.both) == sum(
        cluster.volume_mm3 for cluster in forming.clusters
    )
    assert found.shared == tuple(e.unit for e in result.table.experiments)
    assert not found.first_more
    assert not found.second_more


def test_a_comparison_with_what_was_not_run_says_so(
    tiny: tuple[Registry, dict[str, AnalysisResult]],
) -> None:
    registry, results = tiny
    plan = registry.plan.model_copy(update={"multiverse": None, "fail_safe": None})
    registry = replace(registry, plan=plan)
    missing = NotRun("vbm-more", results["vbm-more"].table, "nothing to run")
    every: dict[str, Result] = {**results, "vbm-more": missing}
    robustness = run_robustness(registry, every, Store(None))
    (found,) = robustness.differences
    assert isinstance(found, NotCompared)
    (row,) = comparison_table(registry, robustness).rows
    assert row[-1] == "Not compared: vbm-more was not run: nothing to run."
