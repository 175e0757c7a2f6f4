"""JSON Schemas of the records, for editors, and the field reference, both from the models."""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from trdreport.model.calibration import Calibration
from trdreport.model.candidate import Candidate
from trdreport.model.correction import Correction
from trdreport.model.evidence import Evidence
from trdreport.model.plan import Plan
from trdreport.model.published import Published
from trdreport.model.review import Review
from trdreport.model.study import Study
from trdreport.records.loading import SearchFile

FOLDER = "schema"

MODELS: Final[Mapping[str, type[BaseModel]]] = MappingProxyType(
    {
        "study": Study,
        "review": Review,
        "search": SearchFile,
        "analyses": Plan,
        "published": Published,
        "calibration": Calibration,
        "correction": Correction,
        "evidence": Evidence,
        "screened": Candidate,
    }
)
"""Models by the name of their file; `study` is every file in studies/, and so for corrections."""

FOLDERS: Final = MappingProxyType(
    {
        "study": "studies/&lt;id&gt;.yaml",
        "correction": "corrections/&lt;id&gt;.yaml",
        "evidence": "evidence/&lt;id&gt;.yaml",
        "screened": "screened/&lt;id&gt;.yaml",
    }
)

EXAMPLES: Final[Mapping[str, object]] = MappingProxyType(
    {
        "label": "Wu 2011", "year": 2011, "country": "China", "cohort": "wu2011",
        "criteria": "DSM-IV", "failed_trials": 2, "weeks": 6, "female_percent": 31.8,
        "contrast": "TRD>HC", "space": "MNI", "x": -18, "y": -12, "z": 72, "region": "left insula",
        "t_value": 4.82, "field_strength_tesla": 3, "smoothing_fwhm_mm": 8, "modality": "VBM",
        "measure": "GMV", "software": "SPM8", "document": "miola2023", "place": "Table 1",
        "covers": ["groups.TRD"], "scale": "MADRS", "n": 22, "date": "2022-04-23",
    }
)  # fmt: skip

RENAMED: Final = MappingProxyType(
    {
        "ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum",
        "oneOf": "anyOf",  # `not_reported` is also a text
    }
)  # fmt: skip
"""How pydantic calls what a JSON Schema calls otherwise."""


def schema_files() -> dict[str, str]:
    """Text of every schema by file name."""
    return {
        f"{name}.schema.json": json.dumps(schema(name), indent=1, ensure_ascii=False) + "\n"
        for name in MODELS
    }


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one kind of file."""
    plain: dict[str, Any] = _plain(MODELS[name].model_json_schema())
    title = f"a {name} record" if name in FOLDERS else f"{name}.yaml"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **plain}


def _plain(node: Any, name: str = "") -> Any:
    """What an editor understands: numbers as numbers, limits by their names, no made-up titles."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    options = node.get("anyOf", [])
    if {"type": "number"} in options and any(o.get("type") == "string" for o in options):
        rest = {key: value for key, value in node.items() if key != "anyOf"}
        return _plain({"type": "number", **rest}, name)
    made: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties":
            made[key] = {each: _plain(inner, each) for each, inner in value.items()}
        elif key == "$defs":
            made[key] = {each: _plain(inner) for each, inner in value.items()}
        elif key != "title":
            made[RENAMED.get(key, key)] = _plain(value)
    if name in EXAMPLES and "$ref" not in node:
        made["examples"] = [EXAMPLES[name]]
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
        "or `not_available` where the type allows it. An optional field may be left out.",
    ]
    for name, model in MODELS.items():
        where = FOLDERS.get(name, f"{name}.yaml")
        own = schema(name)
        parts = {model.__name__: own, **own.get("$defs", {})}
        lines += ["", f"## {where}"]
        for part, described in parts.items():
            if "properties" in described:
                lines += ["", f"### {part}", "", described.get("description", ""), ""]
                lines += ["| field | type | meaning |", "|---|---|---|", *_rows(described)]
    return "\n".join(lines) + "\n"


def _rows(described: Mapping[str, Any]) -> Iterator[str]:
    required = described.get("required", [])
    for name, node in described["properties"].items():
        optional = "" if name in required else " (optional)"
        kind = _kind(node).replace("|", "\\|")
        yield f"| `{name}`{optional} | {kind} | {node.get('description', '')} |"


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
