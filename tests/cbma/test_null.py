"""The compiled null gives what NiMARE's own loop gives for the same random foci."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nimare.meta.utils import _calculate_cluster_measures
from scipy import ndimage

from trdreport.cbma.kernel import modelled_activation
from trdreport.cbma.mask import analysis_mask
from trdreport.cbma.null import NullPlan, draw, maxima_of, permute, plan_null, run_chunk
from trdreport.cbma.selection import experiment_table
from trdreport.registry.loading import Registry

SHAPE = (14, 15, 16)
AFFINE = np.diag([2.0, 2.0, 2.0, 1.0])


def mask_of(kind: str) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    if kind == "one voxel":
        mask[7, 7, 7] = True
    elif kind == "box":
        mask[2:-2, 2:-2, 2:-2] = True
    else:
        mask[:] = True
    return mask


def by_nimare(
    plan: NullPlan, sizes: list[int], places: np.ndarray, threshold: float
) -> list[float]:
    """Largest ALE, size and mass by dense maps and NiMARE's measure of clusters."""
    pad = (np.array(plan.inside.shape) - SHAPE) // 2
    rest = np.ones(SHAPE)
    for index, n in enumerate(sizes):
        own = (places[plan.foci_of[index] : plan.foci_of[index + 1]] - pad) * 2.0
        rest *= 1 - modelled_activation(own, n, SHAPE, AFFINE)
    inside = plan.inside[tuple(slice(p, p + n) for p, n in zip(pad, SHAPE, strict=True))]
    ale = np.where(inside, 1 - rest, 0.0)
    faces = ndimage.generate_binary_structure(3, 1)
    size, mass = _calculate_cluster_measures(ale.copy(), threshold, faces, tail="upper")
    return [float(ale.max()), float(size), float(mass)]


@settings(deadline=None, max_examples=40)
@given(
    experiments=st.lists(
        st.tuples(st.integers(2, 5000), st.integers(1, 12)), min_size=2, max_size=6
    ),
    kind=st.sampled_from(["one voxel", "box", "everything"]),
    jitter=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
    threshold=st.sampled_from([0.003, 0.0085, 0.012]),
)
def test_maxima_equal_nimares(
    experiments: list[tuple[int, int]], kind: str, jitter: bool, seed: int, threshold: float
) -> None:
    sizes, foci = [list(part) for part in zip(*experiments, strict=True)]
    plan = plan_null(sizes, foci, mask_of(kind), 2.0, jitter=jitter)
    places = draw(plan, seed, 0)
    expected = by_nimare(plan, sizes, places, threshold)
    for crowded in (1, 10_000):
        ours = maxima_of(plan, threshold, places[None], crowded=crowded)[0]
        np.testing.assert_allclose(ours, expected, atol=1e-6)


def test_both_ways_agree_on_the_review(real_registry: Registry) -> None:
    """Looking only where the threshold can be passed changes no maximum, size or mass."""
    analysis = real_registry.analysis("all-trd-hc")
    experiments = experiment_table(real_registry, analysis).experiments
    mask, _ = analysis_mask(real_registry.profile_of(analysis))
    sizes = [e.sample_size for e in experiments]
    plan = plan_null(sizes, [len(e.foci) for e in experiments], mask, 2.0, jitter=True)
    places = np.stack([draw(plan, 1, index) for index in range(60)])
    for threshold in (0.004, 0.00845, 0.0135):
        scattered = maxima_of(plan, threshold, places, crowded=10_000)
        np.testing.assert_allclose(
            scattered, maxima_of(plan, threshold, places, crowded=1), atol=1e-9
        )


@pytest.fixture(scope="module")
def plan() -> NullPlan:
    return plan_null([20, 33, 20], [3, 1, 5], mask_of("box"), 2.0, jitter=True)


def test_the_null_is_the_same_for_any_number_of_workers(plan: NullPlan) -> None:
    alone, many = permute(plan, 0.008, 130, 7), permute(plan, 0.008, 130, 7, workers=4)
    np.testing.assert_array_equal(alone.size, many.size)
    np.testing.assert_array_equal(alone.ale, many.ale)


def test_the_null_is_the_same_for_any_chunk(plan: NullPlan) -> None:
    whole = run_chunk(plan, 0.008, range(20), 7)
    parts = [run_chunk(plan, 0.008, range(i, i + 1), 7) for i in range(20)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_another_seed_is_another_null(plan: NullPlan) -> None:
    assert not np.array_equal(draw(plan, 1, 0), draw(plan, 2, 0))
    assert not np.array_equal(draw(plan, 1, 0), draw(plan, 1, 1))


def test_jitter_stays_in_the_voxel(plan: NullPlan) -> None:
    places = np.concatenate([draw(plan, 3, index) for index in range(50)])
    assert plan.inside[tuple(np.rint(places).astype(int).T)].all()
    assert np.abs(places - np.rint(places)).max() > 0.4
