"""Evidence around the meta-analysis: statements, their map, and what stands beside a cluster.

Context, not evidence synthesis: nothing here is pooled, and nothing here enters a meta-analysis.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from trdreport.brain.regions import SIDES, sided_regions
from trdreport.brain.spaces import SAME_PLACE_MM, Coordinate, convert
from trdreport.engine.claims import findings
from trdreport.engine.results import AnalysisResult, Cluster, ReadoutResult
from trdreport.engine.run import Result
from trdreport.figures.grids import evidence_map
from trdreport.figures.palette import Mark
from trdreport.model.evidence import Evidence, Statement
from trdreport.model.fields import split_contrast
from trdreport.records.loading import Registry
from trdreport.sections.result_tables import cluster_id, coordinates, listed
from trdreport.sections.sketch import Sketch
from trdreport.sections.tables import NOT_APPLICABLE, Table, shown
from trdreport.work.store import Store

HOLDS = " holds the region"

ASSOCIATION = "association with improvement"
DIRECTIONS = ("increase", "decrease", "no change", ASSOCIATION)

NONE = "none"
"""A cell of the matrix without a statement."""

CSV_COLUMNS = (
    "statement", "record", "document", "reference", "design", "population", "n", "modality",
    "measure", "metabolite", "treatments", "regions", "connected_to", "direction", "association",
    "comparison", "summary",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A statement with the record that it stands in; `atlas` has the regions that it is about."""

    id: str
    record: Evidence
    statement: Statement
    atlas: frozenset[str]
    treatments: str
    where: str
    document: str

    @property
    def direction(self) -> str:
        """`increase`, or an association with its sign."""
        sign = self.statement.association
        if sign is None:
            return self.statement.direction
        return f"{ASSOCIATION} ({sign.replace('_', ' ')})"

    @property
    def source(self) -> str:
        """`Wang 2025, reference 20`: where it was read."""
        number = self.record.reference
        return self.document + (f", reference {number}" if number else "")


Groups = tuple[tuple[str, tuple[tuple["Told", str], ...]], ...]
"""Statements under headings, each with how near it is to a place."""


@dataclass(frozen=True)
class Beside:
    """Statements about the place of one cluster.

    `close` are about its region, a region beside it or a coordinate near it, `wide` about a network
    or larger area that holds the region.
    """

    place: str
    title: str
    near: str
    close: Groups
    wide: Groups


@dataclass(frozen=True)
class EvidenceView:
    """All statements; the rows and columns of their map; what is set against what."""

    told: tuple[Told, ...]
    regions: tuple[str, ...]
    modalities: tuple[str, ...]
    treatments: Mapping[str, str]
    conflicts: tuple[tuple[str, tuple[Told, ...], tuple[Told, ...]], ...]

    def marks(self, region: str, modality: str) -> tuple[Told, ...]:
        """Statements about a region, its side aside, in one modality."""
        return tuple(
            told
            for told in self.told
            if told.statement.modality == modality
            and region in (plain(name) for name in _named(told.statement))
        )


def plain(name: str) -> str:
    """A region or area without its side."""
    side, _, rest = name.partition(" ")
    return rest if side in SIDES else name


def _named(statement: Statement) -> tuple[str, ...]:
    return (*statement.regions, *statement.connected_to)


def evidence_view(registry: Registry) -> EvidenceView:
    """Every statement, and what the map and the matrix need."""
    told = tuple(_all_told(registry))
    used = {plain(name) for each in told for name in _named(each.statement)}
    areas = registry.review.areas
    networks = [name for name in areas if name in used]
    regions = sorted(used - set(networks))
    modalities = dict.fromkeys(each.statement.modality for each in told)
    treatments = {name for each in told for name in each.statement.treatments}
    return EvidenceView(
        told=told,
        regions=(*regions, *networks),
        modalities=tuple(modalities),
        treatments={k: v for k, v in registry.review.treatments.items() if k in treatments},
        conflicts=tuple(_conflicts(told)),
    )


def _all_told(registry: Registry) -> Iterator[Told]:
    areas = {name: area.regions for name, area in registry.review.areas.items()}
    for record in registry.evidence:
        for number, statement in enumerate(record.statements, 1):
            atlas = frozenset[str]().union(*(sided_regions(n, areas) for n in _named(statement)))
            where = listed(statement.regions) or "no single region"
            if statement.connected_to:
                where += f" with {listed(statement.connected_to)}"
            treatments = ", ".join(registry.review.treatments[t] for t in statement.treatments)
            document = registry.references[record.document].cited
            yield Told(
                f"{record.id}-{number}", record, statement, atlas, treatments, where, document
            )


