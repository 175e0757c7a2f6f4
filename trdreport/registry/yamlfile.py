"""Read one YAML file into plain data, remembering the line and column of every value.

The accepted YAML is small on purpose: one document, no aliases, no tags, no timestamps. A number
keeps its printed digits: `43.90` becomes `Decimal("43.90")`.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from trdreport.errors import DataError, Problem, file_problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 20

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class YamlFile:
    """The contents of one file and where each value stands in it.

    `data` holds dicts, tuples, str, int, bool, None and Decimal. `positions` maps the path of
    keys and indices of a value to its line and column, counted from 1; `keys` does the same for
    the key in front of a value.
    """

    path: str
    data: Any
    positions: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path_, tuple[int, int]] = field(default_factory=dict)

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
    text = read_text(path)
    shown = str(path)
    try:
        _refuse_events(shown, YAML(typ="safe", pure=True).parse(text))
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = " ".join(str(error.problem or error.context or "not valid YAML").split())
        raise DataError(
            [
                Problem(
                    shown, line, column, "", f"cannot read the YAML: {what}; mend the syntax here"
                )
            ]
        ) from error
    except (YAMLError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise DataError([file_problem(shown, f"cannot read the YAML: {first}")]) from error
    if root is None:
        raise DataError([file_problem(shown, "the file is empty; write a record or delete it")])
    positions: dict[Path_, tuple[int, int]] = {}
    keys: dict[Path_, tuple[int, int]] = {}
    problems: list[Problem] = []
    data = _build(root, (), positions, keys, shown, problems)
    if problems:
        raise DataError(problems)
    return YamlFile(shown, data, positions, keys)


def read_text(path: Path) -> str:
    """The text of a registry file; raises DataError for links, large files and bad encodings."""
    if path.is_symlink():
        raise DataError([file_problem(path, "is a symbolic link; put the file itself here")])
    try:
        size = os.stat(path).st_size
        if not path.is_file():
            raise DataError([file_problem(path, "is not a regular file; put a YAML file here")])
        if size > MAX_BYTES:
            message = f"is {size:,} bytes, more than {MAX_BYTES:,}; is this the right file?"
            raise DataError([file_problem(path, message)])
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            [file_problem(path, f"is not UTF-8 text (byte {error.start}); save it as UTF-8")]
        ) from error
    except OSError as error:
        raise DataError([file_problem(path, f"cannot be read: {error.strerror}")]) from error


def _refuse_events(path: str, events: Iterator[Event]) -> None:
    problems = []
    documents = depth = 0
    for event in events:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        refusal = ""
        anchor = getattr(event, "anchor", None)
        if isinstance(event, AliasEvent):
            refusal = f"the alias *{anchor} is not allowed; write the value out"
        elif anchor:
            refusal = f"the anchor &{anchor} is not allowed; remove it"
        elif _explicit_tag(event):
            refusal = f"the tag {_explicit_tag(event)} is not allowed; write the plain value"
        elif isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                refusal = "a second document starts here; keep one document a file"
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise DataError(
                    [Problem(path, line, column, "", f"is nested deeper than {MAX_DEPTH} levels")]
                )
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            depth -= 1
        if refusal:
            problems.append(Problem(path, line, column, "", refusal))
    if problems:
        raise DataError(problems)


def _explicit_tag(event: Event) -> str:
    if isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
        tag = event.ctag
        return str(tag) if tag is not None and str(tag) != "None" else ""
    return ""


def _build(
    node: Node,
    loc: Path_,
    positions: dict[Path_, tuple[int, int]],
    keys: dict[Path_, tuple[int, int]],
    path: str,
    problems: list[Problem],
) -> Any:
    positions[loc] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, SequenceNode):
        return tuple(
            _build(child, (*loc, index), positions, keys, path, problems)
            for index, child in enumerate(node.value)
        )
    if isinstance(node, MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            mark = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            if not isinstance(key, str):
                problems.append(Problem(path, *mark, dotted(loc), "a key must be plain text"))
                continue
            if key in mapping:
                message = f"the key '{key}' stands twice; keep one of the two"
                problems.append(Problem(path, *mark, dotted((*loc, key)), message))
                continue
            keys[(*loc, key)] = mark
            mapping[key] = _build(value_node, (*loc, key), positions, keys, path, problems)
        return mapping
    assert isinstance(node, ScalarNode)  # noqa: S101 (YAML has no fourth kind of node)
    return _scalar(node)


def _scalar(node: ScalarNode) -> str | int | bool | Decimal | None:
    kind = str(node.tag).rsplit(":", 1)[-1]
    text: str = node.value
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int" and len(text) < 100:
        digits = text.replace("_", "")
        return int(digits, 0 if digits.lstrip("+-")[:2].lower() in ("0x", "0o") else 10)
    if kind == "float":
        return Decimal(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    return text
