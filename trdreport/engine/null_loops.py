"""The compiled loops of the permutation null, which compute ALE only where it can matter.

What is kept of a data set depends on its voxels above T alone, the lowest threshold. Write g_f for
the Gaussian of focus f, MA_e for the largest Gaussian of experiment e at a voxel, and p_e for the
largest value that it can have. As -log(1 - x) / x grows with x,

    -log(1 - ALE) = sum over e of -log(1 - MA_e) <= B = sum over f of c_e g_f,
    c_e = -log(1 - p_e) / p_e,

so a voxel passes T only where B passes -log(1 - T). B is a plain sum over foci and need not be
exact. It is added up in single precision at every second voxel of each axis, the lattice, with g_f
raised so that a line between neighbours on the lattice is nowhere below it; Gaussians are products
over the axes, so one axis at a time is enough. Where that bound of a tile of 4 x 4 x 4 voxels
passes, B is added up again at each of its voxels, now without raising; where it still passes, ALE
is computed: in double precision, one experiment after the other.

Foci move to voxels, their `homes`. Homes and places are counted in voxels from `pad` voxels before
the corner of the mask's bounding box, tiles and the lattice from that corner. `tiles` (x, y, z, 64)
has the voxels inside the mask, where voxel (x, y, z) of a tile is number 16 z + 4 x + y. Other
arguments are those of `trdreport.engine.null.NullPlan`.
"""

import numpy as np
from numba import njit

from trdreport.engine.kernel_loops import norm
from trdreport.engine.random_loops import integers

LANES = 8
"""Single numbers that are added at once: runs along the lattice are padded to a multiple."""

ROUNDING = 2.0**-23
"""More than an addition or product in single precision changes a number by, relatively."""


@njit(nogil=True, cache=True)
def drawn(seed, begin, end, voxels, n_foci):  # type: ignore[no-untyped-def]
    """Random homes (data sets, foci, 3) of the permutations from `begin` to `end`."""
    homes = np.empty((end - begin, n_foci, 3), np.int64)
    picks = np.empty(n_foci, np.int64)
    for row in range(end - begin):
        integers(seed, begin + row, voxels.shape[0], picks)
        for focus in range(n_foci):
            for axis in range(3):
                homes[row, focus, axis] = voxels[picks[focus], axis]
    return homes


@njit(nogil=True, cache=True)
def maxima(homes, tiles, pad, sigmas, reaches, foci_of, offsets, thresholds, excess):  # type: ignore[no-untyped-def]
    """Maxima (data sets, thresholds, 3) of foci at `homes` (data sets, foci, 3): ALE, size, mass.

    `excess` (voxels of the tiles and one more on each side) is room to work in, 0 before and after;
    numpy makes it, as memory costs a compiled loop ten times the work.
    Where no voxel passes, the limit is lowered until the largest ALE found is over it.
    """
    shape, inside = tiles.shape[:3], tiles.reshape(-1, 64)
    n_tiles = inside.shape[0]
    group, windows = _windows(offsets, reaches, foci_of)
    raised, firsts, counts, plain = _bound_weights(offsets, windows, sigmas, reaches, foci_of)
    weights, lowest = _weights(offsets, sigmas, reaches, foci_of, homes.max())
    exact = (offsets, group, windows, weights, lowest)
    points = max(2 * shape[2] + 1, raised.shape[3])
    lattice = np.zeros((2 * shape[0] + 1, 2 * shape[1] + 1, points), np.float32)
    chosen, number = np.empty(n_tiles, np.int64), np.full(shape, -1, np.int32)
    spans = np.empty((shape[0], shape[1], 2), np.int64)
    sums = np.empty((n_tiles, 64), np.float32)
    own, rest = np.empty((2, n_tiles, 64))
    latest = np.empty(n_tiles, np.int64)
    size_y, size_z = excess.shape[1:]
    strides = np.array([size_y * size_z, size_z, 1])
    steps = np.array([1, -1, size_z, -size_z, size_y * size_z, -size_y * size_z])
    flat_excess = excess.ravel()
    passing, ale = np.empty(n_tiles * 64, np.int64), np.empty(n_tiles * 64)
    above, threshold = np.empty(n_tiles * 64, np.int64), thresholds.min()
    result = np.zeros((homes.shape[0], thresholds.shape[0], 3))
    for row in range(homes.shape[0]):
        # a lower limit is never wrong; that of a threshold of 1 would be infinite
        limit = -np.log1p(-min(threshold, 0.99))
        while True:
            _lay_bounds(lattice, homes[row], pad, raised, firsts, counts)
            least = np.float32(limit)
            n_chosen = _choose(lattice, least, chosen, number)
            _span(chosen[:n_chosen], number, spans)
            _sum(sums[:n_chosen], homes[row], pad, windows, plain, number, spans)
            n_chosen = _choose_again(sums[:n_chosen], least, inside, chosen, number)
            _span(chosen[:n_chosen], number, spans)
            _lay(own[:n_chosen], rest[:n_chosen], latest, homes[row], pad, number, spans, *exact)
            best, n_passing = _collect(
                own, rest, inside, chosen[:n_chosen], number, strides, threshold, passing, ale
            )
            if n_passing or limit == 0.0 or -np.log1p(-best) >= limit:
                break
            limit = 0.8 * limit if limit > 1e-9 else 0.0
        for i in range(thresholds.shape[0]):
            result[row, i, 0] = best
            n_above = _exceed(passing[:n_passing], ale, thresholds[i], flat_excess, above)
            _largest(flat_excess, above, n_above, steps, result[row, i])
    return result


