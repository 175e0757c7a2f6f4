"""Rules about evidence statements. Each is a generator of problems."""

from collections.abc import Iterator
from pathlib import Path

from trdreport.brain.regions import SIDES, region_names
from trdreport.errors import Problem
from trdreport.records.rules.common import Files, good, known_word


def documents_are_known(files: Files) -> Iterator[Problem]:
    """A document is declared in review.yaml, is in references.bib, and has so many references."""
    if not good(files.review):
        return
    documents = files.review.record.documents
    for name in documents if files.references is not None else ():
        yield from known_word(
            files.review.file, ("documents", name), name, files.references or (), at_key=True
        )
    for entry in files.good("evidence"):
        record = entry.record
        yield from known_word(entry.file, ("document",), record.document, documents)
        count = documents[record.document].references if record.document in documents else ""
        if (
            isinstance(record.reference, int)
            and isinstance(count, int)
            and record.reference > count
        ):
            message = (
                f"{record.document} has {count} references only, so there is no"
                f" {record.reference}; look the number up again"
            )
            yield entry.file.problem(("reference",), message)


def oppositions_are_records(files: Files) -> Iterator[Problem]:
    """What a record is set against is another record, of the same document."""
    documents = {entry.record.id: entry.record.document for entry in files.good("evidence")}
    broken = [Path(entry.file.path).stem for entry in files.entries["evidence"] if not good(entry)]
    for entry in files.good("evidence"):
        own = [name for name, document in documents.items() if document == entry.record.document]
        own += broken
        for index, name in enumerate(entry.record.set_against):
            yield from known_word(entry.file, ("set_against", index), name, own)


def words_are_known(files: Files) -> Iterator[Problem]:
    """Treatments, regions and areas are those of review.yaml and of the atlas."""
    if not good(files.review):
        return
    review = files.review.record
    plain = set(region_names())
    for name, area in review.areas.items():
        for index, region in enumerate(area.regions):
            loc = ("areas", name, "regions", index)
            yield from known_word(files.review.file, loc, region, plain)
    sided = {f"{side} {name}" for side in SIDES for name in review.areas}
    known = plain | sided | set(review.areas)
    for entry in files.good("evidence"):
        for number, statement in enumerate(entry.record.statements):
            at = ("statements", number)
            for index, name in enumerate(statement.treatments):
                loc = (*at, "treatments", index)
                yield from known_word(entry.file, loc, name, review.treatments)
            for field in ("regions", "connected_to"):
                for index, name in enumerate(getattr(statement, field)):
                    yield from known_word(entry.file, (*at, field, index), name, known)
