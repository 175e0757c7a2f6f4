"""What a meta-analysis takes in and gives back, as frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trdreport.brain.atlas import AtlasLabel
from trdreport.brain.spaces import BoolMap, Coordinate, FloatMap
from trdreport.model import published

CLUSTER_FWE = published.CLUSTER_FWE

MAP_MEANINGS = {
    "stat": "ALE value",
    "p": "uncorrected one-sided p",
    "z": "z of the uncorrected p",
    "p_fwe": "family-wise error p of the cluster that the voxel is in; 1 outside clusters",
    "stat_fwe": "ALE value inside clusters that survive family-wise correction; 0 elsewhere",
    "stat_exploratory": "ALE value above the exploratory threshold, not corrected; 0 elsewhere",
}
"""What each map of a run holds."""


@dataclass(frozen=True)
class SourcedFocus:
    """A focus with the record it came from; `position` in mm of the analysis space."""

    position: Coordinate
    mni: Coordinate
    study: str
    contrast: str


@dataclass(frozen=True)
class Experiment:
    """One row of an experiment table: a unit (study or cohort), its sample size and its foci."""

    unit: str
    sample_size: int
    groups: Mapping[str, int]
    studies: tuple[str, ...]
    foci: tuple[SourcedFocus, ...]

    def positions(self) -> NDArray[np.float64]:
        """Foci as (n, 3) in mm of the analysis space."""
        return np.array([focus.position for focus in self.foci], dtype=float).reshape(-1, 3)


@dataclass(frozen=True)
class ExperimentTable:
    """The only thing that estimation sees.

    Units that tested the contrasts and found nothing, and units that do not report them, are
    named but cannot be pooled: ALE sees foci only.
    """

    experiments: tuple[Experiment, ...]
    without_foci: tuple[str, ...] = ()
    not_reported: tuple[str, ...] = ()

    @property
    def n_foci(self) -> int:
        """Foci of all experiments."""
        return sum(len(experiment.foci) for experiment in self.experiments)

    @property
    def groups(self) -> dict[str, int]:
        """Participants by group over all experiments."""
        names = sorted({name for experiment in self.experiments for name in experiment.groups})
        return {n: sum(e.groups.get(n, 0) for e in self.experiments) for n in names}

    @property
    def participants(self) -> int:
        """Participants of all groups over all experiments."""
        return sum(self.groups.values())


@dataclass(frozen=True)
class Contribution:
    """What one experiment adds to a cluster.

    `share` is the part of the cluster's summed ALE that vanishes without the experiment, scaled
    so that the shares of a cluster sum to 1; `inside` are its foci in cluster voxels, `near` how
    many further ones lie within 10 mm (`SAME_PLACE_MM`) of the cluster.
    """

    unit: str
    studies: tuple[str, ...]
    share: float
    inside: tuple[SourcedFocus, ...]
    near: int

    @property
    def foci_inside(self) -> int:
        """Number of the experiment's foci in the cluster."""
        return len(self.inside)


@dataclass(frozen=True)
class Cluster:
    """Face-connected voxels above a threshold.

    `peak` and `peak_mni` in mm; p values are one-sided. `p_fwe_interval` says what `p_fwe` may be
    given the number of permutations. Both are None where no family-wise
    correction belongs to the readout, and such a cluster is never `significant`.
    """

    number: int
    peak: Coordinate
    peak_mni: Coordinate
    volume_mm3: int
    ale: float
    p_uncorrected: float
    z_value: float
    p_fwe: float | None
    p_fwe_interval: tuple[float, float] | None
    significant: bool
    label: AtlasLabel
    contributions: tuple[Contribution, ...]

    @property
    def contributing(self) -> tuple[str, ...]:
        """Ids of the studies that have a focus inside the cluster."""
        inside = [contribution for contribution in self.contributions if contribution.foci_inside]
        return tuple(sorted({study for contribution in inside for study in contribution.studies}))

    @property
    def convergent(self) -> bool:
        """Whether foci of at least two experiments lie in the cluster."""
        return sum(contribution.foci_inside > 0 for contribution in self.contributions) > 1


@dataclass(frozen=True)
class ReadoutResult:
    """Clusters at one threshold. `labels` numbers their voxels, 0 elsewhere."""

    readout: str
    threshold_p: float
    threshold_ale: float
    clusters: tuple[Cluster, ...]
    labels: NDArray[np.int32]


@dataclass(frozen=True)
class AnalysisResult:
    """One run, done.

    Maps are 3-D arrays on the grid of `affine` in `space`: `stat` (ALE), `p`, `z` and `p_fwe`.
    `null_sizes` has the largest cluster, in voxels, of each permutation. `digest` stands for all
    that was computed: what is made of a result alone is kept by it.
    """

    run: str
    table: ExperimentTable
    space: str
    affine: NDArray[np.float64]
    mask: BoolMap
    maps: Mapping[str, FloatMap]
    readouts: tuple[ReadoutResult, ...]
    null_sizes: NDArray[np.float64]
    digest: str = ""

    @property
    def permutations(self) -> int:
        """Number of permutations drawn."""
        return len(self.null_sizes)

    @property
    def corrected(self) -> ReadoutResult:
        """The readout with family-wise correction."""
        return self.readout(CLUSTER_FWE)

    @property
    def exploratory(self) -> ReadoutResult:
        """The uncorrected readout."""
        return next(r for r in self.readouts if r.readout != CLUSTER_FWE)

    def readout(self, name: str) -> ReadoutResult:
        """The readout of this name; raises KeyError."""
        return {readout.readout: readout for readout in self.readouts}[name]


@dataclass(frozen=True)
class NotRun:
    """A run that could not be done, and why."""

    run: str
    table: ExperimentTable
    reason: str
