"""One meta-analysis, from an experiment table to clusters."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from trdreport.brain.atlas import AtlasLabel
from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import SAME_PLACE_MM, BoolMap, Coordinate, apply, convert
from trdreport.engine.clusters import foci_inside, label_clusters, peak_voxel, removal_shares
from trdreport.engine.estimators.ale import Estimate, estimate
from trdreport.engine.kernel import modelled_activation
from trdreport.engine.results import (
    CLUSTER_FWE,
    AnalysisResult,
    Cluster,
    Contribution,
    ExperimentTable,
    ReadoutResult,
    uncorrected,
)
from trdreport.model.plan import Profile
from trdreport.work.scheduling import Scheduler

Labeller = Callable[[Coordinate], AtlasLabel]


def run_analysis(
    run: str, table: ExperimentTable, profile: Profile, label: Labeller, *, scheduler: Scheduler
) -> AnalysisResult:
    """Run one analysis; raises ValueError with fewer than two experiments."""
    mask, affine = analysis_mask(profile)
    estimated = estimate(table, profile, mask, affine, scheduler=scheduler)
    describe = _Describer(table, profile, affine, estimated, label)
    return AnalysisResult(
        run=run,
        table=table,
        space=profile.space,
        affine=affine,
        mask=mask,
        maps=estimated.maps,
        readouts=(
            describe.readout(CLUSTER_FWE, float(profile.cluster_forming_p), corrected=True),
            describe.readout(uncorrected(profile), float(profile.exploratory_p), corrected=False),
        ),
        null_sizes=estimated.null_sizes,
    )


class _Describer:
    """Turns thresholded maps into clusters; holds what every cluster's description needs."""

    def __init__(
        self,
        table: ExperimentTable,
        profile: Profile,
        affine: NDArray[np.float64],
        estimated: Estimate,
        label: Labeller,
    ) -> None:
        self.table, self.profile, self.affine = table, profile, affine
        self.estimated, self.label = estimated, label
        cuts = estimated.thresholds.values()
        self.shown = estimated.maps["stat"] > min(cuts)
        self.activations = self._activations()

    def readout(self, name: str, threshold_p: float, *, corrected: bool) -> ReadoutResult:
        threshold = self.estimated.thresholds[threshold_p]
        labels, count = label_clusters(self.estimated.maps["stat"], threshold)
        clusters = tuple(
            self._cluster(number, labels == number, corrected) for number in range(1, count + 1)
        )
        return ReadoutResult(name, threshold_p, threshold, clusters, labels)

    def _cluster(self, number: int, inside: BoolMap, corrected: bool) -> Cluster:
        maps, voxels = self.estimated.maps, int(inside.sum())
        voxel = peak_voxel(maps["stat"], inside)
        peak = apply(self.affine, np.array([voxel], dtype=float))
        mni = convert(peak, self.profile.space, "MNI", self.profile.transform)
        p_fwe = self.estimated.cluster_p(voxels) if corrected else None
        p_fwe_interval = self.estimated.cluster_p_interval(voxels) if corrected else None
        return Cluster(
            number=number,
            peak=_triple(peak[0]),
            peak_mni=_triple(mni[0]),
            volume_mm3=round(voxels * abs(np.linalg.det(self.affine[:3, :3]))),
            ale=float(maps["stat"][voxel]),
            p_uncorrected=float(maps["p"][voxel]),
            z_value=float(maps["z"][voxel]),
            p_fwe=p_fwe,
            p_fwe_interval=p_fwe_interval,
            significant=p_fwe is not None and p_fwe < float(self.profile.cluster_fwe_p),
            label=self.label(_triple(mni[0])),
            contributions=self._contributions(inside),
        )

    def _activations(self) -> NDArray[np.float64]:
        """Modelled activation of each experiment in the voxels of all clusters."""
        return np.stack(
            [
                modelled_activation(e.positions(), e.sample_size, self.shown.shape, self.affine)[
                    self.shown
                ]
                for e in self.table.experiments
            ]
        )

    def _contributions(self, inside: BoolMap) -> tuple[Contribution, ...]:
        shares = removal_shares(self.activations[:, inside[self.shown]])
        voxels = KDTree(apply(self.affine, np.argwhere(inside).astype(float)))
        contributions = []
        for experiment, share in zip(self.table.experiments, shares, strict=True):
            own = foci_inside(experiment, inside, self.affine)
            distances, _ = voxels.query(experiment.positions())
            near = int(np.sum(distances <= SAME_PLACE_MM)) - len(own)
            contributions.append(
                Contribution(experiment.unit, experiment.studies, float(share), own, near)
            )
        return tuple(sorted(contributions, key=lambda c: (-c.share, c.unit)))


def _triple(point: NDArray[np.float64]) -> Coordinate:
    return float(point[0]), float(point[1]), float(point[2])
