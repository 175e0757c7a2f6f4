"""Set the published claims beside what was computed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np

from trdreport.brain.spaces import SAME_PLACE_MM
from trdreport.engine.results import CLUSTER_FWE, AnalysisResult, Cluster, ReadoutResult
from trdreport.engine.run import Result
from trdreport.model.published import PublishedCluster, PublishedResult, PublishedTotal
from trdreport.records.loading import Registry

VOLUME_TOLERANCE_MM3 = 16
"""Two voxels: GingerALE's mask and ours differ slightly at the edge."""


class Verdict(StrEnum):
    """How a published value compares with the computed one."""

    REPRODUCED = "reproduced"
    MORE_FOUND = "reproduced, more found"
    NOT_REPRODUCED = "not reproduced"
    NOT_COMPUTED = "not computed"


@dataclass(frozen=True)
class Claim:
    """One published value, the computed one, and how they compare."""

    claim: str
    analysis: str
    readout: str
    quantity: str
    published: str
    computed: str
    difference: str
    verdict: Verdict
    place: str


def check_claims(registry: Registry, results: Mapping[str, Result]) -> tuple[Claim, ...]:
    """Every claim of published.yaml, in the order of the file.

    The registry and the results are those of the review as published (`Registry.as_published`).
    """
    claims = [_total(registry, total) for total in registry.published.totals]
    for published in registry.published.results:
        claims += _analysis_claims(published, results[published.analysis])
    return tuple(claims)


def _total(registry: Registry, total: PublishedTotal) -> Claim:
    groups = registry.review.groups if total.group == "all" else [total.group]
    computed = sum(
        study.n(group)
        for study in registry.studies
        for group in groups
        if total.modality in ("all", study.imaging.modality)
    )
    who = "participants" if total.group == "all" else total.group
    what = "" if total.modality == "all" else f" in {total.modality} studies"
    return _count(f"total-{total.id}", None, f"{who}{what}", total.n, computed, total.place)


def _analysis_claims(published: PublishedResult, result: Result) -> Iterator[Claim]:
    prefix = f"{published.analysis}.{published.readout}"
    table, place = result.table, published.place
    for quantity, given, computed in (
        ("experiments", published.experiments, len(table.experiments)),
        ("foci", published.foci, table.n_foci),
        *(
            (f"participants, {group}", n, table.groups.get(group, 0))
            for group, n in (published.participants or {}).items()
        ),
    ):
        if given is not None:
            name = f"{prefix}.{quantity.replace(', ', '-').lower()}"
            yield _count(name, published, quantity, given, computed, place)
    if isinstance(result, AnalysisResult):
        readout = result.readout(published.readout)
        yield _cluster_count(prefix, published, readout)
        for number, cluster in enumerate(published.clusters, start=1):
            yield from _cluster_claims(f"{prefix}.cluster-{number}", published, cluster, readout)
    else:
        yield Claim(
            f"{prefix}.clusters", published.analysis, published.readout, "clusters",
            str(len(published.clusters)), result.reason, "", Verdict.NOT_COMPUTED, place,
        )  # fmt: skip


def _count(
    claim: str,
    source: PublishedResult | None,
    quantity: str,
    published: int,
    computed: int,
    place: str,
) -> Claim:
    difference = computed - published
    return Claim(
        claim=claim,
        analysis=source.analysis if source else "",
        readout=source.readout if source else "",
        quantity=quantity,
        published=str(published),
        computed=str(computed),
        difference=signed(difference),
        verdict=Verdict.NOT_REPRODUCED if difference else Verdict.REPRODUCED,
        place=place,
    )


def signed(value: float) -> str:
    """A difference with its sign; plain 0 for none."""
    return f"{value:+.3g}" if value else "0"


def findings(readout: ReadoutResult) -> tuple[Cluster, ...]:
    """Clusters that count as a finding of a readout.

    With family-wise correction, the significant ones. Without, those in which foci of at least
    two experiments meet: above an uncorrected threshold a single focus makes a cluster by itself.
    """
    if readout.readout == CLUSTER_FWE:
        return tuple(cluster for cluster in readout.clusters if cluster.significant)
    return tuple(cluster for cluster in readout.clusters if cluster.convergent)


