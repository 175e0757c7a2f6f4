"""Places in a record by their path: read one value, replace one value."""

import re
from typing import Any

from trdreport.records.yamlfile import Path_

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
