"""Two analyses set against each other: their difference, and where they meet."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import FloatMap, apply, convert
from trdreport.engine.clusters import label_clusters, peak_voxels
from trdreport.engine.estimators.subtraction import subtract
from trdreport.engine.results import ExperimentTable
from trdreport.engine.robustness.results import Difference, DifferenceCluster
from trdreport.model.plan import Comparison, Profile


@dataclass(frozen=True)
class Side:
    """One analysis of a comparison: its experiments and its maps `z` and `p`."""

    table: ExperimentTable
    maps: Mapping[str, FloatMap]

    def above(self, p: float) -> FloatMap:
        """Z where the uncorrected p is below `p`, else 0."""
        return np.where(self.maps["p"] < p, self.maps["z"], 0.0)


def conjunction(first: FloatMap, second: FloatMap) -> FloatMap:
    """Voxel-wise minimum where both maps are above zero (Nichols et al. 2005), else 0."""
    return np.minimum(first, second).clip(min=0.0)


def compare(comparison: Comparison, first: Side, second: Side, profile: Profile) -> Difference:
    """Subtraction and conjunction of two analyses under one profile.

    As in GingerALE, differences are looked for where the analysis that has more ALE there passes
    the cluster-forming threshold.
    """
    grid = analysis_mask(profile)
    subtraction = subtract(first.table, second.table, profile, comparison.permutations, grid)
    forming = float(profile.cluster_forming_p)
    differs = subtraction.p < float(comparison.threshold_p)
    more = differs & (subtraction.z > 0) & (first.maps["p"] < forming)
    less = differs & (subtraction.z < 0) & (second.maps["p"] < forming)
    sizes = len(first.table.experiments), len(second.table.experiments)
    return Difference(
        comparison=comparison.id,
        experiments=sizes,
        shared=_shared(first.table, second.table),
        assignments=comb(sum(sizes), sizes[0]),
        permutations=subtraction.permutations,
        smallest_p_fwe=subtraction.smallest_p_fwe,
        first_more=_clusters(np.where(more, subtraction.z, 0.0), profile),
        second_more=_clusters(np.where(less, -subtraction.z, 0.0), profile),
        both=_clusters(conjunction(first.above(forming), second.above(forming)), profile),
    )


def _shared(one: ExperimentTable, other: ExperimentTable) -> tuple[str, ...]:
    units = {e.unit for e in one.experiments} & {e.unit for e in other.experiments}
    return tuple(sorted(units))


def _clusters(z: FloatMap, profile: Profile) -> tuple[DifferenceCluster, ...]:
    """Clusters of a map that is 0 outside them, largest first."""
    labels, _ = label_clusters(z, 0.0)
    _, affine = analysis_mask(profile)
    voxels = peak_voxels(z, labels)
    peaks = convert(apply(affine, voxels.astype(float)), profile.space, "MNI", profile.transform)
    sizes = np.bincount(labels[labels > 0])[1:] * _voxel_mm3(affine)
    return tuple(
        DifferenceCluster((float(x), float(y), float(w)), round(size), float(z[tuple(voxel)]))
        for (x, y, w), size, voxel in zip(peaks, sizes, voxels, strict=True)
    )


def _voxel_mm3(affine: NDArray[np.float64]) -> float:
    return abs(float(np.linalg.det(affine[:3, :3])))
