"""The door to NiMARE: activation likelihood estimation and its permutation null."""

import logging
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import nibabel as nib
import numpy as np
import pandas as pd
from nimare.correct import FWECorrector
from nimare.meta.cbma.ale import ALE
from nimare.meta.kernel import ALEKernel
from nimare.results import MetaResult
from nimare.stats import null_to_p
from nimare.studyset import Studyset
from nimare.transforms import p_to_z
from numpy.typing import NDArray
from scipy import sparse

from trdreport.brain.spaces import BoolMap, FloatMap, apply
from trdreport.engine.clusters import cluster_measures, label_clusters
from trdreport.engine.kernel import modelled_activation
from trdreport.engine.null import NullMaxima, NullPlan, permute, plan_null
from trdreport.engine.results import Experiment, ExperimentTable
from trdreport.engine.stopping import (
    FIRST_LOOK,
    Interval,
    confidence_sequence,
    decided,
    exact_interval,
    looks,
)
from trdreport.model.plan import Profile
from trdreport.work.scheduling import Local, Scheduler

CORRECTED_LOGP = "logp_desc-size_level-cluster_corr-FWE_method-montecarlo"


class ExactALEKernel(ALEKernel):  # type: ignore[misc]
    """NiMARE's ALE kernel with foci at their true positions instead of voxel centres.

    The permutations of the null draw voxels, so they carry no x, y, z; there both kernels are one
    and NiMARE's own is used.
    """

    def _transform(
        self, mask: nib.Nifti1Image, coordinates: pd.DataFrame, return_type: str = "sparse"
    ) -> tuple[sparse.csr_matrix, NDArray[np.str_]]:
        if "x" not in coordinates:
            result: tuple[sparse.csr_matrix, NDArray[np.str_]] = super()._transform(
                mask, coordinates, return_type
            )
            return result
        inside = np.asanyarray(mask.dataobj) > 0
        units = np.unique(coordinates["id"].to_numpy(dtype=str))
        rows = []
        for unit in units:
            own = coordinates[coordinates["id"] == unit]
            foci = own[["x", "y", "z"]].to_numpy(dtype=float)
            n = round(float(own["sample_size"].iloc[0]))
            activation = modelled_activation(foci, n, mask.shape, np.asarray(mask.affine))
            rows.append(sparse.csr_matrix(activation[inside]))
        return sparse.vstack(rows, format="csr"), units


class IndexedALE(ALE):  # type: ignore[misc]
    """NiMARE's ALE whose permutation null is `trdreport.engine.null`, seeded by index.

    The corrector, the results and the names of maps stay NiMARE's.
    """

    def correct_fwe_montecarlo(
        self,
        result: MetaResult,
        voxel_thresh: float = 0.001,
        n_iters: int = 5000,
        n_cores: int = 1,
        vfwe_only: bool = False,
        scheduler: Scheduler | None = None,
        stop_at: float | None = None,
    ) -> tuple[dict[str, FloatMap], dict[str, pd.DataFrame], str]:
        """Family-wise error correction by size and mass of clusters and by the largest ALE.

        Chunks of permutations go to `scheduler`, or to `n_cores` threads. With `stop_at` fewer
        than `n_iters` are drawn when the cluster-size p of every cluster is known to lie above or
        below it (`trdreport.engine.stopping`).

        Raises NotImplementedError for `vfwe_only`, which no profile asks for.
        """
        if vfwe_only:
            raise NotImplementedError("voxel-level correction alone is not offered")
        stat = result.get_map("stat", return_type="array")
        threshold = float(self._p_to_summarystat(voxel_thresh))
        inside = np.asanyarray(self.masker.mask_img.dataobj) > 0
        volume = unmasked(stat, inside, 0.0)
        labels, sizes, masses = cluster_measures(volume, threshold)
        draw = partial(permute, self._null_plan(inside), threshold, self.random_state)
        maxima = _draw(draw, n_iters, scheduler or Local(n_cores), sizes[1:], stop_at)
        self.null_maxima_ = maxima
        cluster = labels[inside]
        maps = _significance("desc-size_level-cluster", sizes, maxima.size, cluster)
        maps |= _significance("desc-mass_level-cluster", masses, maxima.mass, cluster)
        # a voxel below every maximum of the null has p = 1, like the first of these values
        low = float(maxima.ale.min())
        values, place = np.append(low, stat[stat > low]), np.zeros(len(stat), dtype=np.int64)
        place[stat > low] = np.arange(1, len(values))
        maps |= _significance("level-voxel", values, maxima.ale, place)
        return maps, {}, f"{len(maxima.size)} permutations, clusters of face-connected voxels"

    def _null_plan(self, inside: BoolMap) -> NullPlan:
        units = [unit for _, unit in self.inputs_["coordinates"].groupby("id", sort=True)]
        to_voxel = np.linalg.inv(self.masker.mask_img.affine)
        exact = isinstance(self.kernel_transformer, ExactALEKernel)
        positions = [apply(to_voxel, unit[["x", "y", "z"]].to_numpy(float)) for unit in units]
        return plan_null(
            [round(float(unit["sample_size"].iloc[0])) for unit in units],
            positions if exact else [np.rint(foci) for foci in positions],
            inside,
            float(self.masker.mask_img.header.get_zooms()[0]),
        )


