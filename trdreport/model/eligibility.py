"""Whether a record meets the criteria of the review, criterion by criterion."""

from typing import Annotated

from pydantic import Field

from trdreport.model.fields import Maybe, Record, Text


class Answer(Record):
    """Whether one criterion is met, and why we say so."""

    met: Annotated[
        Maybe[bool],
        Field(description="Whether it is met; not_available where we lack the document."),
    ]
    reason: Annotated[Text, Field(description="What the answer rests on.")]


Eligibility = Annotated[
    dict[str, Answer], Field(description="An answer to each criterion of review.yaml, by its id.")
]
