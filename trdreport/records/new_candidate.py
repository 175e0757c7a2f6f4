"""A new candidate's record, still to be screened."""

import json
from pathlib import Path

from trdreport.records.loading import Registry
from trdreport.records.new_study import check_said, check_texts, record_path, scalar
from trdreport.records.schema import schema_line
from trdreport.work.files import write_new


def write_candidate(registry: Registry, root: Path, id_: str, label: str, found_by: str) -> Path:
    """Write the record; raises DataError and FileError as write_study does."""
    path = record_path(root / "screened", id_)
    meant = {"id": id_, "label": label, "found_by": found_by}
    check_texts(path, meant)
    text = _record(registry, id_, label, found_by)
    check_said(text, meant, lambda data: {field: data[field] for field in meant})
    write_new({path: text})
    return path


def _record(registry: Registry, id_: str, label: str, found_by: str) -> str:
    answers = "".join(
        f'  {criterion.id}: {{met: not_available, reason: "Not read yet."}}  # {criterion.text}\n'
        for criterion in registry.review.eligibility
    )
    return (
        f"{schema_line('screened', 1)}\n# {' '.join(label.split())}\n"
        f"id: {scalar(id_)}\n"
        f"citation: {scalar(id_)}\n"
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
