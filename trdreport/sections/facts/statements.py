"""What reviews and abstracts state about single regions: the evidence around the meta-analysis.

Context, not evidence synthesis: nothing here is pooled, and nothing here enters a meta-analysis.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from trdreport.brain.regions import SIDES, sided_regions
from trdreport.model.evidence import Evidence, Statement
from trdreport.records.loading import Registry
from trdreport.sections.words import listed

ASSOCIATION = "association with improvement"
DIRECTIONS = ("increase", "decrease", "no change", ASSOCIATION)


@dataclass(frozen=True)
class StatementView:
    """A statement with the record that it stands in; `atlas` has the regions that it is about.

    `where` names its regions and `treatments` its treatments in words; `document` is where it was
    read.
    """

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


@dataclass(frozen=True)
class Conflict:
    """Statements that are against each other, and why."""

    why: str
    one: tuple[StatementView, ...]
    other: tuple[StatementView, ...]


@dataclass(frozen=True)
class EvidenceView:
    """All statements; the rows and columns of their map; what is set against what."""

    statements: tuple[StatementView, ...]
    regions: tuple[str, ...]
    modalities: tuple[str, ...]
    treatments: Mapping[str, str]
    conflicts: tuple[Conflict, ...]

    def marks(self, region: str, modality: str) -> tuple[StatementView, ...]:
        """Statements about a region, its side aside, in one modality."""
        return tuple(
            each
            for each in self.statements
            if each.statement.modality == modality
            and region in (plain(name) for name in named(each.statement))
        )


def plain(name: str) -> str:
    """A region or area without its side."""
    side, _, rest = name.partition(" ")
    return rest if side in SIDES else name


def named(statement: Statement) -> tuple[str, ...]:
    """Every region or area that a statement names, at both ends of a connection."""
    return (*statement.regions, *statement.connected_to)


def evidence_view(registry: Registry) -> EvidenceView:
    """Every statement, and what the map and the matrix need."""
    statements = tuple(_statements(registry))
    used = {plain(name) for each in statements for name in named(each.statement)}
    areas = registry.review.areas
    networks = [name for name in areas if name in used]
    regions = sorted(used - set(networks))
    modalities = dict.fromkeys(each.statement.modality for each in statements)
    treatments = {name for each in statements for name in each.statement.treatments}
    return EvidenceView(
        statements=statements,
        regions=(*regions, *networks),
        modalities=tuple(modalities),
        treatments={k: v for k, v in registry.review.treatments.items() if k in treatments},
        conflicts=tuple(_conflicts(statements)),
    )


def _statements(registry: Registry) -> Iterator[StatementView]:
    areas = {name: area.regions for name, area in registry.review.areas.items()}
    for record in registry.evidence:
        for number, statement in enumerate(record.statements, 1):
            where = listed(statement.regions) or "no single region"
            if statement.connected_to:
                where += f" with {listed(statement.connected_to)}"
            yield StatementView(
                id=f"{record.id}-{number}",
                record=record,
                statement=statement,
                atlas=frozenset[str]().union(*(sided_regions(n, areas) for n in named(statement))),
                treatments=", ".join(registry.review.treatments[t] for t in statement.treatments),
                where=where,
                document=registry.references[record.document].cited,
            )


def _conflicts(statements: Sequence[StatementView]) -> Iterator[Conflict]:
    """What a document itself sets against each other, then opposite directions in one region."""
    seen = set()
    by_record: dict[str, list[StatementView]] = {}
    for each in statements:
        by_record.setdefault(each.record.id, []).append(each)
    for each in statements:
        for other in each.record.set_against:
            pair = frozenset((each.record.id, other))
            if pair not in seen:
                seen.add(pair)
                yield Conflict(
                    f"{each.document} sets these against each other",
                    tuple(by_record[each.record.id]),
                    tuple(by_record[other]),
                )
    treated = [each for each in statements if each.statement.treatments]
    for one, two in combinations(treated, 2):
        opposite = {one.statement.direction, two.statement.direction} == {"increase", "decrease"}
        pair = frozenset((one.record.id, two.record.id))
        if opposite and _same_thing(one, two) and pair not in seen:
            seen.add(pair)
            yield Conflict("opposite directions in the same region", (one,), (two,))


def _same_thing(one: StatementView, two: StatementView) -> bool:
    """Whether two statements are about one measure in overlapping regions, at both ends."""
    a, b = one.statement, two.statement
    if (a.measure, a.metabolite) != (b.measure, b.metabolite):
        return False
    if not (a.connected_to and b.connected_to):
        return not (a.connected_to or b.connected_to) and bool(one.atlas & two.atlas)
    return {plain(n) for n in named(a)} == {plain(n) for n in named(b)}
