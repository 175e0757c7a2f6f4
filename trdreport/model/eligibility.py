"""Whether a record meets the criteria of the review, criterion by criterion."""

from typing import Annotated

from trdreport.model.fields import Maybe, Record, Text, declared


class Answer(Record):
    """Whether one criterion is met, and why we say so."""

    met: Annotated[
        Maybe[bool],
        declared(
            "Whether it is met; not_available where we lack the document.",
            label="Met",
            example=True,
        ),
    ]
    reason: Annotated[
        Text, declared("What the answer rests on.", label="Reason", example="Diagnosed by DSM-IV.")
    ]


Eligibility = Annotated[
    dict[str, Answer],
    declared(
        "An answer to each criterion of review.yaml, by its id.", label="Eligibility", page=False
    ),
]
