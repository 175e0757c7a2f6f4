"""The compiled loops of the permutation null: two ways to the same maxima.

`crowded_maxima` visits every voxel that a kernel reaches. `scattered_maxima` visits only voxels
that can pass the threshold T. ALE is at most the sum of the experiments' modelled activations. A
voxel above T therefore has a focus whose kernel there exceeds T / E, with E experiments in all: it
lies within a radius R of that focus. Experiments with no focus nearer to that focus than R plus the
radius at which their own kernel falls to T / (20 E) add less than that much each; so among the n
experiments that are near, the largest value exceeds (T - (E - n) T / (20 E)) / n, and it is enough
to look around each focus as far as its own kernel does. Arguments are those of
`trdreport.engine.null.NullPlan`, arrays only.
"""

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def _lay_out(row_places, sigmas, reaches, foci_of, starts, lengths, weights):  # type: ignore[no-untyped-def]
    """First voxel, number of voxels and Gaussian weights along each axis, for every focus."""
    for experiment in range(sigmas.shape[0]):
        sigma, reach = sigmas[experiment], reaches[experiment]
        norm = _norm(sigma, reach)
        for focus in range(foci_of[experiment], foci_of[experiment + 1]):
            for axis in range(3):
                place = row_places[focus, axis]
                start = int(np.ceil(place - reach - 0.5))
                length = int(np.floor(place + reach + 0.5)) - start + 1
                for k in range(length):
                    offset = (start + k - place) / sigma
                    weights[focus, axis, k] = np.exp(-0.5 * offset * offset) / norm
                starts[focus, axis] = start
                lengths[focus, axis] = length


@njit(nogil=True, cache=True)
def scattered_maxima(places, sigmas, reaches, foci_of, inside, shape, threshold):  # type: ignore[no-untyped-def]
    """Maxima (data sets, 3): ALE, size, mass. All 0 where no voxel passes the threshold."""
    n_foci, n_experiments = places.shape[1], sigmas.shape[0]
    stride_y, stride_x = shape[2], shape[1] * shape[2]
    steps = np.array([1, -1, stride_y, -stride_y, stride_x, -stride_x])
    excess = np.zeros(inside.shape[0])
    seen = np.full(inside.shape[0], -1, np.int32)
    above = np.empty(inside.shape[0], np.int64)
    starts = np.empty((n_foci, 3), np.int64)
    lengths = np.empty((n_foci, 3), np.int64)
    weights = np.empty((n_foci, 3, 2 * reaches.max() + 2))
    meeting = np.empty(n_foci, np.int64)
    group = np.empty(n_foci, np.int64)
    peaks = np.empty(n_experiments)
    core, tail = np.empty(n_experiments), np.empty(n_experiments)
    small = threshold / (20.0 * n_experiments)
    for experiment in range(n_experiments):
        group[foci_of[experiment] : foci_of[experiment + 1]] = experiment
        peaks[experiment] = _norm(sigmas[experiment], reaches[experiment]) ** -3
        core[experiment] = _radius(peaks[experiment], sigmas[experiment], threshold / n_experiments)
        tail[experiment] = _radius(peaks[experiment], sigmas[experiment], small)
    result = np.zeros((places.shape[0], 3))
    for row in range(places.shape[0]):
        _lay_out(places[row], sigmas, reaches, foci_of, starts, lengths, weights)
        n_above = 0
        for focus in range(n_foci):
            own = group[focus]
            if core[own] < 0.0:
                continue
            n_meeting, near = _meeting(
                focus, places[row], starts, lengths, group, core[own], tail, meeting
            )
            least = (threshold - (n_experiments - near) * small) / near
            reach = _radius(peaks[own], sigmas[own], least)
            if reach < 0.0:
                continue
            x, y, z = places[row, focus]
            for i in range(int(np.ceil(x - reach)), int(np.floor(x + reach)) + 1):
                for j in range(int(np.ceil(y - reach)), int(np.floor(y + reach)) + 1):
                    flat = (i - x) ** 2 + (j - y) ** 2
                    for k in range(int(np.ceil(z - reach)), int(np.floor(z + reach)) + 1):
                        voxel = i * stride_x + j * stride_y + k
                        if (
                            flat + (k - z) ** 2 > reach * reach
                            or seen[voxel] == row
                            or not inside[voxel]
                        ):
                            continue
                        seen[voxel] = row
                        ale = _ale(i, j, k, meeting[:n_meeting], group, starts, lengths, weights)
                        if ale > threshold:
                            excess[voxel] = ale - threshold
                            above[n_above] = voxel
                            n_above += 1
                            result[row, 0] = max(result[row, 0], ale)
        _largest(excess, above, n_above, steps, result[row])
    return result


@njit(nogil=True, cache=True)
def _norm(sigma, reach):  # type: ignore[no-untyped-def]
    """Sum along an axis of the Gaussian of a focus in a voxel's centre."""
    norm = 0.0
    for offset in range(-reach, reach + 1):
        norm += np.exp(-0.5 * (offset / sigma) ** 2)
    return norm


@njit(nogil=True, cache=True)
def _radius(peak, sigma, value):  # type: ignore[no-untyped-def]
    """Distance in voxels at which a kernel falls to `value`; -1 where it never exceeds it."""
    return sigma * np.sqrt(2.0 * np.log(peak / value)) if peak > value else -1.0


