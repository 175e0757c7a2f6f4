"""Clusters are joined by faces, above a strict threshold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trdreport.engine.clusters import (
    label_clusters,
    peak_voxel,
    removal_shares,
)


def volume(*points: tuple[int, int, int], value: float = 1.0) -> np.ndarray:
    stat = np.zeros((6, 6, 6))
    for point in points:
        stat[point] = value
    return stat


def test_an_edge_does_not_join() -> None:
    assert label_clusters(volume((1, 1, 1), (2, 2, 1)), 0.5)[1] == 2
    assert label_clusters(volume((1, 1, 1), (2, 1, 1)), 0.5)[1] == 1


def test_a_value_at_the_threshold_is_not_above_it() -> None:
    assert label_clusters(volume((1, 1, 1), value=0.5), 0.5)[1] == 0


def test_the_largest_cluster_is_number_one() -> None:
    labels, _ = label_clusters(volume((0, 0, 0), (4, 4, 4), (4, 4, 5)), 0.5)
    assert labels[4, 4, 4] == 1
    assert labels[0, 0, 0] == 2


def test_the_peak_is_sought_inside_only() -> None:
    stat = volume((1, 1, 1)) + 2 * volume((4, 4, 4))
    assert peak_voxel(stat, volume((1, 1, 1)) > 0) == (1, 1, 1)


@given(arrays(float, (4, 9), elements=st.floats(0, 0.05)))
def test_shares_are_what_is_lost_without_each_experiment(activations: np.ndarray) -> None:
    def summed(ma: np.ndarray) -> float:
        return float((1 - np.prod(1 - ma, axis=0)).sum())

    whole = summed(activations)
    lost = np.array([whole - summed(np.delete(activations, i, axis=0)) for i in range(4)])
    shares = removal_shares(activations)
    np.testing.assert_allclose(shares * lost.sum(), lost, atol=1e-9)
    assert shares.sum() == pytest.approx(1) or not activations.any()
