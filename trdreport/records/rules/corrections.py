"""Rules about corrections of printed values."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from trdreport.errors import Problem
from trdreport.model.study import Study
from trdreport.records.places import path_of, replaced, value_at
from trdreport.records.rules.common import Files, good, known_word


def corrections_fit(files: Files) -> Iterator[Problem]:
    """A correction is of a value that stands in the record as it says, and its own is possible."""
    studies = {Path(study.file.path).stem: study for study in files.studies}
    seen: set[tuple[str, str]] = set()
    for entry in files.good("correction"):
        correction, file = entry.record, entry.file
        yield from known_word(file, ("study",), correction.study, studies)
        if correction.study not in studies:
            continue
        if (correction.study, correction.field) in seen:
            yield file.problem(("field",), "is corrected in another file too; keep one of the two")
        seen.add((correction.study, correction.field))
        study = studies[correction.study]
        try:
            printed = value_at(study.file.data, path_of(correction.field))
        except KeyError:
            message = f"the record of {correction.study} has no field '{correction.field}'"
            yield file.problem(("field",), message)
            continue
        if str(printed) != str(correction.printed):
            message = (
                f"is '{correction.printed}', but the record has '{printed}'; look whether the"
                " correction still holds"
            )
            yield file.problem(("printed",), message)
        elif good(study):
            told = _why_impossible(study.file.data, correction)
            if told:
                yield file.problem(("corrected",), told)


def _why_impossible(data: Any, correction: Any) -> str:
    changed = replaced(data, path_of(correction.field), correction.corrected)
    try:
        TypeAdapter(Study).validate_python(changed)
    except ValidationError as error:
        return f"is not possible there: {error.errors(include_url=False)[0]['msg']}"
    return ""