def _cluster_count(prefix: str, published: PublishedResult, readout: ReadoutResult) -> Claim:
    found = findings(readout)
    matched = [_nearest(cluster, found) for cluster in published.clusters]
    extra = [cluster for cluster in found if cluster not in matched]
    all_found = None not in matched and len(set(map(id, matched))) == len(matched)
    verdict = Verdict.REPRODUCED if all_found else Verdict.NOT_REPRODUCED
    if extra:
        corrected = readout.readout == CLUSTER_FWE
        verdict = Verdict.NOT_REPRODUCED if corrected or not all_found else Verdict.MORE_FOUND
    kind = (
        "significant clusters" if readout.readout == CLUSTER_FWE
        else "clusters of two or more experiments"
    )  # fmt: skip
    also = "; ".join(f"also ({xyz(c.peak)}), {c.volume_mm3} mm3" for c in extra)
    return Claim(
        f"{prefix}.clusters", published.analysis, published.readout, kind,
        str(len(published.clusters)), str(len(found)), also or "0", verdict, published.place,
    )  # fmt: skip


def _nearest(published: PublishedCluster, found: Sequence[Cluster]) -> Cluster | None:
    """The computed cluster whose peak is nearest, if that is the same place."""
    target = np.array(published.peak, dtype=float)
    near = [(float(np.linalg.norm(np.array(c.peak) - target)), c.number, c) for c in found]
    return min(near)[2] if near and min(near)[0] <= SAME_PLACE_MM else None


def _cluster_claims(
    prefix: str, published: PublishedResult, claimed: PublishedCluster, readout: ReadoutResult
) -> Iterator[Claim]:
    cluster = _nearest(claimed, readout.clusters)
    analysis, place = published.analysis, published.place
    if cluster is None:
        yield Claim(
            f"{prefix}.peak", analysis, published.readout, "peak", xyz(claimed.peak),
            f"no cluster within {SAME_PLACE_MM:g} mm", "", Verdict.NOT_REPRODUCED, place,
        )  # fmt: skip
        return
    for quantity, given, computed, difference, same in _comparisons(claimed, cluster):
        verdict = Verdict.REPRODUCED if same else Verdict.NOT_REPRODUCED
        name = f"{prefix}.{quantity.split(',')[0].replace(' ', '-')}"
        yield Claim(
            name, analysis, published.readout, quantity, given, computed, difference, verdict, place
        )


def _comparisons(
    claimed: PublishedCluster, cluster: Cluster
) -> Iterator[tuple[str, str, str, str, bool]]:
    """Quantity, published, computed, difference, and whether they agree."""
    distance = float(np.linalg.norm(np.array(cluster.peak) - np.array(claimed.peak, float)))
    peak = xyz(cluster.peak)
    yield "peak, mm", xyz(claimed.peak), peak, f"{distance:.0f} mm", distance == 0
    volume = cluster.volume_mm3 - int(claimed.volume_mm3)
    near = abs(volume) <= VOLUME_TOLERANCE_MM3
    yield "volume, mm3", str(claimed.volume_mm3), str(cluster.volume_mm3), signed(volume), near
    for quantity, given, computed in (
        ("ALE", claimed.ale, cluster.ale),
        ("p uncorrected", claimed.p_uncorrected, cluster.p_uncorrected),
    ):
        rounded = Decimal(repr(computed)).quantize(given)
        shown = f"{Decimal(f'{computed:.3g}'):f}"
        difference = f"{float(Decimal(repr(computed)) - given):+.1g}"
        yield quantity, f"{given:f}", shown, difference, rounded == given
    yield (
        "significant after correction", _yes(claimed.significant), _yes(cluster.significant),
        "" if cluster.p_fwe is None else f"p FWE {cluster.p_fwe:.3f}",
        claimed.significant == cluster.significant,
    )  # fmt: skip
    theirs, ours = set(claimed.contributing), set(cluster.contributing)
    yield (
        "contributing studies", "; ".join(sorted(theirs)), "; ".join(sorted(ours)),
        "; ".join(sorted(theirs ^ ours)) or "0", theirs == ours,
    )  # fmt: skip


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def xyz(point: Sequence[float] | Sequence[Decimal]) -> str:
    """Coordinates as `-12, -16, 62`."""
    return ", ".join(f"{float(value):.0f}" for value in point)