def _significance(
    name: str, values: NDArray[np.float64], null: NDArray[np.float64], place: NDArray[np.int_]
) -> dict[str, FloatMap]:
    """Maps of -log10 p and z; `place` says for each voxel which of the values is its own."""
    p = null_to_p(values, null, tail="upper")
    return {f"logp_{name}": -np.log10(p)[place], f"z_{name}": p_to_z(p, tail="one")[place]}


def _draw(
    permute_: Callable[[range, Scheduler], NullMaxima],
    permutations: int,
    scheduler: Scheduler,
    observed: NDArray[np.float64],
    stop_at: float | None,
    first_look: int = FIRST_LOOK,
) -> NullMaxima:
    if stop_at is None:
        return permute_(range(permutations), scheduler)
    first, *further = looks(permutations, first_look)
    maxima = permute_(first, scheduler)
    for indices in further:
        if decided(maxima.size, observed, stop_at):
            break
        maxima += permute_(indices, scheduler)
    return maxima


@dataclass(frozen=True)
class Estimate:
    """What ALE gives: maps on the mask's grid, thresholds, and the null of cluster sizes.

    `maps` holds `stat` (ALE), `p`, `z` (both uncorrected, one-sided) and `p_fwe` (of the cluster
    that a voxel is in, 1 outside clusters). `thresholds` maps an uncorrected p to its ALE value.
    `null_sizes` has the largest cluster, in voxels, of each permutation; `stopped_early` says that
    their number was not fixed before.
    """

    maps: Mapping[str, FloatMap]
    thresholds: Mapping[float, float]
    null_sizes: NDArray[np.float64]
    stopped_early: bool

    def cluster_p(self, voxels: int) -> float:
        """Family-wise error p of a cluster of this many voxels."""
        return round(float(null_to_p(float(voxels), self.null_sizes, tail="upper")), 9)

    def cluster_p_interval(self, voxels: int) -> Interval:
        """Interval of that p: what is still open after so many permutations."""
        interval = confidence_sequence if self.stopped_early else exact_interval
        return interval(int((self.null_sizes >= voxels).sum()), len(self.null_sizes))


def estimate(
    table: ExperimentTable,
    profile: Profile,
    mask: BoolMap,
    affine: NDArray[np.float64],
    *,
    scheduler: Scheduler = Local(),  # noqa: B008 (frozen)
) -> Estimate:
    """ALE of an experiment table with cluster-level family-wise error by permutation.

    Raises ValueError with fewer than two experiments, for which NiMARE would still give a map.
    """
    with Quiet():
        result = _fit(table, profile, mask, affine)
        corrected = FWECorrector(
            method="montecarlo",
            voxel_thresh=float(profile.cluster_forming_p),
            n_iters=profile.permutations,
            scheduler=scheduler,
            stop_at=float(profile.cluster_fwe_p) if profile.stop_early else None,
        ).transform(result)
    values = {name: np.asarray(corrected.maps[name], dtype=float) for name in ("stat", "p", "z")}
    values["p_fwe"] = 10.0 ** -np.asarray(corrected.maps[CORRECTED_LOGP], dtype=float)
    cuts = (float(profile.cluster_forming_p), float(profile.exploratory_p))
    return Estimate(
        maps={
            name: unmasked(value, mask, 1.0 if name.startswith("p") else 0.0)
            for name, value in values.items()
        },
        thresholds={p: float(corrected.estimator._p_to_summarystat(p)) for p in cuts},
        null_sizes=corrected.estimator.null_maxima_.size,
        stopped_early=profile.stop_early,
    )


