"""The ALE kernel: a focus becomes a Gaussian whose width follows from the sample size.

NiMARE rounds every focus to the nearest voxel before it lays the Gaussian down. GingerALE, which
the published review used, evaluates it at the focus's true position; so do these functions.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TEMPLATE_DISTANCE_MM = 5.7
"""Mean Euclidean distance between templates (Eickhoff et al. 2009, table 2)."""

SUBJECT_DISTANCE_MM = 11.6
"""Mean Euclidean distance between subjects (Eickhoff et al. 2009, table 2)."""

TRUNCATION_SIGMAS = 4.0
"""Reach of the Gaussian along each axis: scipy's `gaussian_filter` default, kept by NiMARE."""


def fwhm_mm(sample_size: int) -> float:
    """Full width at half maximum in mm of an experiment's kernel (Eickhoff et al. 2009).

    A mean distance d between points from an isotropic Gaussian corresponds to a FWHM of
    `d * sqrt(8 ln 2) / (2 sqrt(2 / pi))`; template and between-subject variances add, the latter
    divided by the sample size.

    Raises ValueError when `sample_size` is below 1.
    """
    if sample_size < 1:
        raise ValueError(f"a sample size is at least 1, not {sample_size}")
    to_fwhm = math.sqrt(8 * math.log(2)) / (2 * math.sqrt(2 / math.pi))
    template = TEMPLATE_DISTANCE_MM * to_fwhm
    subjects = SUBJECT_DISTANCE_MM * to_fwhm / math.sqrt(sample_size)
    return math.hypot(template, subjects)


def sigma_mm(sample_size: int) -> float:
    """Standard deviation in mm of an experiment's kernel."""
    return fwhm_mm(sample_size) / math.sqrt(8 * math.log(2))


def axis_reach(sigma: float) -> int:
    """Whole voxels that a Gaussian of this sigma (voxels) reaches along an axis."""
    return int(TRUNCATION_SIGMAS * sigma + 0.5)


@dataclass(frozen=True)
class Placed:
    """Foci of experiments, on a grid, with their kernels.

    `places` (foci, 3) is in voxels; `foci_of` (experiments + 1) says where each experiment's begin.
    `sigmas` (voxels) and `reaches` (whole voxels) give each experiment's kernel.
    """

    places: NDArray[np.float64]
    sigmas: NDArray[np.float64]
    reaches: NDArray[np.int64]
    foci_of: NDArray[np.int64]


def placed(
    sample_sizes: Sequence[int], foci: Sequence[NDArray[np.float64]], voxel_mm: float
) -> Placed:
    """Experiments with these sample sizes and foci (n, 3) in voxels, cubes of `voxel_mm`."""
    sigmas = np.array([sigma_mm(n) / voxel_mm for n in sample_sizes])
    return Placed(
        places=np.concatenate(foci),
        sigmas=sigmas,
        reaches=np.array([axis_reach(sigma) for sigma in sigmas]),
        foci_of=np.cumsum([0, *map(len, foci)]),
    )


def modelled_activation(
    foci: NDArray[np.float64],
    sample_size: int,
    shape: Sequence[int],
    affine: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Modelled activation of one experiment: at each voxel the largest of its foci's Gaussians.

    `foci` is (n, 3) in mm of the space of `affine`, a (4, 4) voxel-to-mm matrix without rotation.
    Returns an array of `shape`. A focus in a voxel's centre contributes a kernel that sums to 1
    (Turkeltaub et al. 2012 for the maximum within an experiment).
    """
    activation = np.zeros(tuple(shape))
    sigmas = [sigma_mm(sample_size) / float(abs(affine[axis, axis])) for axis in range(3)]
    norms = [_norm(sigma) for sigma in sigmas]
    inverse = np.linalg.inv(affine)
    for focus in np.atleast_2d(foci):
        centre = inverse[:3, :3] @ focus + inverse[:3, 3]
        windows, weights = zip(
            *map(_axis_weights, centre.tolist(), shape, sigmas, norms), strict=True
        )
        values = weights[0][:, None, None] * weights[1][None, :, None] * weights[2][None, None, :]
        region = activation[windows]
        np.maximum(region, values, out=region)
    return activation


def _norm(sigma: float) -> float:
    """Sum along an axis of the Gaussian of a focus in a voxel's centre."""
    reach = axis_reach(sigma)
    return float(np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).sum())


def _axis_weights(
    centre: float, length: int, sigma: float, norm: float
) -> tuple[slice, NDArray[np.float64]]:
    """Voxels along one axis that a focus reaches, and the Gaussian at each (voxel units).

    Normalised by the sum for a voxel-centred focus, so that moving a focus within its voxel
    changes the shape of its kernel but not its scale.
    """
    reach = axis_reach(sigma)
    first = max(0, math.ceil(centre - reach - 0.5))
    last = min(length - 1, math.floor(centre + reach + 0.5))
    offsets = np.arange(first, last + 1) - centre
    return slice(first, last + 1), np.exp(-0.5 * (offsets / sigma) ** 2) / norm
