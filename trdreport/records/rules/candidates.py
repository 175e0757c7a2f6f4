"""Rules about candidates and eligibility. Each is a generator of problems."""

from collections.abc import Iterator

from trdreport.errors import Problem
from trdreport.model.candidate import OUTSIDE
from trdreport.model.fields import split_contrast
from trdreport.records.rules.common import Files, good, known_word


def citations_exist(files: Files) -> Iterator[Problem]:
    """A candidate cites an entry of references.bib; an included one has a study record."""
    studies = {study.record.citation for study in files.good_studies}
    for entry in files.good("screened"):
        record = entry.record
        if files.references is not None:
            yield from known_word(entry.file, ("citation",), record.citation, files.references)
        if record.status == "included" and record.citation not in studies:
            message = f"no study record cites {record.citation}; write studies/<id>.yaml for it"
            yield entry.file.problem(("status",), message)


def words_are_declared(files: Files) -> Iterator[Problem]:
    """What a candidate may add is said in the words of review.yaml."""
    if not good(files.review):
        return
    review = files.review.record
    for entry in files.good("screened"):
        if entry.record.modality is not None:
            yield from known_word(
                entry.file, ("modality",), entry.record.modality, review.modalities
            )
        for index, contrast in enumerate(entry.record.contrasts):
            for group in split_contrast(contrast):
                yield from known_word(entry.file, ("contrasts", index), group, review.groups)


def criteria_are_declared(files: Files) -> Iterator[Problem]:
    """Answers and grounds for exclusion name criteria of review.yaml."""
    if not good(files.review):
        return
    known = [criterion.id for criterion in files.review.record.eligibility]
    for entry in (*files.good_studies, *files.good("screened")):
        for name in entry.record.eligibility:
            yield from known_word(entry.file, ("eligibility", name), name, known, at_key=True)
    for entry in files.good("screened"):
        for index, failure in enumerate(entry.record.fails):
            loc = ("fails", index, "criterion")
            yield from known_word(entry.file, loc, failure.criterion, (*known, *OUTSIDE))
