"""Find clusters in a map and describe them."""

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from trdreport.brain.spaces import BoolMap, FloatMap, apply
from trdreport.engine.results import Experiment, SourcedFocus


def label_clusters(stat: FloatMap, threshold: float) -> tuple[NDArray[np.int32], int]:
    """Face-connected voxels strictly above `threshold`, numbered by falling size then peak."""
    labels = np.zeros(stat.shape, dtype=np.int32)
    above = np.flatnonzero(stat > threshold)
    if not len(above):
        return labels, 0
    count, part = connected_components(_neighbours(above, stat.shape), directed=False)
    peaks = np.full(count, -np.inf)
    np.maximum.at(peaks, part, stat.ravel()[above])
    order = np.lexsort((-peaks, -np.bincount(part)))
    renumber = np.empty(count, dtype=np.int32)
    renumber[order] = np.arange(1, count + 1)
    labels.ravel()[above] = renumber[part]
    return labels, count


def _neighbours(flat: NDArray[np.int64], shape: tuple[int, ...]) -> coo_array:
    """Graph (n, n) of voxels, by their rising number in a volume of this shape, that share a face.

    A whole volume takes ten times as long to label as the few voxels of a graph.
    """
    edges = []
    for axis, length in enumerate(shape):
        step = int(np.prod(shape[axis + 1 :], dtype=np.int64))
        beside = np.minimum(np.searchsorted(flat, flat + step), len(flat) - 1)
        touching = (flat[beside] == flat + step) & (flat // step % length < length - 1)
        edges.append((np.flatnonzero(touching), beside[touching]))
    ends = tuple(np.concatenate(of) for of in zip(*edges, strict=True))
    return coo_array((np.ones(len(ends[0]), bool), ends), shape=(len(flat), len(flat)))


def box(inside: BoolMap) -> tuple[slice, ...]:
    """The smallest box with all voxels `inside`."""
    found = voxels_of(inside).T
    return tuple(slice(f.min(), f.max() + 1) if len(f) else slice(0) for f in found)


def voxels_of(inside: BoolMap) -> NDArray[np.int64]:
    """Voxels (n, 3) that are `inside`: `numpy.argwhere`, which takes several times as long."""
    return np.stack(np.unravel_index(np.flatnonzero(inside), inside.shape), axis=1)


def peak_voxel(stat: FloatMap, inside: NDArray[np.bool_]) -> tuple[int, int, int]:
    """Voxel with the largest value among those `inside`; the first of equals."""
    i, j, k = np.unravel_index(np.argmax(np.where(inside, stat, -np.inf)), stat.shape)
    return int(i), int(j), int(k)


def peak_voxels(stat: FloatMap, labels: NDArray[np.int32]) -> NDArray[np.int64]:
    """Voxels (n, 3) with the largest value of clusters 1 to n; the first of equals."""
    inside = np.flatnonzero(labels > 0)
    numbers, values = labels.ravel()[inside], stat.ravel()[inside]
    order = np.lexsort((inside, -values, numbers))
    _, first = np.unique(numbers[order], return_index=True)
    return np.stack(np.unravel_index(inside[order][first], stat.shape), axis=1)


def removal_shares(activations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of each experiment in a cluster's summed ALE, by removal.

    `activations` (MA) is (experiments, voxels). What the sum over voxels loses without experiment
    i is the sum of MA_i times the product of the others' 1 - MA; losses are scaled to 1.
    """
    rest = np.prod(1.0 - activations, axis=0)
    loss = (rest * activations / (1.0 - activations)).sum(axis=1)
    return np.asarray(loss / loss.sum() if loss.sum() > 0 else loss)


def by_cluster(
    numbers: NDArray[np.int32],
    activations: NDArray[np.float64],
    share: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Shares (clusters, experiments) of the activations (experiments, voxels) in each cluster.

    `numbers` says for each voxel which cluster it is in, from 1.
    """
    clusters = range(1, int(numbers.max(initial=0)) + 1)
    rows = [share(activations[:, numbers == number]) for number in clusters]
    return np.array(rows).reshape(-1, len(activations))


def foci_inside(
    experiment: Experiment, inside: BoolMap, affine: NDArray[np.float64]
) -> tuple[SourcedFocus, ...]:
    """Foci of an experiment whose nearest voxel is `inside`."""
    at_foci = _at_foci(experiment, inside, affine)
    return tuple(focus for focus, there in zip(experiment.foci, at_foci, strict=True) if there)


def meeting_clusters(
    experiments: Iterable[Experiment], labels: NDArray[np.int32], affine: NDArray[np.float64]
) -> tuple[int, ...]:
    """Numbers of the clusters with foci of at least two experiments."""
    held = Counter(
        int(number) for e in experiments for number in np.unique(_at_foci(e, labels, affine))
    )
    return tuple(sorted(number for number, n in held.items() if number and n > 1))


def _at_foci(
    experiment: Experiment, volume: NDArray[np.int32] | BoolMap, affine: NDArray[np.float64]
) -> NDArray[np.int32]:
    """The volume's value at each focus's nearest voxel; 0 outside the volume."""
    to_voxel = np.linalg.inv(affine).astype(float)
    voxels = np.rint(apply(to_voxel, experiment.positions())).astype(int)
    within = np.all((voxels >= 0) & (voxels < volume.shape), axis=1)
    values = np.zeros(len(voxels), dtype=np.int32)
    values[within] = volume[tuple(voxels[within].T)]
    return values
