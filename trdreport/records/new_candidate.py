"""A new candidate's record, still to be screened."""

import json
from pathlib import Path

from trdreport.records.loading import Registry
from trdreport.records.new_study import begin
from trdreport.records.schema import schema_line


def write_candidate(registry: Registry, root: Path, id_: str, label: str, found_by: str) -> Path:
    """Write the record; raises DataError when it exists already or the id is none."""
    return begin(root / "screened", id_, lambda: _record(registry, id_, label, found_by))


def _record(registry: Registry, id_: str, label: str, found_by: str) -> str:
    answers = "".join(
        f'  {criterion.id}: {{met: not_available, reason: "Not read yet."}}  # {criterion.text}\n'
        for criterion in registry.review.eligibility
    )
    return (
        f"{schema_line('screened', 1)}\n# {' '.join(label.split())}\n"
        f"id: {id_}\n"
        f"citation: {id_}\n"
        f"label: {json.dumps(label, ensure_ascii=False)}\n"
        "published: not_reported\n"
        f"found_by: {json.dumps(found_by, ensure_ascii=False)}\n"
        "# to_screen, full_text, included; or excluded, with\n"
        "# fails: [{criterion: E6, reason: ...}]\n"
        "status: to_screen\n"
        "# nothing, title_and_abstract or full_text\n"
        "read: nothing\n"
        "# whole_brain, seed_based, region_of_interest, task or not_primary\n"
        "approach: not_reported\n"
        f"eligibility:\n{answers}"
    )
