"""Read one YAML file into plain data, remembering the line and column of every value.

The accepted YAML is small on purpose: one document, no aliases, no tags, no timestamps. A number
keeps its printed digits: `43.90` becomes `Decimal("43.90")`.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from trdreport.errors import DataError, Problem, file_problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_NUMBER = 40
"""Characters of a number."""

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class YamlFile:
    """The contents of one file and where each value stands in it.

    `data` holds dicts, tuples, str, int, bool, None and Decimal. `positions` maps the path of
    keys and indices of a value to its line and column, counted from 1; `keys` does the same for
    the key in front of a value. `text` is what was parsed.
    """

    path: str
    data: Any
    positions: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    text: str = field(default="", repr=False)

    def problem(self, loc: Path_, message: str, *, at_key: bool = False) -> Problem:
        """A problem at `loc`; a part of `loc` that the file does not have points to its parent."""
        loc = self._present(loc)
        line, column = (self.keys if at_key and loc in self.keys else self.positions).get(
            loc, (1, 1)
        )
        return Problem(self.path, line, column, dotted(loc), message)

    def _present(self, loc: Path_) -> Path_:
        """The parts of a pydantic location that are in the file: union tags are not."""
        present: Path_ = ()
        for part in loc:
            if (*present, part) in self.positions:
                present = (*present, part)
        return present


def dotted(loc: Path_) -> str:
    """`("contrasts", 0, "foci")` as `contrasts[0].foci`."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read_yaml(path: Path) -> YamlFile:
    """Read `path`; raises DataError with a located problem when it is not acceptable YAML."""
    return parse_yaml(read_text(path), str(path))


def parse_yaml(text: str, shown: str) -> YamlFile:
    """The YAML in `text`, called `shown` in problems; raises DataError."""
    try:
        reader = _Reader(shown, yaml.parse(text, Loader=yaml.CSafeLoader))
        data = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = " ".join(str(error.problem or error.context or "not valid YAML").split())
        message = f"cannot read the YAML: {what}; mend the syntax here"
        raise DataError([Problem(shown, line, column, "", message)]) from error
    except (yaml.YAMLError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise DataError([file_problem(shown, f"cannot read the YAML: {first}")]) from error
    if reader.problems:
        raise DataError(reader.problems)
    return YamlFile(shown, data, reader.positions, reader.keys, text)


def read_text(path: Path) -> str:
    """The text of a registry file; raises DataError for links, large files and bad encodings."""
    if path.is_symlink():
        raise DataError([file_problem(path, "is a symbolic link; put the file itself here")])
    try:
        size = os.stat(path).st_size
        if not path.is_file():
            raise DataError([file_problem(path, "is not a regular file; put a YAML file here")])
        check_size(size, str(path))
        return decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise DataError([file_problem(path, f"cannot be read: {error.strerror}")]) from error


def check_size(size: int, shown: str) -> None:
    """Raise DataError for a file of more bytes than any record has."""
    if size > MAX_BYTES:
        message = f"is {size:,} bytes, more than {MAX_BYTES:,}; is this the right file?"
        raise DataError([file_problem(shown, message)])


def decoded(content: bytes, shown: str) -> str:
    """The text of a file called `shown`; raises DataError when it is not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text (byte {error.start}); save it as UTF-8"
        raise DataError([file_problem(shown, message)]) from error


class _Reader:
    """Builds the data of one document from the parser's events, and refuses what is not allowed."""

    def __init__(self, path: str, events: Iterator[yaml.Event]) -> None:
        self.path, self.events = path, events
        self.positions: dict[Path_, tuple[int, int]] = {}
        self.keys: dict[Path_, tuple[int, int]] = {}
        self.problems: list[Problem] = []

    def document(self) -> Any:
        """The contents of the only document; an empty file is a problem."""
        data, documents = None, 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    message = "a second document starts here; keep one document a file"
                    self.refuse(event, message)
            elif isinstance(event, yaml.NodeEvent):
                value = self.value(event, (), 1)
                data = value if documents == 1 else data
        if not documents:
            message = "the file is empty; write a record or delete it"
            self.problems.append(file_problem(self.path, message))
        return data

    def refuse(self, event: yaml.Event, message: str, loc: Path_ = ()) -> None:
        self.problems.append(Problem(self.path, *_place(event), dotted(loc), message))

    def value(self, event: yaml.Event, loc: Path_, depth: int) -> Any:
        self.positions[loc] = _place(event)
        self.check_node(event)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, loc)
        if isinstance(event, yaml.AliasEvent):
            return None
        if depth > MAX_DEPTH:
            message = f"is nested deeper than {MAX_DEPTH} levels"
            raise DataError([Problem(self.path, *_place(event), "", message)])
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(loc, depth)
        return self.mapping(loc, depth)

    def scalar(self, event: yaml.ScalarEvent, loc: Path_) -> Any:
        long = len(event.value) > MAX_NUMBER and not event.style
        if long and (INT.fullmatch(event.value) or FLOAT.fullmatch(event.value)):
            message = f"is a number of {len(event.value):,} characters; write at most {MAX_NUMBER}"
            self.refuse(event, message, loc)
            return None
        return _scalar(event)

    def check_node(self, event: yaml.Event) -> None:
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            self.refuse(event, f"the alias *{event.anchor} is not allowed; write the value out")
        elif isinstance(event, yaml.NodeEvent) and event.anchor:
            self.refuse(event, f"the anchor &{event.anchor} is not allowed; remove it")
        elif tag is not None:
            self.refuse(event, f"the tag {_short(tag)} is not allowed; write the plain value")

    def sequence(self, loc: Path_, depth: int) -> tuple[Any, ...]:
        values: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            values.append(self.value(event, (*loc, len(values)), depth + 1))
        return tuple(values)

    def mapping(self, loc: Path_, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = event.value if isinstance(event, yaml.ScalarEvent) else None
            if key is None:
                self.value(event, loc, depth + 1)  # read on behind it
                self.refuse(event, "a key must be plain text", loc)
            else:
                self.check_node(event)
            here = loc if key is None else (*loc, key)
            if key in mapping:
                self.refuse(event, f"the key '{key}' stands twice; keep one of the two", here)
            elif key is not None:
                self.keys[here] = _place(event)
            value = self.value(next(self.events), here, depth + 1)
            if key is not None:
                mapping.setdefault(key, value)
        return mapping


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


# Plain scalars by the core schema of YAML 1.2.2 (10.3.2): `NO`, `1:30` and `2022-04-23` are text.
NULL = re.compile(r"~|null|Null|NULL|")
BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)


def _scalar(event: yaml.ScalarEvent) -> str | int | bool | Decimal | None:
    text: str = event.value
    if event.style is not None and event.style != "":
        return text
    if NULL.fullmatch(text):
        return None
    if BOOL.fullmatch(text):
        return text.lower() == "true"
    if INT.fullmatch(text):
        return int(text, 0 if text[:2] in ("0x", "0o") else 10)
    if FLOAT.fullmatch(text):
        return Decimal(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
