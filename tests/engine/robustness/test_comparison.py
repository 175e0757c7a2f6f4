"""Two analyses set against each other: no difference that few experiments cannot show."""

from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from nimare.meta.cbma.ale import ALESubtraction

from tests.conftest import REGISTRIES
from trdreport.brain.search_volume import analysis_mask
from trdreport.engine.estimators.nimads import quiet, studyset
from trdreport.engine.estimators.subtraction import Subtraction, divisions, subtract
from trdreport.engine.results import (
    AnalysisResult,
    Experiment,
    ExperimentTable,
    NotRun,
    SourcedFocus,
)
from trdreport.engine.robustness.comparison import Side, compare, conjunction
from trdreport.engine.robustness.results import NotCompared
from trdreport.engine.robustness.run import run_robustness
from trdreport.engine.run import Result, run_plan
from trdreport.engine.selection import experiment_table
from trdreport.records.loading import Registry, load_registry
from trdreport.sections.tables.robustness import comparison_table
from trdreport.work.store import Store


def subtraction(registry: Registry, first: str, second: str, permutations: int) -> Subtraction:
    runs = registry.run(first), registry.run(second)
    one, other = (experiment_table(registry, run) for run in runs)
    profile = runs[0].profile
    return subtract(one, other, profile, permutations, analysis_mask(profile))


def test_no_p_is_below_what_the_divisions_allow(miola: Registry) -> None:
    """Three against two experiments divide in 10 ways; NiMARE's random divisions say p = 0.001."""
    exact = subtraction(miola, "vbm-trd-hc", "vbm-trd-tsd", 1000)
    assert exact.permutations == 10
    assert exact.p.min() == 0.2
    assert exact.smallest_p_fwe >= 0.1


def small(experiments: int, seed: int) -> ExperimentTable:
    """Experiments of ten foci each, in voxels' centres in the middle of a small grid."""
    generator = np.random.default_rng(seed)
    made = []
    for number in range(experiments):
        places = (2.0 * generator.integers(4, 12, (10, 3))).tolist()
        foci = tuple(SourcedFocus((x, y, z), (x, y, z), "a", "") for x, y, z in places)
        made.append(Experiment(f"e{seed}-{number}", 12 + number, {}, ("a",), foci))
    return ExperimentTable(tuple(made))


@pytest.mark.slow
def test_the_subtraction_is_nimares_where_no_differences_are_equal(miola: Registry) -> None:
    """Same differences, and p as near as NiMARE's 2,000 random divisions come to all 924."""
    mask, affine = np.ones((16, 16, 16), bool), np.diag([2.0, 2.0, 2.0, 1.0])
    profile = miola.run("all-trd-hc.mni2026").profile
    one, other = small(6, seed=1), small(6, seed=2)
    ours = subtract(one, other, profile, 2000, (mask, affine))
    image = nib.Nifti1Image(mask.astype(np.uint8), affine)
    with quiet():
        nimares = ALESubtraction(n_iters=2000, mask=image, random_state=1).fit(
            *(studyset(table, "MNI", image) for table in (one, other))
        )
    name = "desc-group1MinusGroup2"
    np.testing.assert_allclose(ours.stat[mask], nimares.maps[f"stat_{name}"], atol=1e-7)
    assert ours.permutations == 924
    distinct = np.abs(ours.stat[mask]) > 1e-4
    assert distinct.sum() > 3000
    np.testing.assert_allclose(
        ours.p[mask][distinct], nimares.maps[f"p_{name}"][distinct], atol=0.08
    )
    decided = distinct & (ours.p[mask] < 0.5)
    assert (np.sign(ours.z[mask]) == np.sign(nimares.maps[f"z_{name}"]))[decided].all()
    np.testing.assert_array_equal(np.sign(ours.z[mask])[decided], np.sign(ours.stat[mask])[decided])


def test_random_divisions_depend_on_seed_and_index_alone() -> None:
    few, many = (divisions(20, 9, count, seed=5) for count in (30, 60))
    np.testing.assert_array_equal(few, many[:30])
    assert (many.sum(axis=1) == 9).all()
    assert not np.array_equal(few, divisions(20, 9, 30, seed=6))


def test_every_division_comes_once_when_there_are_few() -> None:
    divided = divisions(5, 3, 100, seed=1)
    assert divided.shape == (10, 5)
    assert len(np.unique(divided, axis=0)) == 10


def test_a_conjunction_is_the_lesser_of_both() -> None:
    one, other = np.zeros((3, 3, 3)), np.zeros((3, 3, 3))
    one[0, 0, 0], other[0, 0, 0] = 3.0, 4.0
    one[1, 1, 1] = 5.0
    both = conjunction(one, other)
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
