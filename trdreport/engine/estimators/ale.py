"""Activation likelihood estimation: NiMARE's estimate with our kernel and permutation null."""

from collections.abc import Callable
from functools import partial

import nibabel as nib
import numpy as np
import pandas as pd
from nimare.meta.cbma.ale import ALE
from nimare.meta.kernel import ALEKernel
from nimare.stats import null_to_p
from numpy.typing import NDArray
from scipy import sparse

from trdreport.brain.spaces import BoolMap, apply
from trdreport.engine.clusters import by_cluster, cluster_measures, label_clusters, removal_shares
from trdreport.engine.estimators import ClusterTest, unmasked
from trdreport.engine.estimators.nimads import quiet, studyset
from trdreport.engine.kernel import modelled_activation
from trdreport.engine.null import Map, NullMaxima, NullPlan, permute, plan_null
from trdreport.engine.results import ExperimentTable
from trdreport.engine.stopping import FIRST_LOOK, decided, looks
from trdreport.model.plan import Profile


class ExactALEKernel(ALEKernel):  # type: ignore[misc]
    """NiMARE's ALE kernel with foci at their true positions instead of voxel centres."""

    def _transform(
        self, mask: nib.Nifti1Image, coordinates: pd.DataFrame, return_type: str = "sparse"
    ) -> tuple[sparse.csr_matrix, NDArray[np.str_]]:
        if "x" not in coordinates:  # NiMARE's own permutations carry voxels only
            result: tuple[sparse.csr_matrix, NDArray[np.str_]] = super()._transform(
                mask, coordinates, return_type
            )
            return result
        inside = np.asanyarray(mask.dataobj) > 0
        units = np.unique(coordinates["id"].to_numpy(dtype=str))
        rows = []
        for unit in units:
            of_unit = coordinates[coordinates["id"] == unit]
            foci = of_unit[["x", "y", "z"]].to_numpy(dtype=float)
            n = round(float(of_unit["sample_size"].iloc[0]))
            activation = modelled_activation(foci, n, mask.shape, np.asarray(mask.affine))
            rows.append(sparse.csr_matrix(activation[inside]))
        return sparse.vstack(rows, format="csr"), units


class FittedALE:
    """ALE (`Estimator`): the union over experiments of Gaussians as wide as sample sizes say.

    Its null is `trdreport.engine.null`, seeded by index.
    """

    sized = True

    def __init__(
        self,
        table: ExperimentTable,
        profile: Profile,
        mask: BoolMap,
        affine: NDArray[np.float64],
    ) -> None:
        self.table, self.profile, self.mask, self.affine = table, profile, mask, affine
        image = nib.Nifti1Image(mask.astype(np.uint8), affine)
        kernel = ExactALEKernel() if profile.foci == "exact" else ALEKernel()
        with quiet():
            fitted = ALE(kernel_transformer=kernel, mask=image).fit(
                studyset(table, profile.space, image)
            )
        self._estimator = fitted.estimator
        self.stat, self.p, self.z = (
            unmasked(np.asarray(fitted.get_map(name, return_type="array"), float), mask, outside)
            for name, outside in (("stat", 0.0), ("p", 1.0), ("z", 0.0))
        )

    def threshold(self, p: float) -> float:
        """The ALE value above which the uncorrected p is below this one."""
        return float(self._estimator._p_to_summarystat(p))

    def clusters(self, p: float) -> ClusterTest:
        """Clusters at an uncorrected p, without correction: their `p_fwe` is 1."""
        labels, count = label_clusters(self.stat, self.threshold(p))
        return ClusterTest(labels, np.ones(count))

    def test(
        self,
        p: float,
        *,
        stop_early: bool,
        first_look: int = FIRST_LOOK,
        spread: Map = map,
    ) -> ClusterTest:
        """Clusters at an uncorrected p with the family-wise p of their size."""
        threshold = self.threshold(p)
        labels, sizes, _ = cluster_measures(self.stat, threshold)
        draw = partial(permute, self.null_plan(), threshold, self.profile.seed)
        alpha = float(self.profile.cluster_fwe_p) if stop_early else None
        maxima = _draw(
            draw, self.profile.permutations, spread, sizes[1:], alpha, first_look
        )  # fmt: skip
        p_fwe = null_to_p(sizes[1:], maxima.size, tail="upper") if len(sizes) > 1 else np.zeros(0)
        return ClusterTest(labels, np.round(p_fwe, 9), maxima.size)

    def null_plan(self) -> NullPlan:
        """The experiments as the permutation null takes them, ordered by unit."""
        experiments = sorted(self.table.experiments, key=lambda experiment: experiment.unit)
        to_voxel = np.linalg.inv(self.affine).astype(float)
        foci = [apply(to_voxel, experiment.positions()) for experiment in experiments]
        return plan_null(
            [experiment.sample_size for experiment in experiments],
            foci if self.profile.foci == "exact" else [np.rint(voxels) for voxels in foci],
            self.mask,
            abs(float(self.affine[0, 0])),
        )

    def shares(self, labels: NDArray[np.int32]) -> NDArray[np.float64]:
        """Share (clusters, experiments) in a cluster's summed ALE, by removal."""
        inside = labels > 0
        activations = ale_activations(self.table, self.profile, inside, self.affine)
        return by_cluster(labels[inside], activations, removal_shares)


def ale_activations(
    table: ExperimentTable, profile: Profile, inside: BoolMap, affine: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Modelled activation (experiments, voxels) of each experiment in the voxels `inside`."""
    to_voxel = np.linalg.inv(affine).astype(float)
    rows = []
    for experiment in table.experiments:
        foci = experiment.positions()
        if profile.foci == "voxel":
            foci = apply(affine, np.rint(apply(to_voxel, foci)))
        activation = modelled_activation(foci, experiment.sample_size, inside.shape, affine)
        rows.append(activation[inside])
    return np.stack(rows)


def _draw(
    draw: Callable[[range, Map], NullMaxima],
    permutations: int,
    spread: Map,
    observed: NDArray[np.float64],
    stop_at: float | None,
    first_look: int,
) -> NullMaxima:
    """All permutations, or fewer when every observed size's p lies on one side of `stop_at`."""
    if stop_at is None:
        return draw(range(permutations), spread)
    first, *further = looks(permutations, first_look)
    maxima = draw(first, spread)
    for indices in further:
        if decided(maxima.size, observed, stop_at):
            break
        maxima += draw(indices, spread)
    return maxima
