"""JSON Schemas of the records, for editors, and the field reference, both from the models."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from html import escape
from types import MappingProxyType
from typing import Any, Final

from trdreport.model import kinds
from trdreport.model.fields import Record
from trdreport.model.parts import parts

FOLDER = "schema"

RENAMED: Final = MappingProxyType(
    {
        "ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum",
        "oneOf": "anyOf",  # `not_reported` is also a text
    }
)  # fmt: skip
"""How pydantic calls what a JSON Schema calls otherwise."""

FOR_PAGES: Final = ("names", "page", "absent", "spaced")
"""What a field declares for its printing; no editor needs it."""


def schema_files() -> dict[str, str]:
    """Text of every schema by file name."""
    return {
        f"{kind.name}.schema.json": json.dumps(schema(kind.name), indent=1, ensure_ascii=False)
        + "\n"
        for kind in kinds.KINDS
    }


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one kind of file."""
    kind = kinds.kind(name)
    plain: dict[str, Any] = _plain(kind.model.model_json_schema())
    for model in dict.fromkeys((kind.model, *_inside(kind.model))):
        node = plain if model is kind.model else plain["$defs"][model.__name__]
        for part in parts(model).values():  # pydantic says nothing of a field beside a reference
            told = {"title": part.label, "description": part.description}
            node["properties"][part.name] = told | node["properties"][part.name]
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **plain, "title": kind.title}


def _inside(model: type[Record]) -> Iterator[type[Record]]:
    """Models of the records inside a record."""
    for part in parts(model).values():
        if part.record:
            yield part.record
            yield from _inside(part.record)


def _plain(node: Any, *, is_field: bool = False) -> Any:
    """What an editor understands: numbers as numbers, limits by their names, no made-up titles."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    options = node.get("anyOf", [])
    if {"type": "number"} in options and any(o.get("type") == "string" for o in options):
        rest = {key: value for key, value in node.items() if key != "anyOf"}
        return _plain({"type": "number", **rest}, is_field=is_field)
    made: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties":
            made[key] = {each: _plain(inner, is_field=True) for each, inner in value.items()}
        elif key == "$defs":
            made[key] = {each: _plain(inner) for each, inner in value.items()}
        elif key in ("examples", "wrong"):
            made[key] = value
        elif key not in FOR_PAGES and (key != "title" or is_field):
            made[RENAMED.get(key, key)] = _plain(value)
    return made


def schema_line(name: str, depth: int) -> str:
    """The first line of a record, by which an editor finds its schema, `depth` folders above."""
    return f"# yaml-language-server: $schema={'../' * depth}{FOLDER}/{name}.schema.json"


def field_reference() -> str:
    """Every field of every record as Markdown."""
    lines = [
        "# Fields of the records",
        "",
        "Made from the models by `trdreport schema --reference`. Unknown is said as `not_reported`",
        "or `not_available` where the type allows it. An optional field may be left out. After",
        "*not* stands what is refused.",
    ]
    for kind in kinds.KINDS:
        own = schema(kind.name)
        parts = {kind.model.__name__: own, **own.get("$defs", {})}
        lines += ["", f"## {escape(kind.file)}"]
        for part, described in parts.items():
            if "properties" in described:
                lines += ["", f"### {part}", "", described.get("description", ""), ""]
                lines += [
                    "| field | for readers | type | meaning | example |",
                    "|---|---|---|---|---|",
                ]
                lines += _rows(described)
    return "\n".join(lines) + "\n"


def _rows(described: Mapping[str, Any]) -> Iterator[str]:
    required = described.get("required", [])
    for name, node in described["properties"].items():
        cells = (
            f"`{name}`{'' if name in required else ' (optional)'}",
            ", ".join(filter(None, (node.get("title", ""), node.get("unit", "")))),
            _kind(node),
            node.get("description", ""),
            example(node).replace("not `", "*not* `"),
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def example(node: Mapping[str, Any], mark: str = "`") -> str:
    """What a field may look like and what not, as it is written in a record; empty for no word."""
    good = [as_yaml(value) for value in node.get("examples", ())]
    wrong = [as_yaml(node["wrong"])] if "wrong" in node else []
    words = [f"{mark}{value}{mark}" for value in good]
    return ", ".join([*words, *(f"not {mark}{value}{mark}" for value in wrong)])


def as_yaml(value: Any) -> str:
    """A value of an example on one line of YAML, as people write it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {as_yaml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_yaml(each) for each in value) + "]"
    if isinstance(value, str):
        plain = re.fullmatch(r"[A-Za-z][\w .>/()<-]*", value)
        return value if plain else json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return f"{Decimal(str(value)):f}"
    return json.dumps(value)


def _kind(node: Mapping[str, Any]) -> str:
    """A type in words."""
    if "$ref" in node:
        return str(node["$ref"]).rsplit("/", 1)[-1]
    if "enum" in node or "const" in node:
        return ", ".join(f"`{value}`" for value in node.get("enum", [node.get("const")]))
    if "anyOf" in node:
        kinds = [_kind(each) for each in node["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    kind = str(node.get("type", "anything"))
    if kind == "array":
        items = node.get("items", {}) or {}
        return f"list of {_kind(items)}" if items else "list"
    if kind == "object":
        return f"names with {_kind(node.get('additionalProperties', {}) or {})}"
    limits = [
        f"{word} {node[key]}"
        for key, word in (
            ("minimum", "from"), ("exclusiveMinimum", "above"), ("maximum", "to"),
            ("exclusiveMaximum", "below"),
        )
        if key in node
    ]  # fmt: skip
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return " ".join([words.get(kind, kind), *limits])
