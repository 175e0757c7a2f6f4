"""What the evidence states about the places of findings, set beside the clusters of a run."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from pydantic import TypeAdapter

from trdreport.brain.regions import sided_regions
from trdreport.brain.spaces import SAME_PLACE_MM, Coordinate, convert
from trdreport.engine.claims import findings
from trdreport.engine.results import AnalysisResult, Cluster
from trdreport.engine.run import Result
from trdreport.model.fields import split_contrast
from trdreport.records.loading import Registry
from trdreport.sections.facts.statements import (
    ASSOCIATION,
    EvidenceView,
    StatementView,
    named,
    plain,
)
from trdreport.sections.words import coordinates, listed
from trdreport.work.store import Store

_DISTANCES = TypeAdapter(dict[str, float])


@dataclass(frozen=True)
class Nearness:
    """A statement and in which way it is about a place.

    `wide`: through a network or larger area that holds the region.
    """

    statement: StatementView
    how: str
    wide: bool = False


@dataclass(frozen=True)
class Group:
    """Statements under one heading."""

    heading: str
    members: tuple[Nearness, ...]


@dataclass(frozen=True)
class Nearby:
    """Statements about the place of one cluster.

    `regions` are those near its peak. `close` are about its region, a region beside it or a
    coordinate near it, `wide` about a network or larger area that holds the region.
    """

    title: str
    regions: str
    close: tuple[Group, ...]
    wide: tuple[Group, ...]

    @property
    def count_wide(self) -> int:
        """How many statements are about networks and larger areas."""
        return sum(len(group.members) for group in self.wide)


def nearby(
    registry: Registry, view: EvidenceView, result: Result, store: Store
) -> tuple[Nearby, ...]:
    """What the statements say of the place of each finding of a run, once for each place."""
    if not isinstance(result, AnalysisResult) or not view.statements:
        return ()
    found: dict[tuple[str, ...], Cluster] = {}
    for readout in result.readouts:
        for cluster in findings(readout):
            found.setdefault(coordinates(cluster.peak_mni), cluster)
    return tuple(_nearby(registry, view, cluster, store) for cluster in found.values())


def _nearby(registry: Registry, view: EvidenceView, cluster: Cluster, store: Store) -> Nearby:
    near = _near(cluster.peak_mni, store)
    region = cluster.label.name
    found = [
        nearness
        for statement in view.statements
        if (nearness := _nearness(registry, statement, region, near, cluster.peak_mni))
    ]
    case = registry.review.cases
    direction = _direction(cluster, case)
    return Nearby(
        title=f"{cluster.label} ({', '.join(coordinates(cluster.peak_mni))} MNI"
        f"{_in_words(direction, case)})",
        regions=listed([f"{n} ({mm:.0f} mm)" for n, mm in sorted(near.items()) if n != region])
        or "none",
        close=_grouped((each for each in found if not each.wide), direction),
        wide=_grouped((each for each in found if each.wide), direction),
    )


def _in_words(direction: str, case: str | None) -> str:
    if case is None:
        return ""
    words = {"increase": f"higher in {case}", "decrease": f"lower in {case}"}
    return f"; {words.get(direction, f'both directions, higher and lower in {case}')}"


def _grouped(found: Iterable[Nearness], direction: str) -> tuple[Group, ...]:
    groups: dict[str, list[Nearness]] = {}
    for each in found:
        groups.setdefault(_heading(each.statement, direction), []).append(each)
    return tuple(Group(heading, tuple(groups[heading])) for heading in sorted(groups))


def _near(mni: Coordinate, store: Store) -> Mapping[str, float]:
    """Regions near a place and how far away they are, in mm."""
    inputs = (json.dumps([float(v) for v in mni]), str(SAME_PLACE_MM))
    make = partial(_distances, mni, SAME_PLACE_MM)
    return store.remember("near", inputs, make, _DISTANCES.validate_json)


def _distances(mni: Coordinate, reach_mm: float) -> bytes:
    from trdreport.brain.atlas import load_atlas

    return json.dumps(load_atlas().within(mni, reach_mm)).encode()


def _direction(cluster: Cluster, case: str | None) -> str:
    """`increase` or `decrease` in the cases, or empty when its foci say both."""
    ways = {
        split_contrast(focus.contrast)[0] == case
        for part in cluster.contributions
        for focus in part.inside
    }
    if case is None or len(ways) != 1:
        return ""
    return "increase" if ways.pop() else "decrease"


def _nearness(
    registry: Registry, about: StatementView, region: str, near: Iterable[str], peak: Coordinate
) -> Nearness | None:
    """In which way a statement is about the place of a cluster; None for not at all."""
    at = about.statement.coordinate
    if at is not None:
        point = np.array([[at.x, at.y, at.z]], dtype=float)
        mni = convert(point, at.space, "MNI", registry.plan.transform)
        distance = float(np.linalg.norm(mni - peak))
        if distance <= SAME_PLACE_MM:
            return Nearness(about, f"its coordinate is {distance:.0f} mm away")
    areas = registry.review.areas
    regions = {name: area.regions for name, area in areas.items()}
    direct = [name for name in named(about.statement) if plain(name) not in areas]
    wide = [name for name in named(about.statement) if plain(name) in areas]
    if any(region in sided_regions(name, regions) for name in direct):
        return Nearness(about, "same region")
    holding = [name for name in wide if region in sided_regions(name, regions)]
    if holding:
        return Nearness(about, f"{areas[plain(holding[0])].label} holds the region", wide=True)
    if any(set(near) & sided_regions(name, regions) for name in direct):
        return Nearness(about, "adjacent region")
    return None


def _heading(about: StatementView, direction: str) -> str:
    """Under which heading a statement stands beside a cluster."""
    stated = about.statement.direction
    if stated == ASSOCIATION:
        return "Related to improvement"
    if about.statement.treatments or about.record.design in ("pre_post", "predictive"):
        return f"With treatment: {stated}"
    if not direction or stated not in ("increase", "decrease"):
        return f"Patients against others: {stated}"
    return "Patients against others: " + (
        "the same direction" if stated == direction else "another direction"
    )
