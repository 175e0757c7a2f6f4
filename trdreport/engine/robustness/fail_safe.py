"""Fail-safe N: how many unpublished experiments without convergence would erase a cluster.

After Acar et al. 2018: noise experiments take sample size and number of foci from those in the
analysis, their foci lie anywhere in the mask, and they are added until the cluster is no longer
significant. Noise experiment i of draw d is the same whatever the number added, so a larger number
of them contains the smaller ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import BoolMap, apply, coordinate
from trdreport.engine.clusters import foci_inside, voxels_of
from trdreport.engine.estimators import decide, fit
from trdreport.engine.results import Experiment, ExperimentTable, SourcedFocus
from trdreport.engine.robustness.leave_one_out import without
from trdreport.engine.robustness.results import FailSafeDraw, FewestRemoved
from trdreport.model.plan import FailSafe, Profile

HALF_VOXEL = 0.5

NOISE = "noise-"
"""Begins the unit of every noise experiment."""

REMOVALS = 150
"""Removals that are tried for a cluster: all there are where up to seven experiments contribute."""


def fail_safe_draw(
    table: ExperimentTable,
    profile: Profile,
    clusters: Sequence[int],
    settings: FailSafe,
    draw: int,
) -> tuple[FailSafeDraw, ...]:
    """One series of noise, and how much of it erases each of the clusters.

    `clusters` are numbers of significant clusters of the run. No more than `settings.most` noise
    experiments for each one of the run are tried.
    """
    search = _Search(table, profile, clusters, settings.permutations)
    most = settings.most * len(table.experiments)
    sampled = [
        noise_experiment(table, search.voxels, search.affine, (settings.seed, draw, index))
        for index in range(most)
    ]

    @cache
    def significant(count: int) -> tuple[bool, ...]:
        more = (*table.experiments, *sampled[:count])
        return search.significant(replace(table, experiments=more))

    def of(place: int) -> FailSafeDraw:
        return least_that_erases(lambda count: significant(count)[place], most)

    return tuple(map(of, range(len(clusters))))


def least_that_erases(significant: Callable[[int], bool], most: int) -> FailSafeDraw:
    """The least count with which `significant` is false, by doubling and then bisection.

    Between two counts that differ in it, the answer is taken to change once.
    """
    if significant(most):
        return FailSafeDraw(None, most)
    low, high = 0, 1
    while high < most and significant(high):
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if significant(middle) else (low, middle)
    return FailSafeDraw(high, most)


def fewest_removed(
    table: ExperimentTable,
    profile: Profile,
    cluster: int,
    settings: FailSafe,
    *,
    removals: int = REMOVALS,
) -> FewestRemoved:
    """The least number of contributing experiments whose removal erases a significant cluster.

    Every removal of one experiment is tried, then of two and so on, those with the largest shares
    first, as long as all of one size are no more than are left of `removals`. What is then still
    open is bounded from above: experiments are removed by falling share until the cluster is gone.
    """
    search = _Search(table, profile, [cluster], settings.permutations)
    units = search.contributing(cluster)
    removable = min(len(units), len(table.experiments) - 2)

    def erases(removed: Sequence[str]) -> bool:
        return not search.significant(without(table, removed))[0]

    left = removals
    for size in range(1, removable + 1):
        left -= comb(len(units), size)
        if left < 0:
            greedy = (n for n in range(size, removable + 1) if erases(units[:n]))
            return FewestRemoved(size - 1, next(greedy, None), removable)
        if any(erases(removed) for removed in combinations(units, size)):
            return FewestRemoved(size - 1, size, removable)
    return FewestRemoved(removable, None, removable)


class _Search:
    """Asks of changed tables whether clusters of the run are still significant there."""

    def __init__(
        self, table: ExperimentTable, profile: Profile, clusters: Sequence[int], permutations: int
    ) -> None:
        self.profile = profile.model_copy(update={"permutations": permutations})
        self.mask, self.affine = analysis_mask(profile)
        self.voxels = voxels_of(self.mask)
        self.whole = fit(table, profile, self.mask, self.affine)
        labels = self.whole.clusters(float(profile.cluster_forming_p)).labels
        self.inside: dict[int, BoolMap] = {n: np.asarray(labels == n) for n in clusters}

    def contributing(self, cluster: int) -> tuple[str, ...]:
        """Units with foci inside a cluster, by falling share in it."""
        inside = self.inside[cluster]
        (shares,) = self.whole.shares(inside.astype(np.int32))
        falling = np.argsort(-shares, kind="stable")
        ordered = (self.whole.table.experiments[index] for index in falling)
        return tuple(e.unit for e in ordered if foci_inside(e, inside, self.affine))

    def significant(self, table: ExperimentTable) -> tuple[bool, ...]:
        """Whether a significant cluster overlaps each of the run's."""
        fitted = fit(table, self.profile, self.mask, self.affine)
        (test,) = decide(fitted, [float(self.profile.cluster_forming_p)], first_look=FIRST_LOOK)
        alpha = float(self.profile.cluster_fwe_p)
        found = np.append(False, test.p_fwe < alpha)[test.labels]
        return tuple(bool(found[inside].any()) for inside in self.inside.values())


FIRST_LOOK = 100
"""Most answers are clear after this many permutations."""


def noise_experiment(
    table: ExperimentTable,
    voxels: NDArray[np.int64],
    affine: NDArray[np.float64],
    key: tuple[int, int, int],
) -> Experiment:
    """An experiment with the size of one of the table's and foci anywhere in `voxels` (n, 3).

    `key` is seed, draw and index; the same key gives the same experiment.
    """
    generator = np.random.default_rng(key)
    model = table.experiments[int(generator.integers(len(table.experiments)))]
    chosen = voxels[generator.integers(len(voxels), size=len(model.foci))]
    placed = apply(affine, chosen + generator.uniform(-HALF_VOXEL, HALF_VOXEL, chosen.shape))
    unit = f"{NOISE}{key[2]:05d}"
    positions = [*map(coordinate, placed)]
    return Experiment(
        unit=unit,
        sample_size=model.sample_size,
        groups=model.groups,
        studies=(unit,),
        foci=tuple(SourcedFocus(xyz, xyz, unit, "") for xyz in positions),
    )
