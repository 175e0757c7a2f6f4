"""Results through time end in the run itself; alpha is spent whole; futures can be repeated."""

import numpy as np
import pytest
from numpy.typing import NDArray

from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import SAME_PLACE_MM, apply
from trdreport.engine.clusters import peak_voxels
from trdreport.engine.estimators import fit
from trdreport.engine.living.looks import look_at
from trdreport.engine.living.results import Place
from trdreport.engine.living.settle import future_studies, settle, with_studies
from trdreport.engine.living.spending import boundaries, false_alarms, null_p, obrien_fleming
from trdreport.engine.results import ExperimentTable
from trdreport.engine.robustness.leave_one_out import without
from trdreport.engine.selection import experiment_table
from trdreport.engine.stopping import exact_interval
from trdreport.model.plan import Profile, Settle
from trdreport.records.loading import Registry

PLACE = Place(1, (-12.0, -16.0, 62.0), (-11.0, -9.0, 66.0), 0.02, significant=True)
NOWHERE = Place(1, (30.0, -50.0, 40.0), (30.0, -50.0, 40.0), 1.0, significant=False)


@pytest.fixture(scope="module")
def table(miola: Registry) -> ExperimentTable:
    return experiment_table(miola, miola.run("all-trd-hc"))


@pytest.fixture(scope="module")
def profile(miola: Registry) -> Profile:
    return miola.run("all-trd-hc").profile


def correlated(looks: int) -> NDArray[np.float64]:
    """The p of many permutations at looks that build on each other."""
    steps = np.random.default_rng(1).normal(size=(4000, looks)).cumsum(axis=1)
    return null_p([[round(v * 1e6) for v in column] for column in steps.T])


def test_the_last_step_is_the_run_itself(table: ExperimentTable, profile: Profile) -> None:
    *_, whole = look_at([without(table, ["ma2012"]), table], profile, profile.permutations)
    fitted = fit(table, profile, *analysis_mask(profile))
    (test,) = fitted.test([float(profile.cluster_forming_p)], stop_early=False)
    assert [spot.p_fwe for spot in whole.spots] == test.p_fwe.tolist()
    assert list(whole.null_sizes) == test.null_sizes.tolist()


def test_a_look_cannot_have_foci_that_the_whole_lacks(
    table: ExperimentTable, profile: Profile
) -> None:
    with pytest.raises(ValueError, match="lacks"):
        look_at([table, without(table, ["ma2012"])], profile, 100)


def test_one_look_alarms_at_alpha_and_more_looks_more_often() -> None:
    null = correlated(4)
    one, four = false_alarms(null[:, :1], 0.05), false_alarms(null, 0.05)
    low, high = exact_interval(one.alarms, one.permutations)
    assert low <= 0.05 <= high
    assert one.alarms < four.alarms < 4 * one.alarms


def test_alpha_is_spent_whole_and_little_of_it_early() -> None:
    assert obrien_fleming(0.05, 1.0) == pytest.approx(0.05)
    assert obrien_fleming(0.05, 0.5) == pytest.approx(0.00557, abs=1e-5)
    null = correlated(4)
    found = boundaries(null, [(str(k), k / 4) for k in (1, 2, 3, 4)], 0.05)
    crossed = (null <= [boundary.p for boundary in found]).any(axis=1)
    assert crossed.sum() == 0.05 * len(null)
    assert [b.p for b in found] == sorted(b.p for b in found)
    assert found[-1].p < 0.05
    (only,) = boundaries(null[:, :1], [("one", 1.0)], 0.05)
    assert only.p == pytest.approx(0.05)


def test_nothing_is_left_beyond_the_planned_looks() -> None:
    found = boundaries(correlated(3), [("a", 0.5), ("b", 1.0), ("c", 1.5)], 0.05)
    assert found[-1].p == 0


def test_futures_are_the_same_by_seed_and_a_place_that_is_reported_gains(
    table: ExperimentTable, profile: Profile
) -> None:
    asked = Settle(studies=(4, 8), rates=(0.0, 1.0), futures=10, permutations=100, seed=3)
    (found,) = settle(table, profile, [NOWHERE], asked)
    assert (found,) == settle(table, profile, [NOWHERE], asked)
    power = {(f.studies, f.rate): f.significant for f in found.futures}
    assert power[4, 0.0] + power[8, 0.0] <= 1
    assert power[8, 1.0] == 10


def test_a_box_around_the_place_says_what_the_whole_test_says(
    table: ExperimentTable, profile: Profile
) -> None:
    """With the null of each future itself; few may differ, at the edge of significance."""
    asked = Settle(studies=(4,), rates=(0.5,), futures=12, permutations=500, seed=3)
    (found,) = settle(table, profile, [PLACE], asked)
    mask, affine = analysis_mask(profile)
    whole = 0
    for future in range(asked.futures):
        added = future_studies(table, profile, PLACE.peak, asked, 0.5, future)
        fitted = fit(with_studies(table, added, 4), profile, mask, affine)
        (test,) = fitted.test([float(profile.cluster_forming_p)], stop_early=False)
        peaks = apply(affine, peak_voxels(fitted.stat, test.labels).astype(float))
        near = np.linalg.norm(peaks - np.array(PLACE.peak), axis=1) <= SAME_PLACE_MM
        whole += bool((near & (test.p_fwe < float(profile.cluster_fwe_p))).any())
    assert abs(found.futures[0].significant - whole) <= 1
