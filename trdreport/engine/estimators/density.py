"""Density estimators as NiMARE runs them with its defaults: spheres of 10 mm around voxel centres.

Sample sizes and places between voxels play no part, and the number of permutations is fixed.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import nibabel as nib
import numpy as np
from nimare.correct import FWECorrector
from nimare.meta.cbma.mkda import KDA, MKDADensity
from numpy.typing import NDArray

from trdreport.brain.spaces import BoolMap
from trdreport.engine.clusters import by_cluster, label_clusters
from trdreport.engine.estimators import ClusterTest, unmasked
from trdreport.engine.estimators.nimads import quiet, studyset
from trdreport.engine.null import Map
from trdreport.engine.results import ExperimentTable
from trdreport.engine.stopping import FIRST_LOOK
from trdreport.model.plan import Profile

CORRECTED_LOGP = "logp_desc-size_level-cluster_corr-FWE_method-montecarlo"
NULL_SIZES = "values_desc-size_level-cluster_corr-fwe_method-montecarlo"


class _FittedDensity:
    """What MKDA density and KDA share (`Estimator`)."""

    sized = False
    nimares: ClassVar[Any]

    def __init__(
        self,
        table: ExperimentTable,
        profile: Profile,
        mask: BoolMap,
        affine: NDArray[np.float64],
    ) -> None:
        self.table, self.profile, self.mask = table, profile, mask
        image = nib.Nifti1Image(mask.astype(np.uint8), affine)
        with quiet():
            self._estimator = self.nimares(mask=image, random_state=profile.seed)
            self._result = self._estimator.fit(studyset(table, profile.space, image))
        self.stat, self.p, self.z = (
            unmasked(np.asarray(self._result.maps[name], float), mask, outside)
            for name, outside in (("stat", 0.0), ("p", 1.0), ("z", 0.0))
        )

    def threshold(self, p: float) -> float:
        """The largest statistic in the mask whose uncorrected p is not below this one."""
        return float(self.stat[self.mask & (self.p >= p)].max(initial=0.0))

    def clusters(self, p: float) -> ClusterTest:
        """Clusters at an uncorrected p, without correction: their `p_fwe` is 1."""
        labels, count = label_clusters(self.stat, self.threshold(p))
        return ClusterTest(labels, np.ones(count))

    def test(
        self,
        ps: Sequence[float],
        *,
        stop_early: bool,  # noqa: ARG002
        first_look: int = FIRST_LOOK,  # noqa: ARG002
        spread: Map = map,  # noqa: ARG002
    ) -> tuple[ClusterTest, ...]:
        """Clusters at each uncorrected p with NiMARE's family-wise p of their size."""
        return tuple(map(self._test, ps))

    def _test(self, p: float) -> ClusterTest:
        clusters = self.clusters(p)
        with quiet():
            corrected = FWECorrector(
                method="montecarlo", voxel_thresh=p, n_iters=self.profile.permutations
            ).transform(self._result)
        logp = unmasked(np.asarray(corrected.maps[CORRECTED_LOGP], float), self.mask, 0.0)
        numbers = range(1, len(clusters.p_fwe) + 1)
        p_fwe = [10.0 ** -float(logp[clusters.labels == number].max()) for number in numbers]
        null = np.asarray(corrected.estimator.null_distributions_[NULL_SIZES], float)
        return ClusterTest(clusters.labels, np.round(np.array(p_fwe), 9), null)

    def shares(self, labels: NDArray[np.int32]) -> NDArray[np.float64]:
        """Share (clusters, experiments) in a cluster's summed density: densities add up."""
        kernel, coordinates = (
            self._estimator.kernel_transformer,
            self._estimator.inputs_["coordinates"],
        )
        with quiet():
            maps = kernel.transform(
                coordinates, masker=self._estimator.masker, return_type="sparse"
            )
        units = sorted({str(unit) for unit in coordinates["id"]})
        order = [units.index(f"{e.unit}-1") for e in self.table.experiments]
        activations = np.asarray(maps.toarray(), float)[order][:, (labels > 0)[self.mask]]
        return by_cluster(labels[labels > 0], activations, _added)


def _added(activations: NDArray[np.float64]) -> NDArray[np.float64]:
    sums = activations.sum(axis=1)
    return np.asarray(sums / sums.sum() if sums.sum() > 0 else sums)


class FittedMKDADensity(_FittedDensity):
    """MKDA density (`Estimator`): the number of experiments with a focus within 10 mm."""

    nimares = MKDADensity


class FittedKDA(_FittedDensity):
    """KDA (`Estimator`): the number of foci within 10 mm."""

    nimares = KDA
