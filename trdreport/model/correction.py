"""Corrections of values that are known to be wrong in print."""

from typing import Annotated

from pydantic import Field

from trdreport.model.fields import Identifier, Maybe, Number, Record, Text

Value = int | Number | Text
"""A value of a record: a number or a text."""


class Correction(Record):
    """One value of a study that is wrong in print. The study's record keeps it as printed."""

    study: Annotated[Identifier, Field(description="Id of the study.")]
    field: Annotated[Text, Field(description="Path of the field, such as groups.TRD.n.")]
    printed: Annotated[Value, Field(description="The value as the record has it.")]
    corrected: Annotated[Value, Field(description="The value that is right.")]
    reason: Annotated[Text, Field(description="How it is known, with its source.")]
    reported_to_authors: Annotated[
        Maybe[bool], Field(description="Whether the paper's authors were told.")
    ]
