"""Findings as text for a terminal, JSON for programs, or annotations of a pull request."""

import json
from collections.abc import Iterable

from trdreport.checks.doubt import Finding
from trdreport.errors import Problem, visible
from trdreport.records.loading import Registry


def place(registry: Registry, finding: Finding) -> Problem:
    """Where a finding stands."""
    return registry.files[finding.file].problem(finding.loc, finding.message)


def as_text(registry: Registry, findings: Iterable[Finding]) -> str:
    """One line a finding: `path:line:column: severity CODE: message`."""
    lines = []
    for finding in findings:
        at = place(registry, finding)
        told = f" (acknowledged: {finding.acknowledged})" if finding.acknowledged else ""
        lines.append(
            visible(
                f"{at.path}:{at.line}:{at.column}: {finding.severity} {finding.code}:"
                f" {finding.message}{told}"
            )
        )
    return "\n".join(lines)


def as_json(registry: Registry, findings: Iterable[Finding]) -> str:
    """A list of objects."""
    rows = []
    for finding in findings:
        at = place(registry, finding)
        rows.append(
            {
                "code": finding.code,
                "severity": finding.severity,
                "path": at.path,
                "line": at.line,
                "column": at.column,
                "field": at.field,
                "studies": list(finding.studies),
                "message": finding.message,
                "acknowledged": finding.acknowledged,
            }
        )
    return json.dumps(rows, indent=1, ensure_ascii=False)


def as_github(registry: Registry, findings: Iterable[Finding]) -> str:
    """Workflow commands that annotate the lines; what is acknowledged is a notice."""
    lines = []
    for finding in findings:
        at = place(registry, finding)
        quiet = finding.acknowledged or finding.severity == "note"
        properties = {
            "file": at.path,
            "line": str(at.line),
            "col": str(at.column),
            "title": finding.code,
        }
        told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        lines.append(f"::{'notice' if quiet else 'warning'} {told}::{_data(finding.message)}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
