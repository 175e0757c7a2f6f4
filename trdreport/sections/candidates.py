"""The living list of candidates, and who meets which criterion."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trdreport.model.eligibility import Answer
from trdreport.records.loading import Registry
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import DataFile, Section, table_files
from trdreport.sections.tables import NOT_APPLICABLE, Table, numbers, shown, texts

MET = {True: "met", False: "not met"}


@dataclass(frozen=True)
class CandidatesView:
    """Whether there is any candidate."""

    any: bool


def view(computed: Computed) -> CandidatesView:
    """What the section shows beside its tables."""
    return CandidatesView(bool(computed.registry.screened))


def tables(computed: Computed) -> Iterator[Table]:
    """The candidates and their counts, where there are any, and who meets which criterion."""
    if computed.registry.screened:
        yield from _of_candidates(computed.registry)
    yield eligibility_table(computed.registry)


def files(computed: Computed) -> Iterator[DataFile]:
    """The same tables as files where no page shows them: scripts find them in every site."""
    if not computed.registry.screened:
        for table in _of_candidates(computed.registry):
            yield from table_files(table)


def _of_candidates(registry: Registry) -> Iterator[Table]:
    yield candidate_table(registry)
    yield update_table(registry)


def candidate_table(registry: Registry) -> Table:
    """Every candidate with its status and the grounds for it."""
    rows = [
        (
            candidate.label, shown(candidate.published), candidate.status.replace("_", " "),
            candidate.read.replace("_", " "),
            "; ".join(f"{f.criterion}: {f.reason}" for f in candidate.fails) or NOT_APPLICABLE,
            candidate.would_be_eligible or NOT_APPLICABLE,
        )
        for candidate in registry.screened
    ]  # fmt: skip
    return Table(
        "candidates",
        "Living list: candidates since the search",
        texts(
            "Candidate", "Published", "Stage", "What was read", "Grounds", "What would change it"
        ),
        tuple(rows),
        places=tuple(f"candidate-{candidate.id}" for candidate in registry.screened),
    )  # fmt: skip


def update_table(registry: Registry) -> Table:
    """The candidates as counts of a PRISMA flow of the update to come."""
    listed = registry.screened
    screened = [c for c in listed if c.status != "to_screen"]
    early = [c for c in screened if c.status == "excluded" and c.read == "title_and_abstract"]
    sought = [c for c in screened if c not in early]
    waiting = [c for c in sought if c.status == "full_text"]
    assessed = [c for c in sought if c not in waiting]
    excluded = [c for c in assessed if c.status == "excluded"]
    counts = (
        ("Records identified", len(listed)),
        ("Records still to screen", len(listed) - len(screened)),
        ("Records screened", len(screened)),
        ("Records excluded", len(early)),
        ("Reports sought for retrieval", len(sought)),
        ("Reports still to read", len(waiting)),
        ("Reports assessed for eligibility", len(assessed)),
        ("Reports excluded", len(excluded)),
        ("Studies included", len(assessed) - len(excluded)),
    )
    return Table(
        "update",
        f"The update since {registry.searches[-1].date} in numbers, from the living list",
        (*texts("Step"), *numbers("Number")),
        tuple((step, str(count)) for step, count in counts),
    )


def eligibility_table(registry: Registry) -> Table:
    """Studies and candidates by criterion."""
    criteria = [criterion.id for criterion in registry.review.eligibility]
    answered = [study for study in registry.studies if study.eligibility]
    rows = [
        *((s.label, "included", *_answers(s.eligibility, criteria)) for s in answered),
        *(
            (c.label, c.status.replace("_", " "), *_answers(c.eligibility, criteria))
            for c in registry.screened
        ),
    ]
    return Table(
        "eligibility",
        "Criteria of eligibility, record by record",
        texts("Record", "Stage", *criteria),
        tuple(rows),
        notes=(
            "; ".join(f"{c.id}: {c.text.rstrip('.')}" for c in registry.review.eligibility) + ".",
            "The reason of each answer stands on the study's page and in the candidate's record.",
        ),
        pages=(*(f"studies/{s.id}.html" for s in answered), *("" for _ in registry.screened)),
    )


def _answers(answers: Mapping[str, Answer], criteria: list[str]) -> Iterator[str]:
    for name in criteria:
        if name not in answers:
            yield "not answered"
        else:
            met = answers[name].met
            yield MET[met] if isinstance(met, bool) else shown(met)


SECTION = Section(
    id="candidates",
    place="living-list",
    title="Candidates and eligibility",
    page="studies.html",
    view=view,
    tables=tables,
    files=files,
)
