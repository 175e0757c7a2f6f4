"""Corrections of values that are known to be wrong in print."""

import re
from typing import Annotated, Any

from pydantic import Field

from trdreport.registry.fields import Identifier, Maybe, Number, Record, Text
from trdreport.registry.yamlfile import Path_

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


PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def path_of(field: str) -> Path_:
    """`contrasts[0].foci[2].z` as keys and indices."""
    return tuple(int(index) if index else name for name, index in PART.findall(field))


def value_at(data: Any, loc: Path_) -> Any:
    """The value at a place of a record; raises KeyError when there is none."""
    for part in loc:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError) as error:
            raise KeyError(part) from error
    return data


def replaced(data: Any, loc: Path_, value: Any) -> Any:
    """A record's data with another value at a place; the data themselves stay as they are."""
    if not loc:
        return value
    first, *rest = loc
    if isinstance(data, dict):
        return {**data, first: replaced(data[str(first)], tuple(rest), value)}
    items = list(data)
    items[int(first)] = replaced(items[int(first)], tuple(rest), value)
    return tuple(items)