def _conflicts(
    told: Sequence[Told],
) -> Iterator[tuple[str, tuple[Told, ...], tuple[Told, ...]]]:
    """What a document itself sets against each other, then opposite directions in one region."""
    seen = set()
    by_record: dict[str, list[Told]] = {}
    for each in told:
        by_record.setdefault(each.record.id, []).append(each)
    for each in told:
        for other in each.record.set_against:
            pair = frozenset((each.record.id, other))
            if pair not in seen:
                seen.add(pair)
                yield (
                    f"{each.document} sets these against each other",
                    tuple(by_record[each.record.id]),
                    tuple(by_record[other]),
                )
    treated = [t for t in told if t.statement.treatments]
    for one, two in combinations(treated, 2):
        opposite = {one.statement.direction, two.statement.direction} == {"increase", "decrease"}
        pair = frozenset((one.record.id, two.record.id))
        if opposite and _same_thing(one, two) and pair not in seen:
            seen.add(pair)
            yield "opposite directions in the same region", (one,), (two,)


def _same_thing(one: Told, two: Told) -> bool:
    """Whether two statements are about one measure in overlapping regions, at both ends."""
    a, b = one.statement, two.statement
    if (a.measure, a.metabolite) != (b.measure, b.metabolite):
        return False
    if not (a.connected_to and b.connected_to):
        return not (a.connected_to or b.connected_to) and bool(one.atlas & two.atlas)
    return {plain(n) for n in _named(a)} == {plain(n) for n in _named(b)}


def evidence_rows(view: EvidenceView) -> list[tuple[str, ...]]:
    """Rows of evidence.csv."""
    return [
        (
            t.id, t.record.id, t.record.document,
            "" if t.record.reference is None else str(t.record.reference),
            t.record.design, t.record.population, str(t.record.n), t.statement.modality,
            t.statement.measure, t.statement.metabolite or "", ";".join(t.statement.treatments),
            ";".join(t.statement.regions), ";".join(t.statement.connected_to),
            t.statement.direction, t.statement.association or "", t.statement.comparison,
            t.statement.summary,
        )
        for t in view.told
    ]  # fmt: skip


def evidence_table(view: EvidenceView) -> Table:
    """Every statement, for reading; a row has the statement's place in links."""
    rows = [
        (
            told.record.label, told.source, told.where, shown(told.statement.modality),
            shown(told.statement.measure)
            + (f": {told.statement.metabolite}" if told.statement.metabolite else ""),
            told.treatments or NOT_APPLICABLE, told.direction, told.statement.comparison,
            shown(told.record.n), told.statement.summary,
        )
        for told in view.told
    ]  # fmt: skip
    return Table(
        "evidence",
        "Statements of reviews and abstracts about single regions",
        (
            "Study", "Read in", "Region or network", "Modality", "Measure", "Treatment",
            "Direction", "Comparison", "N", "In our words",
        ),
        tuple(rows),
        ("N",),
        notes=(
            "Taken from reviews and abstracts, not from the studies themselves. The direction is"
            " that of the side named first in the comparison.",
        ),
        places=tuple(f"statement-{told.id}" for told in view.told),
    )  # fmt: skip


def response_table(view: EvidenceView) -> Table:
    """What changes with which treatment, by measure and direction."""
    cells: dict[tuple[str, str], dict[str, list[str]]] = {}
    for told in view.told:
        if not told.statement.treatments:
            continue
        key = (told.treatments, shown(told.statement.measure))
        own = cells.setdefault(key, {direction: [] for direction in DIRECTIONS})
        own[told.statement.direction].append(f"{told.where} ({told.record.label})")
    at_odds = {
        (told.treatments, shown(told.statement.measure))
        for _, one, other in view.conflicts
        for told in (*one, *other)
        if told.statement.treatments
    }
    rows = [
        (
            *key,
            *("; ".join(own[direction]) or NONE for direction in DIRECTIONS),
            "yes" if key in at_odds else "no",
        )
        for key, own in sorted(cells.items())
    ]
    return Table(
        "treatment-response",
        "What is said to change with treatment",
        ("Treatment", "Measure", "Increase", "Decrease", "No change", "Association", "In conflict"),
        tuple(rows),
        notes=("In conflict: with another statement; the conflicts are listed below.",),
    )


def map_sketch(view: EvidenceView) -> Sketch:
    """The map of statements as a figure."""
    marks = [
        Mark(region, shown(modality), told.statement.direction)
        for region in view.regions
        for modality in view.modalities
        for told in view.marks(region, modality)
    ]
    told = "; ".join(
        f"{region}: {sum(mark.region == region for mark in marks)}" for region in view.regions
    )
    return Sketch(
        "evidence-map",
        evidence_map(view.regions, [shown(m) for m in view.modalities], marks),
        f"Statements by region: {told}.",
        "What reviews and abstracts say of single regions and networks, one mark a statement and"
        " region; sides are in the table. Context, not evidence synthesis.",
        ("region", "modality", "direction"),
        tuple((mark.region, mark.modality, mark.direction) for mark in marks),
    )


