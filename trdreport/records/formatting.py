"""Put a record into canonical form and keep every comment.

Canonical is: fields in the order of the models, no more than one blank line, no trailing spaces, a
first line that names the schema. Values, quotes and comments stay as they are written. A comment
belongs to the field below it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trdreport.errors import DataError, Problem, file_problem
from trdreport.model import kinds
from trdreport.records.schema import schema, schema_line
from trdreport.records.yamlfile import Path_, YamlFile, parse_yaml, read_yaml
from trdreport.work.files import rewrite


def format_record(path: Path, name: str, depth: int) -> str:
    """The canonical text of a record; `name` is its kind, `depth` its folders below.

    Raises DataError when the file is no acceptable YAML.
    """
    file = read_yaml(path)
    before = path.read_text()
    lines = before.splitlines()
    first = schema_line(name, depth)
    lines = [line for line in lines if not line.startswith("# yaml-language-server:")]
    removed = len(before.splitlines()) - len(lines)
    made = _Formatter(file, lines, _Orders(schema(name)), removed)
    text = "\n".join(_tidy([first, *made.mapping((), 0, len(lines))])) + "\n"
    _check(path, file, before, text)
    return text


class _Orders:
    """The order of fields at every place of a record, from its schema."""

    def __init__(self, whole: Mapping[str, Any]) -> None:
        self.whole = whole

    def fields(self, loc: Path_) -> list[str]:
        node: Mapping[str, Any] = self.whole
        for part in loc:
            node = self._into(node, part)
        return list(self._plain(node).get("properties", {}))

    def _plain(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            node = self.whole["$defs"][str(node["$ref"]).rsplit("/", 1)[-1]]
        for option in node.get("anyOf", ()):
            inside = self._plain(option)
            if inside.get("type") in ("object", "array"):
                return inside
        return node

    def _into(self, node: Mapping[str, Any], part: str | int) -> Mapping[str, Any]:
        plain = self._plain(node)
        if isinstance(part, int):
            items: Mapping[str, Any] = plain.get("items", {}) or {}
            return items
        inner = plain.get("properties", {}).get(part) or plain.get("additionalProperties")
        return inner if isinstance(inner, Mapping) else {}


class _Formatter:
    def __init__(self, file: YamlFile, lines: list[str], orders: _Orders, removed: int) -> None:
        self.file, self.lines, self.orders, self.removed = file, lines, orders, removed

    def _line(self, loc: Path_) -> int:
        return self.file.keys[loc][0] - 1 - self.removed

    def _children(self, loc: Path_) -> list[Path_]:
        """Keys of a block mapping; none of one in braces, which begins before its first key."""
        value = self._value(loc)
        keys = [(*loc, key) for key in value] if isinstance(value, dict) else []
        in_braces = keys and self.file.positions[loc] != self.file.keys[keys[0]]
        return [] if in_braces else keys

    def _value(self, loc: Path_) -> Any:
        value = self.file.data
        for part in loc:
            value = value[part]
        return value

    def mapping(self, loc: Path_, start: int, end: int) -> Iterator[str]:
        """Lines `start` to `end` of a block mapping, its fields in order."""
        children = self._children(loc)
        if not children:
            yield from self.lines[start:end]
            return
        begins = [self._begin(self._line(key), start) for key in children]
        yield from self.lines[start : begins[0]]
        ends = [*begins[1:], end]
        order = {name: index for index, name in enumerate(self.orders.fields(loc))}
        ranges = sorted(
            zip(children, begins, ends, strict=True),
            key=lambda each: order.get(str(each[0][-1]), len(order)),
        )
        for key, begin, stop in ranges:
            yield from self._inside(key, begin, stop)

    def _begin(self, row: int, start: int) -> int:
        """The first line of a field: that of the comment above it."""
        while row > start and self.lines[row - 1].strip().startswith("#"):
            row -= 1
        return row

    def _inside(self, key: Path_, begin: int, end: int) -> Iterator[str]:
        value, row = self._value(key), self._line(key)
        if isinstance(value, dict) and self._children(key):
            yield from self.lines[begin : row + 1]
            yield from self.mapping(key, row + 1, end)
        elif isinstance(value, tuple):
            yield from self._items(key, begin, end)
        else:
            yield from self.lines[begin:end]

    def _items(self, key: Path_, begin: int, end: int) -> Iterator[str]:
        """A list; block mappings in it are put in order, the dash stays in front."""
        blocks = [(*key, index) for index in range(len(self._value(key)))]
        if not blocks or not all(self._children(item) for item in blocks):
            yield from self.lines[begin:end]
            return
        rows = [min(self._line(child) for child in self._children(item)) for item in blocks]
        yield from self.lines[begin : rows[0]]
        for item, row, stop in zip(blocks, rows, [*rows[1:], end], strict=True):
            dashed = self.lines[row]
            indent = dashed.index("-")
            self.lines[row] = dashed[:indent] + " " + dashed[indent + 1 :]
            first, *rest = self.mapping(item, row, stop)
            self.lines[row] = dashed
            yield first[:indent] + "-" + first[indent + 1 :]
            yield from rest


def _tidy(lines: list[str]) -> Iterator[str]:
    blank = True
    stripped = [line.rstrip() for line in lines]
    while stripped and not stripped[-1]:
        stripped.pop()
    for line in stripped:
        if line or not blank:
            yield line
        blank = not line


def _check(path: Path, file: YamlFile, before: str, text: str) -> None:
    """Refuse a text that would lose a value or a comment."""
    try:
        same = parse_yaml(text, str(path)).data == file.data
    except DataError:
        same = False
    if not same or _comments(before) != _comments(text):
        message = "cannot be put in order without loss; put its fields in order by hand"
        raise DataError([file_problem(path, message)])


def _comments(text: str) -> Counter[str]:
    return Counter(
        line.strip()
        for line in text.splitlines()
        if line.strip().startswith("#") and not line.startswith("# yaml-language-server:")
    )


def with_numbers(file: YamlFile, numbers: Mapping[Path_, int]) -> str:
    """The text of a file with other numbers, or words for them, at some places; all else stays."""
    lines = file.text.splitlines(keepends=True)
    for loc in sorted(numbers, key=lambda loc: file.positions[loc], reverse=True):
        line, column = file.positions[loc]
        kept, value = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
        lines[line - 1] = kept + re.sub(r"^[^\s,}#]+", str(numbers[loc]), value)
    return "".join(lines)


def record_files(registry: Path) -> Iterator[tuple[Path, str, int]]:
    """Every record with the name of its kind and its depth below the registry."""
    for kind in kinds.KINDS:
        folder = registry / kind.folder
        pattern = "[!.]*.yaml" if kind.folder else kind.file
        for path in sorted(folder.glob(pattern)):
            yield path, kind.name, kind.depth


def format_registry(registry: Path, *, write: bool) -> list[Path]:
    """Records that are not canonical; they are rewritten on `write`.

    Raises DataError with the problems of all records that cannot be formatted; none is then
    written.
    """
    problems: list[Problem] = []
    texts: dict[Path, str] = {}
    for path, name, depth in record_files(registry):
        try:
            text = format_record(path, name, depth)
        except DataError as error:
            problems += error.problems
            continue
        if text != path.read_text():
            texts[path] = text
    if problems:
        raise DataError(problems)
    if write:
        rewrite(texts)
    return list(texts)
