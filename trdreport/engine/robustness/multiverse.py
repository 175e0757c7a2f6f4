"""Published claims under every specification of the grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import SAME_PLACE_MM, apply, convert
from trdreport.engine.clusters import meeting_clusters, peak_voxels
from trdreport.engine.estimators.ale import ClusterTest, Fitted
from trdreport.engine.estimators.others import FittedDensity
from trdreport.engine.results import CLUSTER_FWE
from trdreport.engine.robustness.results import Outcome
from trdreport.engine.robustness.specifications import Cell, Claimed, choices
from trdreport.model.plan import Profile

FIRST_LOOK = 100
"""Most specifications are clear after this many permutations."""


@dataclass(frozen=True)
class _Found:
    """A cluster as a claim sees it: its peak (MNI mm), its p, and whether it is a finding."""

    peak: NDArray[np.float64]
    p: float
    finding: bool


def outcomes(
    cells: Sequence[Cell], claims: Sequence[Claimed], published: Profile
) -> tuple[tuple[Outcome, ...], ...]:
    """Outcomes of every specification, for each claim; `published` is marked where it is met."""
    parts = [_of_cell(cell, claims, published) for cell in cells]
    return tuple(tuple(chain.from_iterable(own)) for own in zip(*parts, strict=True))


def _of_cell(cell: Cell, claims: Sequence[Claimed], published: Profile) -> list[list[Outcome]]:
    first = cell.profiles[0]
    reasons = {claim: why_not(cell, claim) for claim in claims}
    fitted: Fitted | FittedDensity | None = None
    if not all(reasons.values()):
        mask, affine = analysis_mask(first)
        if cell.estimator == "ALE":
            fitted = Fitted(cell.table, first, mask, affine)
        else:
            fitted = FittedDensity(cell.estimator, cell.table, first, mask, affine)
    per_claim = []
    for claim in claims:
        corrected = claim.readout == CLUSTER_FWE
        own = []
        for profile in cell.profiles if corrected else cell.profiles[:1]:
            levels = choices(profile, cell.estimator, corrected=corrected)
            marked = levels == choices(published, corrected=corrected)
            if reasons[claim] or fitted is None:
                own.append(Outcome(levels, marked, holds=False, p=1.0, reason=reasons[claim]))
                continue
            found = _corrected(fitted, profile) if corrected else _meeting(fitted, profile)
            own.append(_outcome(claim, levels, found, published=marked))
        per_claim.append(own)
    return per_claim


def why_not(cell: Cell, claim: Claimed) -> str:
    """Why a claim cannot be tested under a specification; empty where it can."""
    profile = cell.profiles[0]
    if len(cell.table.experiments) < 2:
        return "fewer than two experiments"
    if cell.estimator != "SCALE":
        return ""
    if claim.readout == CLUSTER_FWE:
        return "NiMARE has no family-wise correction for SCALE"
    needed = round(1 / float(profile.exploratory_p))
    return (
        f"SCALE's p comes from permutations alone: p < {profile.exploratory_p:f} takes more than"
        f" {needed:,}, too many for a build"
    )


def _corrected(fitted: Fitted | FittedDensity, profile: Profile) -> list[_Found]:
    """Every cluster with its family-wise p."""
    test = fitted.test(float(profile.cluster_forming_p), first_look=FIRST_LOOK)
    alpha = float(profile.cluster_fwe_p)
    return [
        _Found(peak, p, p < alpha)
        for peak, p in zip(_peaks_mni(test, profile), test.p_fwe.tolist(), strict=True)
    ]


def _meeting(fitted: Fitted | FittedDensity, profile: Profile) -> list[_Found]:
    """Clusters above the exploratory threshold in which experiments meet, with their peak's p."""
    test = fitted.clusters(float(profile.exploratory_p))
    _, affine = analysis_mask(profile)
    peaks, voxels = _peaks_mni(test, profile), peak_voxels(test.stat, test.labels)
    return [
        _Found(peaks[number - 1], float(fitted.p[tuple(voxels[number - 1])]), finding=True)
        for number in meeting_clusters(fitted.table.experiments, test.labels, affine)
    ]


def _peaks_mni(test: ClusterTest, profile: Profile) -> NDArray[np.float64]:
    _, affine = analysis_mask(profile)
    voxels = peak_voxels(test.stat, test.labels).astype(float)
    return convert(apply(affine, voxels), profile.space, "MNI", profile.transform)


def _outcome(
    claim: Claimed, levels: Mapping[str, str], found: Sequence[_Found], *, published: bool
) -> Outcome:
    """Whether the claim holds, and the p of the cluster in question.

    A claim of clusters holds when a finding lies near each claimed peak, whatever else is found; a
    claim of none when there is no finding. The largest p of the claimed clusters, or the smallest
    of any, is the one in question.
    """
    if not claim.peaks:
        smallest = min((cluster.p for cluster in found), default=1.0)
        return Outcome(levels, published, holds=not any(c.finding for c in found), p=smallest)
    near = [
        [c for c in found if np.linalg.norm(c.peak - np.array(peak)) <= SAME_PLACE_MM]
        for peak in claim.peaks
    ]
    return Outcome(
        levels,
        published,
        holds=all(any(cluster.finding for cluster in at) for at in near),
        p=max(min((cluster.p for cluster in at), default=1.0) for at in near),
    )