@njit(nogil=True, cache=True)
def _meeting(focus, places, starts, lengths, group, core, tail, meeting):  # type: ignore[no-untyped-def]
    """Fill `meeting` with the foci whose kernels touch that of `focus`, in order; count them.

    Returns their number, and the number of experiments that are near: with a focus closer than
    `core` and the radius of its own experiment's tail together.
    """
    n_meeting, near, last = 0, 0, -1
    for other in range(starts.shape[0]):
        meets = True
        distance = 0.0
        for axis in range(3):
            if (
                starts[other, axis] >= starts[focus, axis] + lengths[focus, axis]
                or starts[focus, axis] >= starts[other, axis] + lengths[other, axis]
            ):
                meets = False
                break
            distance += (places[other, axis] - places[focus, axis]) ** 2
        if meets:
            meeting[n_meeting] = other
            n_meeting += 1
            reach = core + tail[group[other]]
            if group[other] != last and distance <= reach * reach:
                last = group[other]
                near += 1
    return n_meeting, near


@njit(nogil=True, cache=True)
def _ale(i, j, k, near, group, starts, lengths, weights):  # type: ignore[no-untyped-def]
    """ALE of one voxel: the union over experiments of the largest kernel value of their foci."""
    rest, own, last = 1.0, 0.0, -1
    for focus in near:
        if group[focus] != last:
            rest *= 1.0 - own
            own, last = 0.0, group[focus]
        x, y, z = i - starts[focus, 0], j - starts[focus, 1], k - starts[focus, 2]
        if 0 <= x < lengths[focus, 0] and 0 <= y < lengths[focus, 1] and 0 <= z < lengths[focus, 2]:
            own = max(own, weights[focus, 0, x] * weights[focus, 1, y] * weights[focus, 2, z])
    return 1.0 - rest * (1.0 - own)


@njit(nogil=True, cache=True)
def crowded_maxima(places, sigmas, reaches, foci_of, inside, shape, threshold):  # type: ignore[no-untyped-def]
    """Maxima (data sets, 3): ALE, size, mass.

    `rest` is the product of 1 - MA over experiments and `own` the MA of one experiment; both are
    left as they were found, 1 and 0.
    """
    n_foci = places.shape[1]
    stride_y, stride_x = shape[2], shape[1] * shape[2]
    steps = np.array([1, -1, stride_y, -stride_y, stride_x, -stride_x])
    rest = np.ones(inside.shape[0])
    own = np.zeros(inside.shape[0])
    excess = np.zeros(inside.shape[0])
    above = np.empty(inside.shape[0], np.int64)
    starts = np.empty((n_foci, 3), np.int64)
    lengths = np.empty((n_foci, 3), np.int64)
    weights = np.empty((n_foci, 3, 2 * reaches.max() + 2))
    result = np.zeros((places.shape[0], 3))
    for row in range(places.shape[0]):
        _lay_out(places[row], sigmas, reaches, foci_of, starts, lengths, weights)
        for experiment in range(sigmas.shape[0]):
            foci = range(foci_of[experiment], foci_of[experiment + 1])
            for focus in foci:
                for i in range(lengths[focus, 0]):
                    for j in range(lengths[focus, 1]):
                        weight = weights[focus, 0, i] * weights[focus, 1, j]
                        x, y = starts[focus, 0] + i, starts[focus, 1] + j
                        base = x * stride_x + y * stride_y + starts[focus, 2]
                        line = own[base : base + lengths[focus, 2]]
                        for k in range(line.shape[0]):
                            value = weight * weights[focus, 2, k]
                            line[k] = value if value > line[k] else line[k]
            for focus in foci:
                for i in range(lengths[focus, 0]):
                    for j in range(lengths[focus, 1]):
                        x, y = starts[focus, 0] + i, starts[focus, 1] + j
                        base = x * stride_x + y * stride_y + starts[focus, 2]
                        line = own[base : base + lengths[focus, 2]]
                        left = rest[base : base + lengths[focus, 2]]
                        for k in range(line.shape[0]):
                            left[k] *= 1.0 - line[k]
                            line[k] = 0.0
        n_above = 0
        for voxel in range(inside.shape[0]):
            ale = 1.0 - rest[voxel] if inside[voxel] else 0.0
            rest[voxel] = 1.0
            result[row, 0] = max(result[row, 0], ale)
            if ale > threshold:
                excess[voxel] = ale - threshold
                above[n_above] = voxel
                n_above += 1
        _largest(excess, above, n_above, steps, result[row])
    return result


@njit(nogil=True, cache=True)
def _largest(excess, above, n_above, steps, result):  # type: ignore[no-untyped-def]
    """Fill in size and mass of the largest clusters by flood fill; clears `excess`.

    `excess` holds how far each voxel of `above` is over the threshold until the fill takes it.
    """
    for seed in above[:n_above].copy():
        if excess[seed] == 0.0:
            continue
        size, mass, depth = 0, excess[seed], 1
        above[0] = seed
        excess[seed] = 0.0
        while depth:
            depth -= 1
            voxel = above[depth]
            size += 1
            for step in steps:
                neighbour = voxel + step
                if excess[neighbour] > 0.0:
                    mass += excess[neighbour]
                    excess[neighbour] = 0.0
                    above[depth] = neighbour
                    depth += 1
        result[1] = max(result[1], size)
        result[2] = max(result[2], mass)
