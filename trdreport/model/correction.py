"""Corrections of values that are known to be wrong in print."""

from typing import Annotated

from trdreport.model.fields import Identifier, Maybe, Number, Record, Text, declared

Value = int | Number | Text
"""A value of a record: a number or a text."""


class Correction(Record):
    """One value of a study that is wrong in print. The study's record keeps it as printed."""

    study: Annotated[Identifier, declared("Id of the study.", label="Study", example="wu2011")]
    field: Annotated[
        Text,
        declared("Path of the field, such as groups.TRD.n.", label="Field", example="groups.TRD.n"),
    ]
    printed: Annotated[
        Value, declared("The value as the record has it.", label="Printed", example=22)
    ]
    corrected: Annotated[Value, declared("The value that is right.", label="Corrected", example=23)]
    reason: Annotated[
        Text,
        declared(
            "How it is known, with its source.",
            label="Reason",
            example="The text and Table 3 of the paper say 23.",
        ),
    ]
    reported_to_authors: Annotated[
        Maybe[bool],
        declared(
            "Whether the paper's authors were told.", label="Reported to the authors", example=False
        ),
    ]