def _fit(
    table: ExperimentTable, profile: Profile, mask: BoolMap, affine: NDArray[np.float64]
) -> MetaResult:
    if len(table.experiments) < 2:
        raise ValueError("a meta-analysis needs at least two experiments")
    image = nib.Nifti1Image(mask.astype(np.uint8), affine)
    kernel = ExactALEKernel() if profile.foci == "exact" else ALEKernel()
    estimator = IndexedALE(kernel_transformer=kernel, mask=image, random_state=profile.seed)
    return estimator.fit(studyset(table, profile, image))


@dataclass(frozen=True)
class ClusterTest:
    """Clusters above a threshold with no more than their family-wise p.

    `labels` numbers the voxels of each cluster, 0 elsewhere; `p_fwe` is by number, from 1.
    """

    stat: FloatMap
    labels: NDArray[np.int32]
    p_fwe: NDArray[np.float64]


class Fitted:
    """One fitted ALE, tested at any threshold: what the many re-runs of robustness need.

    The same estimation and the same null as `estimate`, without its maps.
    """

    def __init__(
        self,
        table: ExperimentTable,
        profile: Profile,
        mask: BoolMap,
        affine: NDArray[np.float64],
    ) -> None:
        self.table, self.profile, self.mask = table, profile, mask
        with Quiet():
            result = _fit(table, profile, mask, affine)
        self.estimator = result.estimator
        self.stat = unmasked(result.get_map("stat", return_type="array"), mask, 0.0)
        self.p = unmasked(result.get_map("p", return_type="array"), mask, 1.0)

    def clusters(self, threshold_p: float) -> ClusterTest:
        """Clusters at an uncorrected p, without correction: their `p_fwe` is 1."""
        labels, count = label_clusters(self.stat, self._threshold(threshold_p))
        return ClusterTest(self.stat, labels, np.ones(count))

    def test(self, threshold_p: float, *, first_look: int = FIRST_LOOK) -> ClusterTest:
        """Clusters with their p, drawing no more permutations than the decision needs."""
        threshold = self._threshold(threshold_p)
        labels, sizes, _ = cluster_measures(self.stat, threshold)
        if len(sizes) == 1:
            return ClusterTest(self.stat, labels, np.ones(0))
        plan, seed = self.estimator._null_plan(self.mask), self.profile.seed
        draw = partial(permute, plan, threshold, seed)
        alpha = float(self.profile.cluster_fwe_p)
        null = _draw(draw, self.profile.permutations, Local(), sizes[1:], alpha, first_look).size
        return ClusterTest(self.stat, labels, null_to_p(sizes[1:], null, tail="upper"))

    def _threshold(self, threshold_p: float) -> float:
        return float(self.estimator._p_to_summarystat(threshold_p))


def unmasked(values: NDArray[np.float64], mask: BoolMap, outside: float) -> FloatMap:
    """Values by mask voxel as a volume, `outside` elsewhere."""
    volume = np.full(mask.shape, outside)
    volume[mask] = values
    return volume


def studyset(table: ExperimentTable, profile: Profile, mask: nib.Nifti1Image) -> Studyset:
    """One NIMADS study with one analysis for each experiment: contrasts are pooled already."""
    studies = [_study(experiment, profile.space) for experiment in table.experiments]
    return Studyset({"id": "table", "name": "", "studies": studies}, target=None, mask=mask)


def _study(experiment: Experiment, space: str) -> dict[str, object]:
    size = {"sample_sizes": [experiment.sample_size]}
    points = [
        {"coordinates": [float(v) for v in position], "space": space}
        for position in experiment.positions()
    ]
    analysis = {"id": "1", "name": "", "metadata": size, "points": points}
    return {
        "id": experiment.unit,
        "name": experiment.unit,
        "metadata": size,
        "analyses": [analysis],
    }


class Quiet(warnings.catch_warnings):
    """NiMARE logs and warns about its own deprecations; a build has its own messages."""

    def __enter__(self) -> None:
        super().__enter__()
        warnings.simplefilter("ignore")
        logging.getLogger("nimare").setLevel(logging.ERROR)
