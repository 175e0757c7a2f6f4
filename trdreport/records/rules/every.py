"""Rules about every kind of record. Each is a generator of problems."""

import re
from collections.abc import Iterator
from pathlib import Path

from trdreport.errors import Problem
from trdreport.model import kinds
from trdreport.model.fields import ID
from trdreport.records.rules.common import Files


def id_is_file_name(files: Files) -> Iterator[Problem]:
    """A record's id, where its kind has one, equals the name of its file."""
    for kind in kinds.KINDS:
        if not kind.folder or "id" not in kind.model.model_fields:
            continue
        for entry in files.entries[kind.name]:
            given = entry.file.data.get("id") if isinstance(entry.file.data, dict) else None
            differs = given != Path(entry.file.path).stem
            if differs and isinstance(given, str) and re.fullmatch(ID, given):
                message = f"id '{given}' differs from the file name; call the file {given}.yaml"
                yield entry.file.problem(("id",), message)
