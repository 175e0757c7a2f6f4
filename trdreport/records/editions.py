"""Editions and their frozen data: plain data in `editions/<id>.json`, beside the record.

The frozen data do not depend on the models of today nor on the depth of the history, so that an
edition can be shown for ever. They are trusted as far as their SHA-256 is that of the record.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from trdreport.brain.spaces import Coordinate, coordinate
from trdreport.model.edition import Edition

FOLDER = "editions/"

FORMAT = 1
"""Changes when the shape of the frozen data does."""

NESTED = 4
"""Levels of the frozen data that stand on lines of their own; deeper ones are one line each."""

Anchors = Mapping[tuple[str, str], Mapping[int, Coordinate]]
"""By run and kind of readout: the number of a cluster in its address, and its peak in mm."""


@dataclass(frozen=True)
class Frozen:
    """An edition and the text of its frozen data."""

    edition: Edition
    text: str = field(repr=False)

    @cached_property
    def data(self) -> Mapping[str, Any]:
        """The frozen data, as `yamlfile` reads data: numbers keep their digits."""
        found: Mapping[str, Any] = _read(self.text)
        return found


@dataclass(frozen=True)
class Standing:
    """Where records stand: they are those of an edition, or a draft after it."""

    edition: Edition
    draft: bool

    @property
    def words(self) -> str:
        """`edition 2026-1 of 2026-07-01`, `draft after edition 2026-1 of 2026-07-01`."""
        return f"{'draft after ' * self.draft}edition {self.edition.id} of {self.edition.date}"

    @property
    def version(self) -> str:
        """The same in short, for programs."""
        return f"{'draft after ' * self.draft}{self.edition.id}"


def frozen_file(root: Path, edition: str) -> Path:
    """The file of frozen data of an edition in a registry."""
    return root / FOLDER / f"{edition}.json"


def sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def in_order(root: Path, editions: Iterable[Edition]) -> tuple[Frozen, ...]:
    """Editions with their frozen data, oldest first."""
    return tuple(
        Frozen(each, frozen_file(root, each.id).read_bytes().decode())
        for each in sorted(editions, key=lambda each: each.date)
    )


def told(edition: Edition) -> dict[str, Any]:
    """What the frozen data repeat of an edition: all but their own digest."""
    given = edition.model_dump(mode="json", exclude={"frozen"}, exclude_none=True)
    return {name: _plain(value) for name, value in given.items()}


def anchors(editions: Iterable[Frozen]) -> Anchors:
    """The addresses of clusters that editions, oldest first, have given away; the newest place."""
    found: dict[tuple[str, str], dict[int, Coordinate]] = {}
    for edition in editions:
        for name, kinds in edition.data["anchors"].items():
            for kind, clusters in kinds.items():
                own = found.setdefault((name, kind), {})
                own |= {int(number): coordinate(peak) for number, peak in clusters.items()}
    return found


def frozen_text(data: Mapping[str, Any]) -> str:
    """Frozen data as JSON, sorted, the same text for the same data; numbers keep their digits."""
    return "".join(_written(data, 0)) + "\n"


def _written(value: Any, depth: int) -> Iterator[str]:
    if not isinstance(value, Mapping | tuple | list) or depth == NESTED or not value:
        yield _line(value)
        return
    is_mapping = isinstance(value, Mapping)
    opened, closed = "{}" if is_mapping else "[]"
    items = (
        [(f"{json.dumps(key, ensure_ascii=False)}: ", value[key]) for key in sorted(value)]
        if is_mapping
        else [("", item) for item in value]
    )
    for index, (key, item) in enumerate(items):
        yield f"{',' if index else opened}\n{' ' * (depth + 1)}{key}"
        yield from _written(item, depth + 1)
    yield f"\n{' ' * depth}{closed}"


def _line(value: Any) -> str:
    if isinstance(value, Mapping):
        parts = (f"{json.dumps(k, ensure_ascii=False)}: {_line(value[k])}" for k in sorted(value))
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_line, value))}]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(str(value) if isinstance(value, date) else value, ensure_ascii=False)


def _read(text: str) -> Any:
    return _plain(json.loads(text, parse_float=Decimal))


def _plain(value: Any) -> Any:
    """Lists as tuples, as data of YAML files are."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return tuple(map(_plain, value)) if isinstance(value, list) else value
