"""What an update adds to the published paper: published, reproduced and updated, side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from trdreport.engine.claims import Claim, check_claims
from trdreport.engine.lock import Lock, run_changes
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import DataFile, Section, csv_file
from trdreport.sections.tables import NOT_APPLICABLE, Column, Table, Tone, texts
from trdreport.sections.words import readout_name

CSV_COLUMNS = ("claim", "analysis", "readout", "quantity", "published", "reproduced", "updated")


@dataclass(frozen=True)
class Added:
    """A search after the paper's, and the studies that it added, by id and label."""

    search: str
    date: date
    studies: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Changed:
    """What the new studies did to the findings of an analysis, in sentences; none for nothing."""

    analysis: str
    title: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class UpdateView:
    """Until when the paper searched, what was added since, and what that changed."""

    until: date
    added: tuple[Added, ...]
    studies: tuple[int, int]
    participants: tuple[int, int]
    changed: tuple[Changed, ...]


def view(computed: Computed) -> UpdateView | None:
    """What the section shows; None where the paper knew every study."""
    if not computed.reproduced:
        return None
    registry, before = computed.registry, computed.registry.as_published
    return UpdateView(
        until=before.searches[-1].date,
        added=tuple(
            Added(
                search.id,
                search.date,
                tuple((s.id, s.label) for s in registry.studies if s.search == search.id),
            )
            for search in registry.searches[len(before.searches) :]
        ),
        studies=(len(before.studies), len(registry.studies)),
        participants=(before.participants, registry.participants),
        changed=tuple(_changed(computed)),
    )


def _changed(computed: Computed) -> Iterator[Changed]:
    runs = Lock.model_validate_json(computed.lock).runs
    for run in computed.leading:
        before = runs[f"{run.id}@{computed.registry.published.as_of}"]
        changes = tuple(run_changes(before, runs[run.id]))
        yield Changed(run.analysis.id, run.analysis.title, changes)


def tables(computed: Computed) -> Iterator[Table]:
    """Every published value beside what the paper's studies give and what all give."""
    if computed.reproduced:
        yield states_table(computed)


def files(computed: Computed) -> Iterator[DataFile]:
    """The same as data."""
    if computed.reproduced:
        rows = (
            (c.claim, c.analysis, c.readout, c.quantity, c.published, c.computed, now)
            for c, now, _ in _pairs(computed)
        )
        yield csv_file("states.csv", CSV_COLUMNS, rows, "published, reproduced and updated values")


def _pairs(computed: Computed, analysis: str = "") -> Iterator[tuple[Claim, str, bool]]:
    """Claims, of one analysis or all, each with what all studies give, and whether it is the same.

    As many clusters are not the same where they are others.
    """
    updated = {c.claim: c for c in check_claims(computed.registry, computed.results)}
    for claim in computed.claims:
        if analysis in ("", claim.analysis):
            now = updated.get(claim.claim)
            found = (now.computed, now.difference, now.verdict) if now else None
            same = found == (claim.computed, claim.difference, claim.verdict)
            yield claim, now.computed if now else NOT_APPLICABLE, same


def states_table(computed: Computed, analysis: str = "") -> Table:
    """Published, reproduced and updated values, of one analysis or of the whole review."""
    registry = computed.registry
    titles = {each.id: each.title for each in registry.plan.analyses}
    pairs = tuple(_pairs(computed, analysis))
    rows = tuple(
        (
            titles.get(c.analysis, "Whole review"),
            readout_name(c.readout) if c.readout else NOT_APPLICABLE,
            c.quantity, c.published, c.computed, now,
            "as before" if same else "others" if now == c.computed else "changed",
        )
        for c, now, same in pairs
    )  # fmt: skip
    tones: tuple[Tone, ...] = tuple("good" if same else "open" for _, _, same in pairs)
    of = f": {titles[analysis]}" if analysis else ""
    return Table(
        f"states-{analysis}" if analysis else "states",
        f"Published, reproduced and updated{of}",
        (
            *texts("Analysis", "Readout", "Quantity", "Published", "Reproduced", "Updated"),
            Column("With the new studies", "verdict"),
        ),
        rows,
        notes=(
            f"Published: as the paper gives it. Reproduced: computed from its"
            f" {len(registry.as_published.studies)} studies. Updated: the same computed from all"
            f" {len(registry.studies)}. The last column sets updated against reproduced; others: as"
            " many clusters, but not the same. All by the choices that each analysis leads with.",
        ),
        tones=tones,
    )


SECTION = Section(
    id="update",
    place="since-the-paper",
    title="What the update adds",
    page="results.html",
    view=view,
    tables=tables,
    files=files,
)
