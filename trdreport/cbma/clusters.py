"""Find clusters in a map and describe them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from trdreport.cbma.mask import FACES
from trdreport.cbma.results import FloatMap


def label_clusters(stat: FloatMap, threshold: float) -> tuple[NDArray[np.int32], int]:
    """Face-connected voxels strictly above `threshold`, numbered by falling size then peak."""
    labels, count = ndimage.label(stat > threshold, FACES)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    peaks = ndimage.maximum(stat, labels, np.arange(1, count + 1)) if count else np.array([])
    order = np.lexsort((-np.asarray(peaks), -sizes))
    renumber = np.zeros(count + 1, dtype=np.int32)
    renumber[order + 1] = np.arange(1, count + 1)
    return renumber[labels], count


def cluster_measures(stat: FloatMap, threshold: float) -> tuple[FloatMap, FloatMap]:
    """Maps of the size in voxels, and of the mass, of the cluster that each voxel is in."""
    labels, count = label_clusters(stat, threshold)
    index = np.arange(count + 1)
    sizes = np.bincount(labels.ravel(), minlength=count + 1).astype(float)
    masses = np.asarray(ndimage.sum(stat - threshold, labels, index), dtype=float)
    sizes[0] = masses[0] = 0.0
    return sizes[labels], masses[labels]


def peak_voxel(stat: FloatMap, inside: NDArray[np.bool_]) -> tuple[int, int, int]:
    """Voxel with the largest value among those `inside`; the first of equals."""
    i, j, k = np.unravel_index(np.argmax(np.where(inside, stat, -np.inf)), stat.shape)
    return int(i), int(j), int(k)


def removal_shares(
    activations: NDArray[np.float64], combine: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Share of each experiment in a cluster's summed statistic, by removal.

    `activations` is (experiments, voxels); `combine` turns it into the statistic (voxels,). An
    experiment's weight is what the sum over voxels loses without it; weights are scaled to 1.
    """
    whole = combine(activations).sum()
    rest = [combine(np.delete(activations, i, axis=0)).sum() for i in range(len(activations))]
    loss = whole - np.array(rest)
    return np.asarray(loss / loss.sum() if loss.sum() > 0 else loss)


def ale_union(activations: NDArray[np.float64]) -> NDArray[np.float64]:
    """ALE at each voxel of modelled activations (experiments, voxels): 1 - prod(1 - MA)."""
    return np.asarray(1.0 - np.prod(1.0 - activations, axis=0))