def beside(
    registry: Registry, view: EvidenceView, result: Result, store: Store
) -> tuple[Beside, ...]:
    """What the statements say of the place of each finding of a run, once for each place."""
    if not isinstance(result, AnalysisResult) or not view.told:
        return ()
    made: dict[tuple[str, ...], Beside] = {}
    for readout in result.readouts:
        for cluster in findings(readout):
            where = coordinates(cluster.peak_mni)
            if where not in made:
                made[where] = _beside(registry, view, result, (readout, cluster), store)
    return tuple(made.values())


def _beside(
    registry: Registry,
    view: EvidenceView,
    result: AnalysisResult,
    found: tuple[ReadoutResult, Cluster],
    store: Store,
) -> Beside:
    readout, cluster = found
    near = _near(cluster.peak_mni, store)
    own = cluster.label.name
    close: list[tuple[Told, str]] = []
    wide: list[tuple[Told, str]] = []
    case = next(iter(registry.review.groups))
    direction = _direction(cluster, case)
    for told in view.told:
        how = _how_near(registry, told, own, near, cluster.peak_mni)
        if how:
            (wide if how.endswith(HOLDS) else close).append((told, how))
    words = {"increase": f"higher in {case}", "decrease": f"lower in {case}"}
    return Beside(
        place=f"cluster-{cluster_id(result.run, readout, cluster)}",
        title=f"{cluster.label} ({', '.join(coordinates(cluster.peak_mni))} MNI;"
        f" {words.get(direction, f'both directions, higher and lower in {case}')})",
        near=listed([f"{name} ({mm:.0f} mm)" for name, mm in sorted(near.items()) if name != own])
        or "none",
        close=_grouped(close, direction),
        wide=_grouped(wide, direction),
    )


def _grouped(found: Iterable[tuple[Told, str]], direction: str) -> Groups:
    groups: dict[str, list[tuple[Told, str]]] = {}
    for told, how in found:
        groups.setdefault(_group(told, direction), []).append((told, how))
    return tuple((name, tuple(groups[name])) for name in sorted(groups))


def _near(mni: Coordinate, store: Store) -> dict[str, float]:
    from trdreport.brain.atlas import load_atlas

    content = store.remember(
        "near",
        (json.dumps([float(v) for v in mni]), str(SAME_PLACE_MM)),
        lambda: json.dumps(load_atlas().within(mni, SAME_PLACE_MM)).encode(),
    )
    near: dict[str, float] = json.loads(content)
    return near


def _direction(cluster: Cluster, case: str) -> str:
    """`increase` or `decrease` in the patients, or empty when its foci say both."""
    ways = {
        split_contrast(focus.contrast)[0] == case
        for part in cluster.contributions
        for focus in part.inside
    }
    if len(ways) != 1:
        return ""
    return "increase" if ways.pop() else "decrease"


def _how_near(
    registry: Registry, told: Told, own: str, near: Iterable[str], peak: Coordinate
) -> str:
    """In which way a statement is about the place of a cluster; empty for not at all."""
    at = told.statement.coordinate
    if at is not None:
        point = np.array([[at.x, at.y, at.z]], dtype=float)
        mni = convert(point, at.space, "MNI", registry.plan.transform)
        distance = float(np.linalg.norm(mni - peak))
        if distance <= SAME_PLACE_MM:
            return f"its coordinate is {distance:.0f} mm away"
    areas = registry.review.areas
    direct = [name for name in _named(told.statement) if plain(name) not in areas]
    wide = [name for name in _named(told.statement) if plain(name) in areas]
    regions = {name: area.regions for name, area in areas.items()}
    if any(own in sided_regions(name, regions) for name in direct):
        return "same region"
    holding = [name for name in wide if own in sided_regions(name, regions)]
    if holding:
        label = areas[plain(holding[0])]
        return f"{label.label}{HOLDS}"
    if any(set(near) & sided_regions(name, regions) for name in direct):
        return "adjacent region"
    return ""


def _group(told: Told, direction: str) -> str:
    """Under which heading a statement stands beside a cluster."""
    said = told.statement.direction
    if said == ASSOCIATION:
        return "Related to improvement"
    if told.statement.treatments or told.record.design in ("pre_post", "predictive"):
        return f"With treatment: {said}"
    if not direction or said not in ("increase", "decrease"):
        return f"Patients against others: {said}"
    return "Patients against others: " + (
        "the same direction" if said == direction else "another direction"
    )
