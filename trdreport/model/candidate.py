"""A candidate: a work that was found and is not, or not yet, an included study.

A record has no groups and no foci, so nothing in it can enter a meta-analysis.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trdreport.model.eligibility import Eligibility
from trdreport.model.fields import CitationKey, Date, Identifier, Maybe, Record, Text

OUTSIDE = ("search date", "kind of work")
"""Grounds that are no numbered criterion: published after the last search, or left out by kind."""


class Failure(Record):
    """One ground for exclusion."""

    criterion: Annotated[
        Text, Field(description="A criterion such as E6, or `search date`, or `kind of work`.")
    ]
    reason: Annotated[Text, Field(description="What fails, in words.")]


class Candidate(Record):
    """A work on the living list."""

    id: Annotated[Identifier, Field(description="The name of the file without .yaml.")]
    citation: Annotated[CitationKey, Field(description="Key in references.bib.")]
    label: Annotated[Text, Field(description="Short name.")]
    published: Annotated[Maybe[Date], Field(description="Day of publication.")]
    found_by: Annotated[Text, Field(description="How it came to us.")]
    status: Annotated[
        Literal["to_screen", "full_text", "excluded", "included"],
        Field(
            description="to_screen: not read yet; full_text: title and abstract passed, full text"
            " to be read; excluded; included: it has a study record."
        ),
    ]
    read: Annotated[
        Literal["nothing", "title_and_abstract", "full_text"],
        Field(description="What of it was read for this decision."),
    ]
    approach: Annotated[
        Maybe[Literal["whole_brain", "seed_based", "region_of_interest", "task", "not_primary"]],
        Field(description="How the brain was searched; not_primary for reviews and comments."),
    ]
    fails: Annotated[
        tuple[Failure, ...], Field(description="Grounds for exclusion; none unless excluded.")
    ] = ()
    would_be_eligible: Annotated[Text | None, Field(description="What would make it eligible.")] = (
        None
    )
    eligibility: Eligibility
    notes: Annotated[tuple[Text, ...], Field(description="Anything else.")] = ()

    @model_validator(mode="after")
    def _decided(self) -> "Candidate":
        if (self.status == "excluded") != bool(self.fails):
            raise ValueError("`fails` is given for an excluded candidate, and only then")
        if (self.status == "to_screen") != (self.read == "nothing"):
            raise ValueError("a candidate that is still to screen has read: nothing, and no other")
        return self
