"""Reproduction of the published claims: every value beside what was computed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trdreport.engine.claims import VOLUME_TOLERANCE_MM3, Claim, Verdict
from trdreport.records.loading import Registry
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import DataFile, Section, csv_file
from trdreport.sections.tables import NOT_APPLICABLE, Column, Table, Tone, texts
from trdreport.sections.words import readout_name

CSV_COLUMNS = (
    "claim", "analysis", "quantity", "published", "computed", "verdict", "readout", "difference",
    "place",
)  # fmt: skip

TONES: dict[Verdict, Tone] = {
    Verdict.REPRODUCED: "good",
    Verdict.MORE_FOUND: "good",
    Verdict.NOT_REPRODUCED: "bad",
    Verdict.NOT_COMPUTED: "bad",
}


@dataclass(frozen=True)
class ClaimsView:
    """How many claims have which verdict; verdicts of none are left out."""

    verdicts: tuple[tuple[str, int], ...]


def view(computed: Computed) -> ClaimsView:
    """What the section shows."""
    counts = ((v.value, sum(c.verdict is v for c in computed.claims)) for v in Verdict)
    return ClaimsView(tuple((verdict, count) for verdict, count in counts if count))


def tables(computed: Computed) -> Iterator[Table]:
    """Every claim."""
    yield claim_table(computed.registry, computed.claims)


def files(computed: Computed) -> Iterator[DataFile]:
    """The claims as data."""
    rows = [
        (
            c.claim, c.analysis, c.quantity, c.published, c.computed, c.verdict.value, c.readout,
            c.difference, c.place,
        )
        for c in computed.claims
    ]  # fmt: skip
    yield csv_file("claims.csv", CSV_COLUMNS, rows, "published values beside ours")


def claim_table(registry: Registry, claims: Iterable[Claim]) -> Table:
    """Published values beside computed ones."""
    titles = {analysis.id: analysis.title for analysis in registry.plan.analyses}
    claims = tuple(claims)
    rows = [
        (
            titles.get(claim.analysis, "Whole review"),
            readout_name(claim.readout) if claim.readout else NOT_APPLICABLE, claim.quantity,
            claim.published, claim.computed, claim.difference, claim.verdict.value,
        )
        for claim in claims
    ]  # fmt: skip
    return Table(
        "reproduction",
        "Published claims and what was computed",
        (
            *texts("Analysis", "Readout", "Quantity", "Published", "Computed", "Difference"),
            Column("Verdict", "verdict"),
        ),
        tuple(rows),
        notes=(
            "Reproduced means: peaks agree to the voxel, volumes within"
            f" {VOLUME_TOLERANCE_MM3} mm³, ALE and p at the digits printed, and so do the decisions"
            " about significance and the studies behind a cluster.",
        ),
        tones=tuple(TONES[claim.verdict] for claim in claims),
    )


SECTION = Section(
    id="claims",
    place="reproduction-section",
    title="Reproduction of the published claims",
    page="methods.html",
    view=view,
    tables=tables,
    files=files,
)
