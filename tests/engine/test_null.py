"""The compiled null gives what whole maps and NiMARE's measure give for the same random foci."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nimare.meta.utils import _calculate_cluster_measures
from numpy.typing import NDArray
from scipy import ndimage

from trdreport.brain.extent import mni_brain
from trdreport.engine.kernel import modelled_activation, placed
from trdreport.engine.null import NullPlan, draw, maxima_of, permute, plan_null, run_chunk
from trdreport.engine.random_loops import integers
from trdreport.work.scheduling import Spread, processes

SHAPE = (14, 15, 16)
AFFINE = np.diag([2.0, 2.0, 2.0, 1.0])


def mask_of(kind: str) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    if kind == "one voxel":
        mask[7, 7, 7] = True
    elif kind == "box":
        mask[2:-2, 2:-2, 2:-2] = True
    elif kind == "edges":
        mask[::13, :, ::15] = True
        mask[5, 3:9, 4] = True
    else:
        mask[:] = True
    return mask


def dense(
    plan: NullPlan, mask: np.ndarray, sizes: list[int], places: np.ndarray
) -> NDArray[np.float64]:
    """ALE at every voxel, 0 outside the mask, from whole maps of the experiments."""
    pad = plan.voxels[0] - np.argwhere(mask)[0]
    rest = np.ones(mask.shape)
    for index, n in enumerate(sizes):
        own = (places[plan.placed.foci_of[index] : plan.placed.foci_of[index + 1]] - pad) * 2.0
        rest *= 1 - modelled_activation(own, n, mask.shape, AFFINE)
    return np.where(mask, 1 - rest, 0.0)


def largest(ale: NDArray[np.float64], threshold: float) -> list[float]:
    """Largest ALE, and size and mass of the largest clusters, by scipy."""
    labels, count = ndimage.label(ale > threshold)
    if not count:
        return [ale.max(), 0, 0]
    numbers = range(1, count + 1)
    masses = ndimage.sum_labels(ale - threshold, labels, numbers)
    return [ale.max(), np.bincount(labels.ravel())[1:].max(), masses.max()]


def by_nimare(ale: NDArray[np.float64], threshold: float) -> list[float]:
    """The same by NiMARE's measure of clusters."""
    faces = ndimage.generate_binary_structure(3, 1)
    size, mass = _calculate_cluster_measures(ale.copy(), threshold, faces, tail="upper")
    return [float(ale.max()), float(size), float(mass)]


def foci_at(counts: list[int], centred: bool) -> list[np.ndarray]:
    """Foci in voxels, in centres or anywhere; where they are matters only for the offsets."""
    generator = np.random.default_rng(sum(counts))
    foci = [generator.uniform(0, 10, (count, 3)) for count in counts]
    return [np.rint(own) for own in foci] if centred else foci


