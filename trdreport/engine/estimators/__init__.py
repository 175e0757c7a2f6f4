"""Methods of coordinate-based meta-analysis, by name.

A further method is one more module with a class that is an `Estimator`, and one more entry here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from trdreport.brain.spaces import BoolMap, FloatMap
from trdreport.engine.results import ExperimentTable
from trdreport.engine.stopping import FIRST_LOOK
from trdreport.model.plan import Profile

if TYPE_CHECKING:
    from trdreport.engine.null import Map

ESTIMATORS: Mapping[str, str] = {
    "ALE": "trdreport.engine.estimators.ale:FittedALE",
    "MKDADensity": "trdreport.engine.estimators.density:FittedMKDADensity",
    "KDA": "trdreport.engine.estimators.density:FittedKDA",
}
"""Where each method of a profile is, as `module:class`; nimare takes seconds to import."""


@dataclass(frozen=True)
class ClusterTest:
    """Clusters above a threshold with no more than their family-wise p.

    `labels` numbers the voxels of each cluster, 0 elsewhere; `p_fwe` is by number, from 1.
    `null_sizes` has the largest cluster, in voxels, of each permutation; there are none where
    nothing was corrected.
    """

    labels: NDArray[np.int32]
    p_fwe: NDArray[np.float64]
    null_sizes: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


class Fitted(Protocol):
    """One experiment table, estimated: maps, and tests at any threshold.

    `stat` is the method's own statistic, `p` and `z` are uncorrected and one-sided; all are
    volumes on the mask's grid, neutral outside the mask.
    """

    table: ExperimentTable
    profile: Profile
    stat: FloatMap
    p: FloatMap
    z: FloatMap

    def threshold(self, p: float) -> float:
        """The statistic above which the uncorrected p is below this one."""

    def clusters(self, p: float) -> ClusterTest:
        """Clusters at an uncorrected p, without correction: their `p_fwe` is 1."""

    def test(
        self,
        ps: Sequence[float],
        *,
        stop_early: bool,
        first_look: int = FIRST_LOOK,
        spread: "Map" = map,
    ) -> tuple[ClusterTest, ...]:
        """Clusters at each uncorrected p with their family-wise p by the profile's permutations.

        With `stop_early` a method may draw fewer, from `first_look` on, when it is known on which
        side of the profile's `cluster_fwe_p` the p of every cluster lies. What one p gives does not
        depend on the others.
        """

    def shares(self, labels: NDArray[np.int32]) -> NDArray[np.float64]:
        """Share (clusters, experiments) of each experiment in a cluster's summed statistic.

        What the sum loses without the experiment, scaled so that a cluster's shares sum to 1.
        """


class Estimator(Protocol):
    """A method: estimates an experiment table under a profile in a mask on the grid of an affine.

    `sized` says whether sample sizes and places between voxels matter to it.
    """

    sized: ClassVar[bool]

    def __call__(
        self,
        table: ExperimentTable,
        profile: Profile,
        mask: BoolMap,
        affine: NDArray[np.float64],
    ) -> Fitted:
        """The table, estimated."""


def estimator(method: str) -> Estimator:
    """The method of this name; raises KeyError for a name that is not in `ESTIMATORS`."""
    module, _, name = ESTIMATORS[method].partition(":")
    return cast(Estimator, getattr(import_module(module), name))


def fit(
    table: ExperimentTable, profile: Profile, mask: BoolMap, affine: NDArray[np.float64]
) -> Fitted:
    """The table, estimated by the profile's method; ValueError with fewer than two experiments."""
    if len(table.experiments) < 2:
        raise ValueError("a meta-analysis needs at least two experiments")
    return estimator(profile.method)(table, profile, mask, affine)


def decide(
    fitted: Fitted, ps: Sequence[float], *, first_look: int = FIRST_LOOK
) -> tuple[ClusterTest, ...]:
    """Clusters at each uncorrected p, with no more permutations than it takes to judge them.

    Where there are no clusters, none are drawn.
    """
    found = {p: fitted.clusters(p) for p in ps}
    some = [p for p, clusters in found.items() if len(clusters.p_fwe)]
    if some:
        tests = fitted.test(some, stop_early=True, first_look=first_look)
        found |= zip(some, tests, strict=True)
    return tuple(found[p] for p in ps)


def unmasked(values: NDArray[np.float64], mask: BoolMap, outside: float) -> FloatMap:
    """Values by mask voxel as a volume, `outside` elsewhere."""
    volume = np.full(mask.shape, outside)
    volume[mask] = values
    return volume
