"""Rules of good practice, each decided by the data."""

from collections.abc import Iterable, Iterator, Mapping

from trdreport.checks.practice import Practice, Status
from trdreport.records.bibliography import Reference
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import Section
from trdreport.sections.tables import Column, Table, Tone, texts
from trdreport.sections.words import listed

TONES: dict[Status, Tone] = {
    Status.MET: "good",
    Status.NOT_MET: "bad",
    Status.UNKNOWN: "open",
}


def tables(computed: Computed) -> Iterator[Table]:
    """Every rule, then what is asked of a living review."""
    yield practice_table(
        "guidelines", "Rules of good practice", computed.practice, computed.methods
    )
    yield practice_table(
        "living",
        "What PRISMA-LSR asks of a living review",
        computed.living_practice,
        computed.methods,
    )


def practice_table(
    id_: str, title: str, practices: Iterable[Practice], references: Mapping[str, Reference]
) -> Table:
    """Rules with their practices and who asks for them."""
    practices = tuple(practices)
    rows = [
        (
            practice.rule, practice.status.value, practice.evidence,
            listed([references[key].cited for key in practice.source])
            + (f", {practice.item}" if practice.item else ""),
        )
        for practice in practices
    ]  # fmt: skip
    return Table(
        id_,
        title,
        (
            *texts("Rule"), Column("Status", "verdict"), *texts("Evidence", "Asked by"),
        ),
        tuple(rows),
        notes=(
            "Decided by software from the records, the plan and the results. A rule's number in its"
            " source is given where it was checked.",
        ),
        tones=tuple(TONES[practice.status] for practice in practices),
    )  # fmt: skip


def view(computed: Computed) -> tuple[Practice, ...] | None:
    """The practices; None without any."""
    return computed.practice or None


SECTION = Section(
    id="practice",
    place="practice",
    title="Rules of good practice",
    page="methods.html",
    view=view,
    tables=tables,
)
