"""Published claims under every specification of the grid."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import SAME_PLACE_MM, apply, convert
from trdreport.engine.clusters import meeting_clusters, peak_voxels
from trdreport.engine.estimators import ClusterTest, Fitted, decide, fit
from trdreport.engine.results import CLUSTER_FWE
from trdreport.engine.robustness.results import Outcome
from trdreport.engine.robustness.specifications import Cell, Claimed, choices
from trdreport.model.plan import Profile

FIRST_LOOK = 100
"""Most specifications are clear after this many permutations."""


@dataclass(frozen=True)
class _Observed:
    """A cluster as a claim sees it: its peak (MNI mm), its p, and whether it is a finding."""

    peak: NDArray[np.float64]
    p: float
    finding: bool


def outcomes(
    cells: Sequence[Cell], claims: Sequence[Claimed], published: Profile
) -> tuple[tuple[Outcome, ...], ...]:
    """Outcomes of every specification, for each claim; `published` is marked where it is met."""
    parts = [_cell_outcomes(cell, claims, published) for cell in cells]
    return tuple(tuple(chain.from_iterable(part)) for part in zip(*parts, strict=True))


def _cell_outcomes(
    cell: Cell, claims: Sequence[Claimed], published: Profile
) -> list[list[Outcome]]:
    reason = why_not(cell)
    found = {} if reason else _found(cell, {claim.readout for claim in claims})
    per_claim = []
    for claim in claims:
        corrected = claim.readout == CLUSTER_FWE
        outcomes = []
        for place, profile in enumerate(cell.profiles if corrected else cell.profiles[:1]):
            levels = choices(profile, corrected=corrected)
            marked = levels == choices(published, corrected=corrected)
            outcomes.append(
                Outcome(levels, marked, holds=False, p=1.0, reason=reason)
                if reason
                else _outcome(claim, levels, found[claim.readout][place], published=marked)
            )
        per_claim.append(outcomes)
    return per_claim


def _found(cell: Cell, readouts: Set[str]) -> Mapping[str, list[list[_Observed]]]:
    """Clusters by readout: corrected for each profile, uncorrected for all of them."""
    first = cell.profiles[0]
    fitted = fit(cell.table, first, *analysis_mask(first))
    return {
        name: _corrected(fitted, cell.profiles) if name == CLUSTER_FWE else [_meeting(fitted)]
        for name in readouts
    }


def why_not(cell: Cell) -> str:
    """Why a specification cannot be run; empty where it can."""
    if len(cell.table.experiments) < 2:
        return "fewer than two experiments"
    empty = [e.unit for e in cell.table.experiments if e.sample_size < 1]
    return f"no participants by this rule in {', '.join(empty)}" if empty else ""


def _corrected(fitted: Fitted, profiles: Sequence[Profile]) -> list[list[_Observed]]:
    """Every cluster with its family-wise p, for each profile."""
    alpha = float(fitted.profile.cluster_fwe_p)
    tests = decide(fitted, [float(p.cluster_forming_p) for p in profiles], first_look=FIRST_LOOK)
    return [
        [
            _Observed(peak, p, p < alpha)
            for peak, p in zip(_peaks_mni(fitted, test), test.p_fwe.tolist(), strict=True)
        ]
        for test in tests
    ]


def _meeting(fitted: Fitted) -> list[_Observed]:
    """Clusters above the exploratory threshold in which experiments meet, with their peak's p."""
    test = fitted.clusters(float(fitted.profile.exploratory_p))
    _, affine = analysis_mask(fitted.profile)
    peaks, voxels = _peaks_mni(fitted, test), peak_voxels(fitted.stat, test.labels)
    return [
        _Observed(peaks[number - 1], float(fitted.p[tuple(voxels[number - 1])]), finding=True)
        for number in meeting_clusters(fitted.table.experiments, test.labels, affine)
    ]


def _peaks_mni(fitted: Fitted, test: ClusterTest) -> NDArray[np.float64]:
    profile = fitted.profile
    _, affine = analysis_mask(profile)
    voxels = peak_voxels(fitted.stat, test.labels).astype(float)
    return convert(apply(affine, voxels), profile.space, "MNI", profile.transform)


def _outcome(
    claim: Claimed, levels: Mapping[str, str], clusters: Sequence[_Observed], *, published: bool
) -> Outcome:
    """Whether the claim holds, and the p of the cluster in question.

    A claim of clusters holds when a finding lies near each claimed peak, whatever else is found; a
    claim of none when there is no finding. The largest p of the claimed clusters, or the smallest
    of any, is the one in question.
    """
    if not claim.peaks:
        smallest = min((cluster.p for cluster in clusters), default=1.0)
        return Outcome(levels, published, holds=not any(c.finding for c in clusters), p=smallest)
    near = [
        [c for c in clusters if np.linalg.norm(c.peak - np.array(peak)) <= SAME_PLACE_MM]
        for peak in claim.peaks
    ]
    return Outcome(
        levels,
        published,
        holds=all(any(cluster.finding for cluster in at) for at in near),
        p=max(min((cluster.p for cluster in at), default=1.0) for at in near),
    )