@njit(nogil=True, cache=True)
def _windows(offsets, reaches, foci_of):  # type: ignore[no-untyped-def]
    """Experiment of each focus, and the voxels it reaches from its home: (foci, axes, 2).

    Both ends may be a voxel too far where rounding decides; the weights there are then 0.
    """
    group = np.empty(offsets.shape[0], np.int64)
    windows = np.empty((offsets.shape[0], 3, 2), np.int64)
    for experiment in range(reaches.shape[0]):
        reach = reaches[experiment]
        for focus in range(foci_of[experiment], foci_of[experiment + 1]):
            group[focus] = experiment
            for axis in range(3):
                offset = offsets[focus, axis]
                windows[focus, axis, 0] = int(np.ceil(offset - reach - 0.5 - 1e-9))
                windows[focus, axis, 1] = int(np.floor(offset + reach + 0.5 + 1e-9))
    return group, windows


@njit(nogil=True, cache=True)
def _bound_weights(offsets, windows, sigmas, reaches, foci_of):  # type: ignore[no-untyped-def]
    """Weights of the bounds along each axis: `raised`, its first points and counts, and `plain`.

    Between neighbours k - 1 and k + 1 on the lattice the Gaussian g exceeds the line by
    d(k) = g(k) - (g(k - 1) + g(k + 1)) / 2; where that is positive, both are raised by as much:
    `raised` is (foci, axes, 2, width). Its third index is 1 for a home in an odd voxel, which is
    not on the lattice; points are counted from half the home's number. `plain` is g itself, (foci,
    axes, width), where position middle + k is the voxel k from home and at least 3 zeros are on
    either side. The first axis carries c_e, and more than rounding can take from a sum of all foci.
    """
    middle = reaches.max() + 4
    plain = np.zeros((offsets.shape[0], 3, 2 * middle + 1), np.float32)
    width = (reaches.max() + 2 + LANES) // LANES * LANES
    raised = np.zeros((offsets.shape[0], 3, 2, width), np.float32)
    firsts, counts = np.empty((2, offsets.shape[0], 3, 2), np.int64)
    for experiment in range(sigmas.shape[0]):
        sigma, total = sigmas[experiment], norm(sigmas[experiment], reaches[experiment])
        peak = total**-3
        factor = -np.log1p(-peak) / peak * (1.0 + (offsets.shape[0] + 16) * ROUNDING)
        for focus in range(foci_of[experiment], foci_of[experiment + 1]):
            for axis in range(3):
                low, high = windows[focus, axis]
                line = np.zeros(2 * middle + 1)
                for k in range(low, high + 1):
                    distance = (k - offsets[focus, axis]) / sigma
                    line[middle + k] = np.exp(-0.5 * distance * distance) / total
                if axis == 0:
                    line *= factor
                plain[focus, axis] = line
                for odd in range(2):
                    count = 0
                    for point in range((low + odd) // 2 - 1, (high + odd) // 2 + 2):
                        at = middle + 2 * point - odd
                        weight = line[at] + max(0.0, _lack(line, at - 1), _lack(line, at + 1))
                        if weight > 0.0:
                            raised[focus, axis, odd, count] = weight
                            count += 1
                            firsts[focus, axis, odd] = point + 1 - count
                    counts[focus, axis, odd] = count
    return raised, firsts, counts, plain


@njit(nogil=True, cache=True)
def _lack(line, k):  # type: ignore[no-untyped-def]
    """By how much the line between the neighbours of k is too low."""
    return line[k] - 0.5 * (line[k - 1] + line[k + 1]) if 0 < k < line.shape[0] - 1 else 0.0


@njit(nogil=True, cache=True)
def _weights(offsets, sigmas, reaches, foci_of, largest):  # type: ignore[no-untyped-def]
    """Gaussian weights along each axis, (foci, axes, powers, width), and the smallest power.

    A place, home plus offset, is rounded to the digits that a double has left between two powers
    of 2. So its distances from voxels depend on that power and the offset alone. Position
    middle + k is the voxel k from home; at least 3 zeros are on either side.
    """
    lowest = int(np.log2(reaches.max() + 1.5))
    powers = int(np.log2(largest + 1)) + 1 - lowest
    middle = reaches.max() + 4
    weights = np.zeros((offsets.shape[0], 3, powers, 2 * middle + 1))
    for experiment in range(sigmas.shape[0]):
        sigma, reach = sigmas[experiment], reaches[experiment]
        total = norm(sigma, reach)
        for focus in range(foci_of[experiment], foci_of[experiment + 1]):
            for axis in range(3):
                for power in range(powers):
                    home = 3 * 2 ** (lowest + power) // 2
                    place = home + offsets[focus, axis]
                    first = int(np.ceil(place - reach - 0.5))
                    for voxel in range(first, int(np.floor(place + reach + 0.5)) + 1):
                        distance = (voxel - place) / sigma
                        weights[focus, axis, power, middle + voxel - home] = (
                            np.exp(-0.5 * distance * distance) / total
                        )
    return weights, lowest


@njit(nogil=True, cache=True)
def _lay_bounds(lattice, homes, pad, raised, firsts, counts):  # type: ignore[no-untyped-def]
    """Add the raised Gaussians of all foci to the lattice, as far as it goes."""
    run = np.empty(raised.shape[3], np.float32)
    flat = lattice.ravel()
    size_x, size_y, size_z = lattice.shape
    for focus in range(homes.shape[0]):
        x, y, z = homes[focus, 0] - pad, homes[focus, 1] - pad, homes[focus, 2] - pad
        along_x, along_y = raised[focus, 0, x & 1], raised[focus, 1, y & 1]
        first_x, first_y = (x >> 1) + firsts[focus, 0, x & 1], (y >> 1) + firsts[focus, 1, y & 1]
        end_x, end_y = first_x + counts[focus, 0, x & 1], first_y + counts[focus, 1, y & 1]
        first_z = (z >> 1) + firsts[focus, 2, z & 1]
        end_z = min(first_z + counts[focus, 2, z & 1], size_z)
        length = (end_z - max(first_z, 0) + LANES - 1) // LANES * LANES
        start = min(max(first_z, 0), size_z - length)
        for k in range(length):
            here = first_z <= start + k < end_z
            run[k] = raised[focus, 2, z & 1, start + k - first_z] if here else 0.0
        for i in range(max(first_x, 0), min(end_x, size_x)):
            for j in range(max(first_y, 0), min(end_y, size_y)):
                weight = along_x[i - first_x] * along_y[j - first_y]
                base = (i * size_y + j) * size_z + start
                target = flat[base : base + length]
                for k in range(length):
                    target[k] += weight * run[k]


@njit(nogil=True, cache=True)
def _choose(lattice, limit, chosen, number):  # type: ignore[no-untyped-def]
    """List, number and count the tiles whose bounds reach the limit; clear the lattice.

    Along each axis a tile has the points a and b of the lattice, and what is between a and b and
    between b and c; the largest is taken along x, then y, then z.
    """
    planes = lattice.reshape(lattice.shape[0], -1)
    plane = np.empty(lattice.shape[1:], np.float32)
    line = np.empty(lattice.shape[2], np.float32)
    n_chosen = 0
    for x in range(number.shape[0]):
        _largest_between(planes[2 * x], planes[2 * x + 1], planes[2 * x + 2], plane.ravel())
        planes[2 * x : 2 * x + 2] = 0.0
        for y in range(number.shape[1]):
            _largest_between(plane[2 * y], plane[2 * y + 1], plane[2 * y + 2], line)
            if not _reaches(line, limit):
                continue
            for z in range(number.shape[2]):
                middle = np.float32(0.5) * (line[2 * z + 1] + line[2 * z + 2])
                if max(line[2 * z], line[2 * z + 1], middle) >= limit:
                    chosen[n_chosen] = (x * number.shape[1] + y) * number.shape[2] + z
                    number[x, y, z] = n_chosen
                    n_chosen += 1
    planes[-1] = 0.0
    return n_chosen


@njit(nogil=True, cache=True)
def _largest_between(a, b, c, out):  # type: ignore[no-untyped-def]
    """The largest of a, b and the middle of b and c."""
    for k in range(out.shape[0]):
        out[k] = max(a[k], b[k], np.float32(0.5) * (b[k] + c[k]))


@njit(nogil=True, cache=True)
def _reaches(line, limit):  # type: ignore[no-untyped-def]
    """Whether any value is at least the limit."""
    reaching = 0
    for k in range(line.shape[0]):
        reaching += line[k] >= limit
    return reaching > 0


@njit(nogil=True, cache=True)
def _choose_again(sums, limit, inside, chosen, number):  # type: ignore[no-untyped-def]
    """Keep of the chosen tiles those with a voxel in the mask whose sum reaches the limit."""
    flat = number.ravel()
    kept = 0
    for i in range(sums.shape[0]):
        tile, reaching = chosen[i], 0
        for k in range(inside.shape[1]):
            reaching += inside[tile, k] & (sums[i, k] >= limit)
        flat[tile] = -1
        if reaching:
            chosen[kept] = tile
            flat[tile] = kept
            kept += 1
    return kept


@njit(nogil=True, cache=True)
def _span(chosen, number, spans):  # type: ignore[no-untyped-def]
    """First numbered tile of each column along z, and the one after the last."""
    spans[:, :, 0], spans[:, :, 1] = number.shape[2], 0
    for tile in chosen:
        column, z = divmod(tile, number.shape[2])
        span = spans[column // number.shape[1], column % number.shape[1]]
        span[0], span[1] = min(span[0], z), max(span[1], z + 1)


@njit(nogil=True, cache=True)
def _reached(voxel, window, length):  # type: ignore[no-untyped-def]
    """First tile along an axis that a focus with this home reaches, and the one after the last."""
    return max(0, (voxel + window[0]) >> 2), min(length, ((voxel + window[1]) >> 2) + 1)


@njit(nogil=True, cache=True)
def _multiply(weights, x, y, plane):  # type: ignore[no-untyped-def]
    """Products of the four weights from x on with the four from y on."""
    for i in range(4):
        for j in range(4):
            plane[4 * i + j] = weights[x + i] * weights[y + j]


@njit(nogil=True, cache=True)
def _sum(sums, homes, pad, windows, plain, number, spans):  # type: ignore[no-untyped-def]
    """B in the numbered tiles, in single precision."""
    sums[:] = 0.0
    flat, width = plain.ravel(), plain.shape[2]
    plane = np.empty(16, np.float32)
    for focus in range(homes.shape[0]):
        x, y, z = homes[focus, 0] - pad, homes[focus, 1] - pad, homes[focus, 2] - pad
        middle = 3 * focus * width + width // 2
        first_y, end_y = _reached(y, windows[focus, 1], number.shape[1])
        first_z, end_z = _reached(z, windows[focus, 2], number.shape[2])
        for i in range(*_reached(x, windows[focus, 0], number.shape[0])):
            for j in range(first_y, end_y):
                ready = False
                for k in range(max(first_z, spans[i, j, 0]), min(end_z, spans[i, j, 1])):
                    if number[i, j, k] < 0:
                        continue
                    if not ready:
                        ready = True
                        _multiply(flat, middle + 4 * i - x, middle + width + 4 * j - y, plane)
                    _add(sums, number[i, j, k], plane, flat, middle + 2 * width + 4 * k - z)


@njit(nogil=True, cache=True)
def _add(sums, tile, plane, weights, z):  # type: ignore[no-untyped-def]
    """Add the products of the plane with the four weights from z on."""
    for k in range(plane.shape[0]):
        sums[tile, k] += plane[k] * weights[z]
        sums[tile, 16 + k] += plane[k] * weights[z + 1]
        sums[tile, 32 + k] += plane[k] * weights[z + 2]
        sums[tile, 48 + k] += plane[k] * weights[z + 3]


@njit(nogil=True, cache=True)
def _lay(own, rest, latest, homes, pad, number, spans, offsets, group, windows, weights, lowest):  # type: ignore[no-untyped-def]
    """In the numbered tiles, 1 - MA multiplied over experiments (`rest`); `own` is the last MA."""
    own[:] = 0.0
    rest[:] = 1.0
    latest[: own.shape[0]] = -1
    flat, width = weights.ravel(), weights.shape[3]
    middle = np.empty(3, np.int64)
    plane = np.empty(16)
    for focus in range(homes.shape[0]):
        x, y, z = homes[focus, 0] - pad, homes[focus, 1] - pad, homes[focus, 2] - pad
        for axis in range(3):
            power = _power(homes[focus, axis] + offsets[focus, axis], lowest)
            middle[axis] = ((3 * focus + axis) * weights.shape[2] + power) * width + width // 2
        first_y, end_y = _reached(y, windows[focus, 1], number.shape[1])
        first_z, end_z = _reached(z, windows[focus, 2], number.shape[2])
        for i in range(*_reached(x, windows[focus, 0], number.shape[0])):
            for j in range(first_y, end_y):
                ready = False
                for k in range(max(first_z, spans[i, j, 0]), min(end_z, spans[i, j, 1])):
                    tile = number[i, j, k]
                    if tile < 0:
                        continue
                    if latest[tile] != group[focus]:
                        if latest[tile] >= 0:
                            _fold(own, rest, tile)
                        latest[tile] = group[focus]
                    if not ready:
                        ready = True
                        _multiply(flat, middle[0] + 4 * i - x, middle[1] + 4 * j - y, plane)
                    _raise(own, tile, plane, flat, middle[2] + 4 * k - z)


@njit(nogil=True, cache=True)
def _raise(own, tile, plane, weights, z):  # type: ignore[no-untyped-def]
    """Raise the MA to the products of the plane with the four weights from z on."""
    for layer in range(4):
        line = own[tile, 16 * layer : 16 * layer + plane.shape[0]]
        for k in range(line.shape[0]):
            # not max(): the compiler would write only the larger ones, which is slower
            line[k] = np.maximum(line[k], plane[k] * weights[z + layer])


@njit(nogil=True, cache=True)
def _power(place, lowest):  # type: ignore[no-untyped-def]
    """The power of 2 below a place, counted from the lowest."""
    power = 0
    while place >= 2 << (lowest + power):
        power += 1
    return power


@njit(nogil=True, cache=True)
def _fold(own, rest, tile):  # type: ignore[no-untyped-def]
    """Multiply `rest` by 1 - `own`, and clear `own`."""
    for k in range(own.shape[1]):
        rest[tile, k] *= 1.0 - own[tile, k]
        own[tile, k] = 0.0


@njit(nogil=True, cache=True)
def _collect(own, rest, inside, chosen, number, strides, threshold, passing, ale):  # type: ignore[no-untyped-def]
    """Largest ALE of the chosen tiles; list and count voxels above the threshold, with their ALE.

    The tiles lose their numbers.
    """
    flat = number.ravel()
    best, n_passing = 0.0, 0
    for i in range(chosen.shape[0]):
        tile = chosen[i]
        flat[tile] = -1
        _fold(own, rest, i)
        column, z = divmod(tile, number.shape[2])
        x, y = divmod(column, number.shape[1])
        corner = (4 * x + 1) * strides[0] + (4 * y + 1) * strides[1] + 4 * z + 1
        for k in range(64):
            value = 1.0 - rest[i, k]
            if value > min(best, threshold) and inside[tile, k]:
                best = max(best, value)
                if value > threshold:
                    passing[n_passing] = (
                        corner + (k >> 2 & 3) * strides[0] + (k & 3) * strides[1] + (k >> 4)
                    )
                    ale[n_passing] = value
                    n_passing += 1
    return best, n_passing


@njit(nogil=True, cache=True)
def _exceed(passing, ale, threshold, excess, above):  # type: ignore[no-untyped-def]
    """List and count the voxels above a threshold, with their excess."""
    n_above = 0
    for i in range(passing.shape[0]):
        if ale[i] > threshold:
            excess[passing[i]] = ale[i] - threshold
            above[n_above] = passing[i]
            n_above += 1
    return n_above


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
