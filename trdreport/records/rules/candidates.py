"""Rules about candidates and eligibility. Each is a generator of problems."""

from collections.abc import Iterator
from pathlib import Path

from trdreport.errors import Problem
from trdreport.model.candidate import OUTSIDE
from trdreport.records.rules.common import Files, good, known_word


def id_is_file_name(files: Files) -> Iterator[Problem]:
    """A candidate's id equals the name of its file."""
    for entry in filter(good, files.screened):
        if entry.record.id != Path(entry.file.path).stem:
            message = f"id '{entry.record.id}' differs from the file name"
            yield entry.file.problem(("id",), message)


def citations_exist(files: Files) -> Iterator[Problem]:
    """A candidate cites an entry of references.bib; an included one has a study record."""
    studies = {study.record.citation for study in files.good_studies}
    for entry in filter(good, files.screened):
        record = entry.record
        yield from known_word(entry.file, ("citation",), record.citation, files.references)
        if record.status == "included" and record.citation not in studies:
            message = f"no study record cites {record.citation}; write studies/<id>.yaml for it"
            yield entry.file.problem(("status",), message)


def criteria_are_declared(files: Files) -> Iterator[Problem]:
    """Answers and grounds for exclusion name criteria of review.yaml."""
    if not good(files.review):
        return
    known = [criterion.id for criterion in files.review.record.eligibility]
    for entry in (*files.good_studies, *filter(good, files.screened)):
        for name in entry.record.eligibility:
            yield from known_word(entry.file, ("eligibility", name), name, known, at_key=True)
    for entry in filter(good, files.screened):
        for index, failure in enumerate(entry.record.fails):
            loc = ("fails", index, "criterion")
            yield from known_word(entry.file, loc, failure.criterion, (*known, *OUTSIDE))