@settings(deadline=None, max_examples=60)
@given(
    experiments=st.lists(
        st.tuples(st.integers(2, 5000), st.integers(1, 12)), min_size=2, max_size=30
    ),
    kind=st.sampled_from(["one voxel", "box", "edges", "everything"]),
    centred=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
    threshold=st.sampled_from([0.003, 0.0085, 0.012, 0.05, 1.0]),
)
def test_maxima_equal_those_of_dense_maps(
    experiments: list[tuple[int, int]], kind: str, centred: bool, seed: int, threshold: float
) -> None:
    """Voxels that are left out change nothing, wherever foci and mask are, and if none passes."""
    sizes, foci = [list(part) for part in zip(*experiments, strict=True)]
    plan = plan_null(placed(sizes, foci_at(foci, centred), 2.0), mask_of(kind))
    places = draw(plan, seed, 0)
    ours = maxima_of(plan, [threshold], places[None])[0, 0]
    ale = dense(plan, mask_of(kind), sizes, places)
    np.testing.assert_allclose(ours, largest(ale, threshold), rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(ours, by_nimare(ale, threshold), atol=1e-6)


@pytest.mark.parametrize(("experiments", "threshold"), [(40, 0.013), (40, 0.1), (400, 0.04)])
def test_maxima_equal_those_of_dense_maps_in_a_brain(experiments: int, threshold: float) -> None:
    """Many experiments with a few foci each, in a mask of many tiles; 0.1 is above all values."""
    mask, _ = mni_brain()
    generator = np.random.default_rng(experiments)
    sizes = [int(n) for n in generator.integers(5, 120, experiments)]
    foci = [generator.uniform(0, 10, (count, 3)) for count in generator.integers(1, 9, experiments)]
    plan = plan_null(placed(sizes, foci, 2.0), mask)
    places = draw(plan, 1, 0)
    ours = maxima_of(plan, [threshold], places[None])[0, 0]
    expected = largest(dense(plan, mask, sizes, places), threshold)
    np.testing.assert_allclose(ours, expected, rtol=1e-11)


@pytest.mark.parametrize("n", [1, 2, 3, 1000, 228_483, 2**31 + 11])
def test_compiled_draws_are_numpys(n: int) -> None:
    for seed, index, count in ((0, 0, 1), (7, 3, 45), (2**63 + 5, 10**6, 1001)):
        generator = np.random.Generator(np.random.Philox(key=np.array([seed, index], np.uint64)))
        ours = np.empty(count, np.int64)
        integers(np.uint64(seed), index, n, ours)
        np.testing.assert_array_equal(ours, generator.integers(n, size=count))


@pytest.fixture(scope="module")
def plan() -> NullPlan:
    return plan_null(placed([20, 33, 20], foci_at([3, 1, 5], centred=False), 2.0), mask_of("box"))


def test_the_null_is_the_same_for_any_number_of_workers(plan: NullPlan) -> None:
    (alone,) = permute(plan, [0.008], 7, range(1030))
    with processes() as here:
        (many,) = permute(plan, [0.008], 7, range(1030), Spread(here))
    np.testing.assert_array_equal(alone.size, many.size)
    np.testing.assert_array_equal(alone.ale, many.ale)


def test_the_null_is_the_same_for_any_chunk(plan: NullPlan) -> None:
    whole = run_chunk(plan, [0.008], 7, range(20))
    parts = [run_chunk(plan, [0.008], 7, range(i, i + 1)) for i in range(20)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_a_permutation_has_the_places_that_are_drawn_for_it(plan: NullPlan) -> None:
    places = np.stack([draw(plan, 7, index) for index in range(3, 23)])
    given = maxima_of(plan, [0.008], places)
    np.testing.assert_array_equal(run_chunk(plan, [0.008], 7, range(3, 23)), given)


def test_each_threshold_has_the_maxima_that_it_has_alone(plan: NullPlan) -> None:
    """Whatever the order, and if nothing passes the highest."""
    thresholds = [0.012, 0.004, 1.0, 0.008]
    together = run_chunk(plan, thresholds, 7, range(50))
    alone = [run_chunk(plan, [threshold], 7, range(50)) for threshold in thresholds]
    assert len(np.unique(together[:, :, 1].max(axis=0))) == len(thresholds)
    np.testing.assert_array_equal(together, np.concatenate(alone, axis=1))


def test_another_seed_is_another_null(plan: NullPlan) -> None:
    assert not np.array_equal(draw(plan, 1, 0), draw(plan, 2, 0))
    assert not np.array_equal(draw(plan, 1, 0), draw(plan, 1, 1))


def test_a_focus_keeps_its_offset_in_its_voxel(plan: NullPlan) -> None:
    for index in range(50):
        places = draw(plan, 3, index)
        voxels = np.rint(places - plan.offsets).astype(int)
        assert {*map(tuple, voxels)} <= {*map(tuple, plan.voxels)}
        np.testing.assert_allclose(places - voxels, plan.offsets)


def test_the_spot_of_a_single_focus_is_never_significant() -> None:
    """A focus between voxel centres makes a larger spot; so it does in the null."""
    foci = [np.array([[7.5, 7.5, 7.5]]), np.array([[7.0, 7.0, 7.0]])]
    plan = plan_null(placed([20, 20], foci, 2.0), np.ones((60, 60, 60), bool))
    (null,) = permute(plan, [0.008], 1, range(400))
    ((_, largest, _),) = maxima_of(plan, [0.008], np.array([[[30.5] * 3, [50.0] * 3]]))[0]
    assert (null.size >= largest).mean() > 0.8
