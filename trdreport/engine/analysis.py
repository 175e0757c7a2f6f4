"""One meta-analysis, from an experiment table to clusters."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from trdreport.brain.atlas import AtlasLabel
from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import SAME_PLACE_MM, BoolMap, Coordinate, apply, convert, coordinate
from trdreport.engine.clusters import foci_inside, peak_voxel, voxels_of
from trdreport.engine.estimators import ClusterTest, Fitted, fit
from trdreport.engine.null import Map
from trdreport.engine.results import (
    CLUSTER_FWE,
    AnalysisResult,
    Cluster,
    Contribution,
    ExperimentTable,
    ReadoutResult,
)
from trdreport.engine.stopping import Interval, confidence_sequence, exact_interval
from trdreport.model.plan import Profile

Labeller = Callable[[Coordinate], AtlasLabel]


def run_analysis(
    run: str, table: ExperimentTable, profile: Profile, label: Labeller, *, spread: Map = map
) -> AnalysisResult:
    """Run one analysis; raises ValueError with fewer than two experiments."""
    mask, affine = analysis_mask(profile)
    fitted = fit(table, profile, mask, affine)
    describe = _Describer(fitted, affine, label)
    forming, exploratory = float(profile.cluster_forming_p), float(profile.exploratory_p)
    (test,) = fitted.test([forming], stop_early=profile.stop_early, spread=spread)
    p_fwe = np.append(1.0, test.p_fwe)[test.labels]
    return AnalysisResult(
        run=run,
        table=table,
        space=profile.space,
        affine=affine,
        mask=mask,
        maps={"stat": fitted.stat, "p": fitted.p, "z": fitted.z, "p_fwe": p_fwe},
        readouts=(
            describe.readout(CLUSTER_FWE, forming, test, corrected=True),
            describe.readout(
                profile.exploratory, exploratory, fitted.clusters(exploratory), corrected=False
            ),
        ),
        null_sizes=test.null_sizes,
    )


class _Describer:
    """Turns clusters into their descriptions; holds what every one of them needs."""

    def __init__(self, fitted: Fitted, affine: NDArray[np.float64], label: Labeller) -> None:
        self.fitted, self.profile = fitted, fitted.profile
        self.affine, self.label = affine, label

    def readout(
        self, name: str, threshold_p: float, test: ClusterTest, *, corrected: bool
    ) -> ReadoutResult:
        shares = self.fitted.shares(test.labels)
        clusters = tuple(
            self._cluster(number, test, shares[number - 1], corrected)
            for number in range(1, len(test.p_fwe) + 1)
        )
        threshold = self.fitted.threshold(threshold_p)
        return ReadoutResult(name, threshold_p, threshold, clusters, test.labels)

    def _cluster(
        self, number: int, test: ClusterTest, shares: NDArray[np.float64], corrected: bool
    ) -> Cluster:
        inside = np.asarray(test.labels == number)
        voxels = int(inside.sum())
        voxel = peak_voxel(self.fitted.stat, inside)
        peak = apply(self.affine, np.array([voxel], dtype=float))
        mni = convert(peak, self.profile.space, "MNI", self.profile.transform)
        p_fwe = float(test.p_fwe[number - 1]) if corrected else None
        return Cluster(
            number=number,
            peak=coordinate(peak[0]),
            peak_mni=coordinate(mni[0]),
            volume_mm3=round(voxels * abs(np.linalg.det(self.affine[:3, :3]))),
            ale=float(self.fitted.stat[voxel]),
            p_uncorrected=float(self.fitted.p[voxel]),
            z_value=float(self.fitted.z[voxel]),
            p_fwe=p_fwe,
            p_fwe_interval=self._interval(voxels, test.null_sizes) if corrected else None,
            significant=p_fwe is not None and p_fwe < float(self.profile.cluster_fwe_p),
            label=self.label(coordinate(mni[0])),
            contributions=self._contributions(inside, shares),
        )

    def _interval(self, voxels: int, null_sizes: NDArray[np.float64]) -> Interval:
        """Interval of a cluster's p: what is still open after so many permutations."""
        interval = confidence_sequence if self.profile.stop_early else exact_interval
        return interval(int((null_sizes >= voxels).sum()), len(null_sizes))

    def _contributions(
        self, inside: BoolMap, shares: NDArray[np.float64]
    ) -> tuple[Contribution, ...]:
        voxels = KDTree(apply(self.affine, voxels_of(inside).astype(float)))
        experiments = self.fitted.table.experiments
        distances, _ = voxels.query(np.concatenate([e.positions() for e in experiments]))
        ends = np.cumsum([len(e.foci) for e in experiments])
        contributions = []
        for experiment, share, own in zip(
            experiments, shares, np.split(distances <= SAME_PLACE_MM, ends[:-1]), strict=True
        ):
            in_cluster = foci_inside(experiment, inside, self.affine) if own.any() else ()
            near = int(own.sum()) - len(in_cluster)
            contributions.append(
                Contribution(experiment.unit, experiment.studies, float(share), in_cluster, near)
            )
        return tuple(sorted(contributions, key=lambda c: (-c.share, c.unit)))
