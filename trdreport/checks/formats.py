"""Doubts as text for a terminal, JSON for programs, or annotations of a pull request."""

import json
from collections.abc import Iterable

from trdreport.checks.doubt import Doubt
from trdreport.errors import Problem, visible
from trdreport.records.loading import Registry


def place(registry: Registry, doubt: Doubt) -> Problem:
    """Where a doubt stands."""
    return registry.files[doubt.file].problem(doubt.loc, doubt.message)


def as_text(registry: Registry, doubts: Iterable[Doubt]) -> str:
    """One line a doubt: `path:line:column: severity CODE: message`."""
    lines = []
    for doubt in doubts:
        at = place(registry, doubt)
        told = f" (acknowledged: {doubt.acknowledged})" if doubt.acknowledged else ""
        lines.append(
            visible(
                f"{at.path}:{at.line}:{at.column}: {doubt.severity} {doubt.code}:"
                f" {doubt.message}{told}"
            )
        )
    return "\n".join(lines)


def as_json(registry: Registry, doubts: Iterable[Doubt]) -> str:
    """A list of objects."""
    rows = []
    for doubt in doubts:
        at = place(registry, doubt)
        rows.append(
            {
                "code": doubt.code,
                "severity": doubt.severity,
                "path": at.path,
                "line": at.line,
                "column": at.column,
                "field": at.field,
                "studies": list(doubt.studies),
                "message": doubt.message,
                "acknowledged": doubt.acknowledged,
            }
        )
    return json.dumps(rows, indent=1, ensure_ascii=False)


def as_github(registry: Registry, doubts: Iterable[Doubt]) -> str:
    """Workflow commands that annotate the lines; what is acknowledged is a notice."""
    lines = []
    for doubt in doubts:
        at = place(registry, doubt)
        quiet = doubt.acknowledged or doubt.severity == "note"
        properties = {
            "file": at.path,
            "line": str(at.line),
            "col": str(at.column),
            "title": doubt.code,
        }
        told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        lines.append(f"::{'notice' if quiet else 'warning'} {told}::{_data(doubt.message)}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
