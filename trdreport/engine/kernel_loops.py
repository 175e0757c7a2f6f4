"""Compiled loops that lay Gaussians on a grid of voxels.

A grid is given flat, with its `shape`; foci are `places` (foci, 3) in voxels. A kernel is given by
`sigma` (voxels) and `reach`, the whole voxels that it reaches along each axis.
"""

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def norm(sigma, reach):  # type: ignore[no-untyped-def]
    """Sum along an axis of the Gaussian of a focus in a voxel's centre."""
    total = 0.0
    for offset in range(-reach, reach + 1):
        total += np.exp(-0.5 * (offset / sigma) ** 2)
    return total


@njit(nogil=True, cache=True)
def window(place, reach, length):  # type: ignore[no-untyped-def]
    """First voxel along an axis that a focus reaches, and the one after the last."""
    first = max(0, int(np.ceil(place - reach - 0.5)))
    return first, min(length, int(np.floor(place + reach + 0.5)) + 1)


@njit(nogil=True, cache=True)
def lay_down(own, shape, places, sigma, reach):  # type: ignore[no-untyped-def]
    """Raise `own` to the largest Gaussian of the foci at each voxel."""
    scale = norm(sigma, reach)
    weights = np.empty((3, 2 * reach + 2))
    firsts, ends = np.empty(3, np.int64), np.empty(3, np.int64)
    for place in places:
        for axis in range(3):
            first, end = window(place[axis], reach, shape[axis])
            firsts[axis], ends[axis] = first, end
            for voxel in range(first, end):
                offset = (voxel - place[axis]) / sigma
                weights[axis, voxel - first] = np.exp(-0.5 * offset * offset) / scale
        for i in range(firsts[0], ends[0]):
            for j in range(firsts[1], ends[1]):
                weight = weights[0, i - firsts[0]] * weights[1, j - firsts[1]]
                base = (i * shape[1] + j) * shape[2]
                line = own[base + firsts[2] : base + max(firsts[2], ends[2])]
                for k in range(line.shape[0]):
                    line[k] = max(line[k], weight * weights[2, k])


@njit(nogil=True, cache=True)
def pool(rest, own, places, sigmas, reaches, foci_of, inside, shape, bins_a_unit, counts):  # type: ignore[no-untyped-def]
    """Multiply `rest` by 1 - ALE; `counts` (experiments, bins) gets the voxels inside by their MA.

    Experiment e has the foci from `foci_of[e]` to `foci_of[e + 1]`. Voxels that none of its foci
    reaches are not counted. `own` is room to work in, 0 before and after. numpy makes both: where
    a compiled loop does, the memory costs ten times the work.
    """
    for experiment in range(sigmas.shape[0]):
        reach = reaches[experiment]
        foci = places[foci_of[experiment] : foci_of[experiment + 1]]
        lay_down(own, shape, foci, sigmas[experiment], reach)
        for place in foci:
            x, x_end = window(place[0], reach, shape[0])
            y, y_end = window(place[1], reach, shape[1])
            z, z_end = window(place[2], reach, shape[2])
            for i in range(x, x_end):
                for j in range(y, y_end):
                    base = (i * shape[1] + j) * shape[2]
                    for voxel in range(base + z, base + max(z, z_end)):
                        value = own[voxel]
                        if value > 0.0 and inside[voxel]:
                            rest[voxel] *= 1.0 - value
                            counts[experiment, int(value * bins_a_unit + 0.5)] += 1.0
                        own[voxel] = 0.0
