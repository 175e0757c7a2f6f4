"""What the robustness analyses find, as frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass

from trdreport.brain.spaces import Coordinate


@dataclass(frozen=True)
class Target:
    """A cluster of a run that is looked for again: its readout and its number there."""

    readout: str
    cluster: int


@dataclass(frozen=True)
class Again:
    """A cluster looked for in the run without one unit.

    `found`: a finding of the same readout overlaps it. `p_fwe` is that of the overlapping cluster,
    significant or not; None where nothing overlaps or where the readout is not corrected. `dice`
    is 2 |A and B| / (|A| + |B|) of the voxels, 0 where nothing overlaps; `shift_mm` is the way
    between the peaks.
    """

    target: Target
    found: bool
    p_fwe: float | None
    dice: float
    shift_mm: float | None


@dataclass(frozen=True)
class Retest:
    """A run without one unit. `emerged` counts significant clusters that the whole run lacks.

    `reason` says why it could not be run and is empty where it was.
    """

    unit: str
    reason: str
    clusters: tuple[Again, ...]
    emerged: int

    def again(self, target: Target) -> Again | None:
        """What became of a cluster; None when nothing was run."""
        return {again.target: again for again in self.clusters}.get(target)


@dataclass(frozen=True)
class FailSafeDraw:
    """One series of noise: the number of null experiments that erase the cluster.

    `erased_by` is None when even `tried` noise experiments did not.
    """

    erased_by: int | None
    tried: int


@dataclass(frozen=True)
class FewestRemoved:
    """The least number of contributing experiments whose removal erases a cluster.

    No removal of up to `survives` erases it; one of `erased_by` does, and none is known that does
    where that is None. No more than `removable` can be removed.
    """

    survives: int
    erased_by: int | None
    removable: int

    def __str__(self) -> str:
        if self.survives == self.removable:
            return "none"
        if self.erased_by is None:
            return f">{self.survives}"
        if self.erased_by > self.survives + 1:
            return f"{self.survives + 1} to {self.erased_by}"
        return str(self.erased_by)


@dataclass(frozen=True)
class FailSafeN:
    """Fail-safe N of a significant cluster; `contributing` counts experiments with foci inside."""

    target: Target
    draws: tuple[FailSafeDraw, ...]
    experiments: int
    contributing: int
    fewest_removed: FewestRemoved

    @property
    def erased_by(self) -> tuple[int, ...]:
        """Noise experiments that erased the cluster, sorted; those never erased count one more."""
        return tuple(
            sorted(d.tried + 1 if d.erased_by is None else d.erased_by for d in self.draws)
        )

    @property
    def median(self) -> int:
        """The lower median over the draws."""
        return self.erased_by[(len(self.draws) - 1) // 2]

    @property
    def never(self) -> int:
        """Draws in which no amount of noise that was tried erased the cluster."""
        return sum(draw.erased_by is None for draw in self.draws)


@dataclass(frozen=True)
class Outcome:
    """What one specification says of a claim.

    `choices` names its level of every factor. `p` is the family-wise p of the cluster in question,
    or the uncorrected p of its peak where the claim is of the uncorrected readout; 1 where there is
    no cluster. `reason` is empty unless it could not be run.
    """

    choices: Mapping[str, str]
    published: bool
    holds: bool
    p: float
    reason: str = ""


@dataclass(frozen=True)
class Influence:
    """How much one factor decides a claim.

    `share` is the share of runnable specifications at each level in which the claim holds;
    `explained` is the part of the variance of "holds" (0 or 1) between the levels (eta squared).
    """

    factor: str
    share: Mapping[str, float]
    explained: float


@dataclass(frozen=True)
class ClaimCurve:
    """A published claim under every specification of the multiverse."""

    analysis: str
    readout: str
    peaks: tuple[Coordinate, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def run(self) -> tuple[Outcome, ...]:
        """Outcomes of the specifications that could be run."""
        return tuple(outcome for outcome in self.outcomes if not outcome.reason)

    @property
    def holds(self) -> int:
        """Specifications in which the claim holds."""
        return sum(outcome.holds for outcome in self.run)

    @property
    def influences(self) -> tuple[Influence, ...]:
        """Factors of the specifications of the profile's own method, by falling influence.

        The first outcomes are theirs. Other estimators are compared under few choices and would not
        be balanced with the rest.
        """
        leading = self.outcomes[0].choices["estimator"] if self.outcomes else ""
        grid = [outcome for outcome in self.run if outcome.choices["estimator"] == leading]
        found = [_influence(f, grid) for f in grid[0].choices] if grid else []
        return tuple(
            sorted((i for i in found if len(i.share) > 1), key=lambda i: (-i.explained, i.factor))
        )


def _influence(factor: str, outcomes: list[Outcome]) -> Influence:
    """Eta squared: sum over levels of n (share - mean)^2, over the total sum of squares."""
    levels: dict[str, list[bool]] = {}
    for outcome in outcomes:
        levels.setdefault(outcome.choices[factor], []).append(outcome.holds)
    share = {level: sum(held) / len(held) for level, held in levels.items()}
    mean = sum(outcome.holds for outcome in outcomes) / len(outcomes)
    total = len(outcomes) * mean * (1 - mean)
    between = sum(len(levels[level]) * (share[level] - mean) ** 2 for level in levels)
    return Influence(factor, share, between / total if total else 0.0)


@dataclass(frozen=True)
class DifferenceCluster:
    """A cluster of a comparison: its peak (MNI mm), its volume and the z of its peak."""

    peak_mni: Coordinate
    volume_mm3: int
    z_value: float


@dataclass(frozen=True)
class Difference:
    """Two analyses set against each other.

    `assignments` is the number of ways to divide the experiments into groups of these sizes: a
    two-sided permutation p can be no smaller than 2 over it. `shared` are units in both, which the
    permutation treats as different. `first_more` and `second_more` are not corrected;
    `smallest_p_fwe` is the smallest voxel-level family-wise p anywhere. `both` is the conjunction
    of what passes the cluster-forming threshold. `permutations` counts the divisions that were
    tried: all of them where the plan asks for no fewer.
    """

    comparison: str
    experiments: tuple[int, int]
    shared: tuple[str, ...]
    assignments: int
    permutations: int
    smallest_p_fwe: float
    first_more: tuple[DifferenceCluster, ...]
    second_more: tuple[DifferenceCluster, ...]
    both: tuple[DifferenceCluster, ...]

    @property
    def smallest_p(self) -> float:
        """The smallest two-sided p that dividing the experiments anew can give."""
        return 2 / self.assignments


@dataclass(frozen=True)
class NotCompared:
    """A comparison that could not be done, and why."""

    comparison: str
    reason: str


@dataclass(frozen=True)
class Robustness:
    """Everything that was asked of the results; by run id, in order of the plan."""

    leave_one_out: Mapping[str, tuple[Retest, ...]]
    fail_safe: Mapping[str, tuple[FailSafeN, ...]]
    curves: tuple[ClaimCurve, ...]
    differences: tuple[Difference | NotCompared, ...]
