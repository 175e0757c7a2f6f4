"""The living list of candidates, and who meets which criterion."""

from collections.abc import Iterator

from trdreport.model.eligibility import Answer
from trdreport.records.loading import Registry
from trdreport.sections.tables import NOT_APPLICABLE, Table, shown

MET = {True: "met", False: "not met"}


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
        ("Candidate", "Published", "Stage", "What was read", "Grounds", "What would change it"),
        tuple(rows),
        places=tuple(f"candidate-{candidate.id}" for candidate in registry.screened),
    )


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
        ("Step", "Number"),
        tuple((step, str(count)) for step, count in counts),
        ("Number",),
    )


def eligibility_table(registry: Registry) -> Table:
    """Studies and candidates by criterion."""
    criteria = [criterion.id for criterion in registry.review.eligibility]
    answered = [(s.label, f"studies/{s.id}.html", s.eligibility) for s in registry.studies]
    links = {label: page for label, page, _ in answered}
    rows = [
        *((label, "included", *_answers(own, criteria)) for label, _, own in answered if own),
        *(
            (c.label, c.status.replace("_", " "), *_answers(c.eligibility, criteria))
            for c in registry.screened
        ),
    ]
    return Table(
        "eligibility",
        "Criteria of eligibility, record by record",
        ("Record", "Stage", *criteria),
        tuple(rows),
        notes=(
            "; ".join(f"{c.id}: {c.text.rstrip('.')}" for c in registry.review.eligibility) + ".",
            "The reason of each answer stands on the study's page and in the candidate's record.",
        ),
        links=links,
    )


def _answers(own: dict[str, Answer], criteria: list[str]) -> Iterator[str]:
    for name in criteria:
        if name not in own:
            yield "not answered"
        else:
            met = own[name].met
            yield MET[met] if isinstance(met, bool) else shown(met)
