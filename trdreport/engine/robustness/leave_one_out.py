"""Leave one out: what becomes of each cluster when one experiment is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import BoolMap, FloatMap, apply
from trdreport.engine.clusters import meeting_clusters, peak_voxel
from trdreport.engine.estimators import decide, fit
from trdreport.engine.results import CLUSTER_FWE, ExperimentTable
from trdreport.engine.robustness.results import Again, Retest, Target
from trdreport.model.plan import Profile


def without(table: ExperimentTable, units: Sequence[str]) -> ExperimentTable:
    """The table without the experiments of these units."""
    left = tuple(e for e in table.experiments if e.unit not in units)
    return replace(table, experiments=left)


def leave_one_out(
    table: ExperimentTable, profile: Profile, targets: Sequence[Target], units: Sequence[str]
) -> tuple[Retest, ...]:
    """The run without each of some units; `targets` are the findings of the whole run."""
    originals = _originals(table, profile, targets)
    return tuple(_retest(table, profile, unit, originals) for unit in units)


@dataclass(frozen=True)
class Original:
    """A cluster of the whole run: its voxels, and its peak in mm."""

    inside: BoolMap
    peak: NDArray[np.float64]


def _originals(
    table: ExperimentTable, profile: Profile, targets: Sequence[Target]
) -> dict[Target, Original]:
    mask, affine = analysis_mask(profile)
    whole = fit(table, profile, mask, affine)
    thresholds = {
        CLUSTER_FWE: profile.cluster_forming_p,
        profile.exploratory: profile.exploratory_p,
    }
    labels = {name: whole.clusters(float(p)).labels for name, p in thresholds.items()}
    inside = {target: np.asarray(labels[target.readout] == target.cluster) for target in targets}
    return {
        target: Original(voxels, _peak(whole.stat, voxels, affine))
        for target, voxels in inside.items()
    }


def _peak(stat: FloatMap, inside: BoolMap, affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Place in mm of the largest value inside."""
    return np.asarray(apply(affine, np.array([peak_voxel(stat, inside)], dtype=float))[0])


class Tested:
    """Both readouts of a table, with no more permutations than the decision needs."""

    def __init__(self, table: ExperimentTable, profile: Profile) -> None:
        mask, self.affine = analysis_mask(profile)
        self.table, self.profile = table, profile
        fitted = fit(table, profile, mask, self.affine)
        self.stat = fitted.stat
        (corrected,) = decide(fitted, [float(profile.cluster_forming_p)])
        self.readouts = {
            CLUSTER_FWE: corrected,
            profile.exploratory: fitted.clusters(float(profile.exploratory_p)),
        }

    def is_finding(self, readout: str, cluster: int) -> bool:
        """Significant, or for the uncorrected readout a meeting of two experiments."""
        test = self.readouts[readout]
        if readout == CLUSTER_FWE:
            return bool(test.p_fwe[cluster - 1] < float(self.profile.cluster_fwe_p))
        return cluster in meeting_clusters(self.table.experiments, test.labels, self.affine)

    def findings(self, readout: str) -> Iterator[int]:
        """Numbers of the clusters that are findings."""
        count = len(self.readouts[readout].p_fwe)
        return (number for number in range(1, count + 1) if self.is_finding(readout, number))

    def overlapping(self, readout: str, inside: BoolMap) -> int:
        """Number of the cluster with the most voxels in `inside`; 0 for none."""
        shared = np.bincount(self.readouts[readout].labels[inside])
        shared[0] = 0
        return int(shared.argmax()) if shared.any() else 0


def _retest(
    table: ExperimentTable, profile: Profile, unit: str, originals: dict[Target, Original]
) -> Retest:
    rest = without(table, [unit])
    if len(rest.experiments) < 2:
        return Retest(unit, "one experiment is left; a meta-analysis needs two", (), 0)
    tested = Tested(rest, profile)
    again = tuple(_again(tested, target, was) for target, was in originals.items())
    old = np.zeros(tested.stat.shape, dtype=bool)
    for target, was in originals.items():
        if target.readout == CLUSTER_FWE:
            old |= was.inside
    labels = tested.readouts[CLUSTER_FWE].labels
    emerged = sum(not (old & (labels == n)).any() for n in tested.findings(CLUSTER_FWE))
    return Retest(unit, "", again, emerged)


def _again(tested: Tested, target: Target, was: Original) -> Again:
    number = tested.overlapping(target.readout, was.inside)
    if not number:
        return Again(target, found=False, p_fwe=None, dice=0.0, shift_mm=None)
    test = tested.readouts[target.readout]
    now = np.asarray(test.labels == number)
    dice = 2 * float((now & was.inside).sum()) / float(now.sum() + was.inside.sum())
    return Again(
        target,
        found=tested.is_finding(target.readout, number),
        p_fwe=float(test.p_fwe[number - 1]) if target.readout == CLUSTER_FWE else None,
        dice=dice,
        shift_mm=float(np.linalg.norm(_peak(tested.stat, now, tested.affine) - was.peak)),
    )
