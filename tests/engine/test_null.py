"""The compiled null gives what NiMARE's own loop gives for the same random foci."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nimare.meta.utils import _calculate_cluster_measures
from scipy import ndimage

from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import apply
from trdreport.engine.kernel import modelled_activation
from trdreport.engine.null import NullPlan, draw, maxima_of, permute, plan_null, run_chunk
from trdreport.engine.selection import experiment_table
from trdreport.records.loading import Registry
from trdreport.work.scheduling import Spread, processes

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
    plan: NullPlan, mask: np.ndarray, sizes: list[int], places: np.ndarray, threshold: float
) -> list[float]:
    """Largest ALE, size and mass by dense maps and NiMARE's measure of clusters."""
    pad = plan.voxels[0] - np.argwhere(mask)[0]
    rest = np.ones(SHAPE)
    for index, n in enumerate(sizes):
        own = (places[plan.foci_of[index] : plan.foci_of[index + 1]] - pad) * 2.0
        rest *= 1 - modelled_activation(own, n, SHAPE, AFFINE)
    ale = np.where(mask, 1 - rest, 0.0)
    faces = ndimage.generate_binary_structure(3, 1)
    size, mass = _calculate_cluster_measures(ale.copy(), threshold, faces, tail="upper")
    return [float(ale.max()), float(size), float(mass)]


def foci_at(counts: list[int], centred: bool) -> list[np.ndarray]:
    """Foci in voxels, in centres or anywhere; where they are matters only for the offsets."""
    generator = np.random.default_rng(sum(counts))
    foci = [generator.uniform(0, 10, (count, 3)) for count in counts]
    return [np.rint(own) for own in foci] if centred else foci


@settings(deadline=None, max_examples=40)
@given(
    experiments=st.lists(
        st.tuples(st.integers(2, 5000), st.integers(1, 12)), min_size=2, max_size=6
    ),
    kind=st.sampled_from(["one voxel", "box", "everything"]),
    centred=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
    threshold=st.sampled_from([0.003, 0.0085, 0.012]),
)
def test_maxima_equal_nimares(
    experiments: list[tuple[int, int]], kind: str, centred: bool, seed: int, threshold: float
) -> None:
    sizes, foci = [list(part) for part in zip(*experiments, strict=True)]
    plan = plan_null(sizes, foci_at(foci, centred), mask_of(kind), 2.0)
    places = draw(plan, seed, 0)
    expected = by_nimare(plan, mask_of(kind), sizes, places, threshold)
    for crowded in (1, 10_000):
        ours = maxima_of(plan, threshold, places[None], crowded=crowded)[0]
        np.testing.assert_allclose(ours, expected, atol=1e-6)


def test_both_ways_agree_on_the_review(miola: Registry) -> None:
    """Looking only where the threshold can be passed changes no maximum, size or mass."""
    run = miola.run("all-trd-hc")
    experiments = experiment_table(miola, run).experiments
    mask, affine = analysis_mask(run.profile)
    foci = [apply(np.linalg.inv(affine), e.positions()) for e in experiments]
    plan = plan_null([e.sample_size for e in experiments], foci, mask, 2.0)
    places = np.stack([draw(plan, 1, index) for index in range(60)])
    for threshold in (0.004, 0.00845, 0.0135):
        scattered = maxima_of(plan, threshold, places, crowded=10_000)
        np.testing.assert_allclose(
            scattered, maxima_of(plan, threshold, places, crowded=1), atol=1e-9
        )


@pytest.fixture(scope="module")
def plan() -> NullPlan:
    return plan_null([20, 33, 20], foci_at([3, 1, 5], centred=False), mask_of("box"), 2.0)


def test_the_null_is_the_same_for_any_number_of_workers(plan: NullPlan) -> None:
    alone = permute(plan, 0.008, 7, range(1030))
    with processes() as here:
        many = permute(plan, 0.008, 7, range(1030), Spread(here))
    np.testing.assert_array_equal(alone.size, many.size)
    np.testing.assert_array_equal(alone.ale, many.ale)


def test_the_null_is_the_same_for_any_chunk(plan: NullPlan) -> None:
    whole = run_chunk(plan, 0.008, 7, range(20))
    parts = [run_chunk(plan, 0.008, 7, range(i, i + 1)) for i in range(20)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_another_seed_is_another_null(plan: NullPlan) -> None:
    assert not np.array_equal(draw(plan, 1, 0), draw(plan, 2, 0))
    assert not np.array_equal(draw(plan, 1, 0), draw(plan, 1, 1))


def test_a_focus_keeps_its_offset_in_its_voxel(plan: NullPlan) -> None:
    for index in range(50):
        places = draw(plan, 3, index)
        voxels = np.rint(places - plan.offsets).astype(int)
        assert plan.inside[tuple(voxels.T)].all()
        np.testing.assert_allclose(places - voxels, plan.offsets)


def test_the_spot_of_a_single_focus_is_never_significant() -> None:
    """A focus between voxel centres makes a larger spot; so it does in the null."""
    foci = [np.array([[7.5, 7.5, 7.5]]), np.array([[7.0, 7.0, 7.0]])]
    mask = np.ones((60, 60, 60), bool)
    null = permute(plan_null([20, 20], foci, mask, 2.0), 0.008, 1, range(400)).size
    largest = maxima_of(
        plan_null([20, 20], foci, mask, 2.0), 0.008, np.array([[[30.5] * 3, [50.0] * 3]])
    )[0, 1]
    assert (null >= largest).mean() > 0.8
