"""Activation likelihood estimation, each focus at its true position."""

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri_exp

from trdreport.brain.spaces import BoolMap, FloatMap, apply
from trdreport.engine.clusters import by_cluster, label_clusters, removal_shares
from trdreport.engine.estimators import ClusterTest
from trdreport.engine.kernel import Placed, modelled_activation, placed
from trdreport.engine.kernel_loops import norm, pool
from trdreport.engine.null import Map, NullPlan, permute, plan_null
from trdreport.engine.results import Experiment, ExperimentTable
from trdreport.engine.stopping import FIRST_LOOK, decided, looks
from trdreport.engine.uncorrected import BINS, uncorrected
from trdreport.model.plan import Profile


class FittedALE:
    """ALE (`Estimator`): the union over experiments of Gaussians as wide as sample sizes say.

    Its nulls are `trdreport.engine.uncorrected` and `trdreport.engine.null`, seeded by index.
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
        self._found: dict[float, ClusterTest] = {}
        foci = self._placed(table.experiments)
        highest = min(map(norm, foci.sigmas, foci.reaches)) ** -3
        counts = np.zeros((len(table.experiments), int(highest * BINS) + 2))
        rest = np.ones(mask.size)
        pool(
            rest, np.zeros(mask.size), foci.places, foci.sigmas, foci.reaches, foci.foci_of,
            mask.ravel(), np.array(mask.shape), BINS, counts,
        )  # fmt: skip
        counts[:, 0] += mask.sum() - counts.sum(axis=1)
        # most voxels are reached by no focus: there ALE is 0 and p is 1
        reached = np.flatnonzero(rest < 1.0)
        ale = 1.0 - rest[reached]
        self._null = uncorrected(counts / mask.sum(), float(ale.max(initial=0.0)))
        self.stat, self.p = np.zeros(mask.shape), np.ones(mask.shape)
        self.stat.ravel()[reached] = ale
        self.p.ravel()[reached] = self._null.p(ale)

    @cached_property
    def z(self) -> FloatMap:
        """Z of the uncorrected p."""
        return np.maximum(-ndtri_exp(np.log(self.p)), 0.0)

    def threshold(self, p: float) -> float:
        """The ALE value above which the uncorrected p is below this one."""
        return self._null.threshold(p)

    def _placed(self, experiments: Sequence[Experiment]) -> Placed:
        """Experiments on the grid; foci at their nearest voxel where the profile says so."""
        to_voxel = np.linalg.inv(self.affine).astype(float)
        foci = [apply(to_voxel, experiment.positions()) for experiment in experiments]
        return placed(
            [experiment.sample_size for experiment in experiments],
            foci if self.profile.foci == "exact" else [np.rint(own) for own in foci],
            abs(float(self.affine[0, 0])),
        )

    def clusters(self, p: float) -> ClusterTest:
        """Clusters at an uncorrected p, without correction: their `p_fwe` is 1."""
        if p not in self._found:
            labels, count = label_clusters(self.stat, self.threshold(p))
            self._found[p] = ClusterTest(labels, np.ones(count))
        return self._found[p]

    def test(
        self,
        ps: Sequence[float],
        *,
        stop_early: bool,
        first_look: int = FIRST_LOOK,
        spread: Map = map,
    ) -> tuple[ClusterTest, ...]:
        """Clusters at each uncorrected p with the family-wise p of their size."""
        labels = [self.clusters(p).labels for p in ps]
        sizes = [np.bincount(own[own > 0])[1:].astype(float) for own in labels]
        permutations = self.profile.permutations
        rounds = looks(permutations, first_look) if stop_early else [range(permutations)]
        nulls = self._draw([self.threshold(p) for p in ps], sizes, rounds, spread)
        return tuple(
            ClusterTest(own, np.round(share_as_large(observed, null), 9), null)
            for own, observed, null in zip(labels, sizes, nulls, strict=True)
        )

    def _draw(
        self,
        thresholds: Sequence[float],
        observed: Sequence[NDArray[np.float64]],
        rounds: Iterable[range],
        spread: Map,
    ) -> list[NDArray[np.float64]]:
        """Largest cluster of each random data set above each threshold.

        A threshold takes part in the rounds until the p of its observed sizes is clear.
        """
        plan, alpha = self.null_plan(), float(self.profile.cluster_fwe_p)
        nulls = [np.zeros(0) for _ in thresholds]
        unclear = [*range(len(thresholds))]
        for indices in rounds:
            wanted = [thresholds[i] for i in unclear]
            for i, more in zip(
                unclear, permute(plan, wanted, self.profile.seed, indices, spread), strict=True
            ):
                nulls[i] = np.append(nulls[i], more.size)
            unclear = [i for i in unclear if not decided(nulls[i], observed[i], alpha)]
            if not unclear:
                break
        return nulls

    def null_plan(self) -> NullPlan:
        """The experiments as the permutation null takes them, ordered by unit."""
        ordered = sorted(self.table.experiments, key=lambda experiment: experiment.unit)
        return plan_null(self._placed(ordered), self.mask)

    def shares(self, labels: NDArray[np.int32]) -> NDArray[np.float64]:
        """Share (clusters, experiments) in a cluster's summed ALE, by removal."""
        inside = labels > 0
        activations = ale_activations(self.table, self.profile, inside, self.affine)
        return by_cluster(labels[inside], activations, removal_shares)


def share_as_large(observed: NDArray[np.float64], null: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of `null` that is as large as each observed value; never 0 or 1, as in NiMARE."""
    smaller = np.searchsorted(np.sort(null), observed, side="left")
    return np.clip(1 - smaller / len(null), 1 / len(null), 1 - 1 / len(null))


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
