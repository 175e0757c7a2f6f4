"""Rules of good practice, each decided by the data."""

from collections.abc import Iterable, Iterator, Mapping

from trdreport.checks.practice import Status, Verdict
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
    """Every rule."""
    yield practice_table(computed.practice, computed.methods)


def practice_table(verdicts: Iterable[Verdict], references: Mapping[str, Reference]) -> Table:
    """Rules with their verdicts and who asks for them."""
    verdicts = tuple(verdicts)
    rows = [
        (
            verdict.rule, verdict.status.value, verdict.evidence,
            listed([references[key].cited for key in verdict.source])
            + (f", {verdict.item}" if verdict.item else ""),
        )
        for verdict in verdicts
    ]  # fmt: skip
    return Table(
        "guidelines",
        "Rules of good practice",
        (
            *texts("Rule"), Column("Status", "verdict"), *texts("Evidence", "Asked by"),
        ),
        tuple(rows),
        notes=(
            "Decided by software from the records, the plan and the results. A rule's number in its"
            " source is given where it was checked.",
        ),
        tones=tuple(TONES[verdict.status] for verdict in verdicts),
    )  # fmt: skip


def view(computed: Computed) -> tuple[Verdict, ...] | None:
    """The verdicts; None without any."""
    return computed.practice or None


SECTION = Section(
    id="practice",
    place="practice",
    title="Rules of good practice",
    page="methods.html",
    view=view,
    tables=tables,
)
