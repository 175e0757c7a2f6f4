"""A candidate: a work that was found and is not, or not yet, an included study.

A record has no groups and no foci, so nothing in it can enter a meta-analysis.
"""

from typing import Annotated, Literal

from pydantic import model_validator

from trdreport.model.eligibility import Eligibility
from trdreport.model.fields import (
    CitationKey,
    Contrast,
    Date,
    Identifier,
    Maybe,
    Record,
    Text,
    declared,
)

OUTSIDE = ("search date", "kind of work")
"""Grounds that are no numbered criterion: published after the last search, or left out by kind."""


class Failure(Record):
    """One ground for exclusion."""

    criterion: Annotated[
        Text,
        declared(
            "A criterion such as E6, or `search date`, or `kind of work`.",
            label="Criterion",
            example="E6",
        ),
    ]
    reason: Annotated[
        Text, declared("What fails, in words.", label="Reason", example="Regions of interest only.")
    ]


class Candidate(Record):
    """A work on the living list."""

    id: Annotated[
        Identifier,
        declared(
            "The name of the file without .yaml.",
            label="Candidate",
            example="zhang2026",
            wrong="Zhang 2026",
        ),
    ]
    citation: Annotated[
        CitationKey, declared("Key in references.bib.", label="Citation key", example="zhang2026")
    ]
    search: Annotated[
        Identifier | None,
        declared(
            "The search that found it, by its id in search.yaml; left out where none did.",
            label="Search",
            example="original",
        ),
    ] = None
    label: Annotated[Text, declared("Short name.", label="Candidate", example="Zhang 2026")]
    published: Annotated[
        Maybe[Date],
        declared(
            "Day of publication.", label="Published", example="2026-01-15", wrong="January 2026"
        ),
    ]
    found_by: Annotated[
        Text, declared("How it came to us.", label="Found by", example="update search of PubMed")
    ]
    status: Annotated[
        Literal["to_screen", "full_text", "excluded", "included"],
        declared(
            "to_screen: not read yet; full_text: title and abstract passed, full text"
            " to be read; excluded; included: it has a study record.",
            label="Status",
            example="full_text",
            wrong="maybe",
        ),
    ]
    read: Annotated[
        Literal["nothing", "title_and_abstract", "full_text"],
        declared(
            "What of it was read for this decision.", label="Read", example="title_and_abstract"
        ),
    ]
    approach: Annotated[
        Maybe[Literal["whole_brain", "seed_based", "region_of_interest", "task", "not_primary"]],
        declared(
            "How the brain was searched; not_primary for reviews and comments.",
            label="Approach",
            example="whole_brain",
        ),
    ]
    modality: Annotated[
        Text | None,
        declared(
            "Its imaging, as in review.yaml; left out while it is not known.",
            label="Modality",
            example="VBM",
        ),
    ] = None
    contrasts: Annotated[
        tuple[Contrast, ...],
        declared(
            "Contrasts for which it may have foci; left out while they are not known.",
            label="Contrasts",
            example=["TRD>HC", "HC>TRD"],
        ),
    ] = ()
    fails: Annotated[
        tuple[Failure, ...], declared("Grounds for exclusion; none unless excluded.", label="Fails")
    ] = ()
    would_be_eligible: Annotated[
        Text | None,
        declared(
            "What would make it eligible.",
            label="Would be eligible",
            example="With whole-brain coordinates.",
        ),
    ] = None
    eligibility: Eligibility
    notes: Annotated[
        tuple[Text, ...],
        declared("Anything else.", label="Notes", example=["The supplement is not in hand."]),
    ] = ()

    @model_validator(mode="after")
    def _decided(self) -> "Candidate":
        if (self.status == "excluded") != bool(self.fails):
            raise ValueError("`fails` is given for an excluded candidate, and only then")
        if (self.status == "to_screen") != (self.read == "nothing"):
            raise ValueError("a candidate that is still to screen has read: nothing, and no other")
        return self
