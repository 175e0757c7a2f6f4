"""Rules about searches: their order, their PRISMA counts, and what they found."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from trdreport.errors import Problem
from trdreport.model.review import Prisma
from trdreport.records.rules.common import Files, good, known_word
from trdreport.records.yamlfile import Path_, YamlFile


def prisma_adds_up(files: Files) -> Iterator[Problem]:
    """Each box of the PRISMA flow follows from the one before."""
    if not good(files.search):
        return
    file = files.search.file
    for index, search in enumerate(files.search.record.searches):
        loc: Path_ = ("searches", index, "prisma")
        for field, value, arithmetic in _prisma_sums(search.prisma):
            given = getattr(search.prisma, field)
            if given != value:
                message = f"is {given}, but {arithmetic} = {value}; correct one of the counts"
                yield file.problem((*loc, field), message)
        yield from _database_counts(file, index, search)


def searches_are_in_order(files: Files) -> Iterator[Problem]:
    """Searches stand oldest first."""
    searches = files.search.record.searches if good(files.search) else ()
    for index, (before, after) in enumerate(pairwise(searches), 1):
        if after.date <= before.date:
            message = f"{after.date} is not after {before.id} ({before.date}); put the oldest first"
            yield files.search.file.problem(("searches", index, "date"), message)


def records_name_their_search(files: Files) -> Iterator[Problem]:
    """Studies, candidates and published values name searches that exist."""
    if not good(files.search):
        return
    known = [search.id for search in files.search.record.searches]
    for entry in (*files.good_studies, *files.good("screened")):
        if entry.record.search is not None:
            yield from known_word(entry.file, ("search",), entry.record.search, known)
    if good(files.published):
        of = files.published
        yield from known_word(of.file, ("as_of",), of.record.as_of, known)


def searches_count_their_studies(files: Files) -> Iterator[Problem]:
    """A search includes as many studies as name it; an update counts those of before."""
    if not good(files.search) or len(files.good_studies) < len(files.studies):
        return
    file, searches = files.search.file, files.search.record.searches
    studies = reports = 0
    for index, search in enumerate(searches):
        loc, prisma = ("searches", index, "prisma"), search.prisma
        found = sum(study.record.search == search.id for study in files.good_studies)
        if prisma.studies_included != found:
            yield file.problem(
                (*loc, "studies_included"),
                f"counts {prisma.studies_included}, but {found} in studies/ say search:"
                f" {search.id}; add the record or correct the count",
            )
        for name, before in (("studies_before", studies), ("reports_before", reports)):
            given = getattr(prisma, name)
            if index and given is None:
                message = f"an update says what was there before; add {name}: {before}"
                yield file.problem(loc, message)
            elif given is not None and given != before:
                message = f"is {given}, but the searches before included {before}; correct it"
                yield file.problem((*loc, name), message)
        studies += prisma.studies_included
        reports += prisma.reports_included


def _prisma_sums(prisma: Prisma) -> Iterator[tuple[str, int, str]]:
    for result, whole, part in (
        ("records_screened", "records_identified", "duplicates_removed"),
        ("reports_sought", "records_screened", "records_excluded"),
        ("reports_assessed", "reports_sought", "reports_not_retrieved"),
        ("reports_included", "reports_assessed", "reports_excluded"),
    ):
        a, b = getattr(prisma, whole), getattr(prisma, part)
        yield result, a - b, f"{whole} {a} - {part} {b}"
    if prisma.studies_included > prisma.reports_included:
        yield "studies_included", prisma.reports_included, "at most one study a report; reports"
    if not isinstance(prisma.exclusion_reasons, str):
        total = sum(reason.reports for reason in prisma.exclusion_reasons)
        yield "reports_excluded", total, "the sum of the exclusion reasons"


def _database_counts(file: YamlFile, index: int, search: Any) -> Iterator[Problem]:
    counts = [database.records for database in search.databases]
    if all(isinstance(count, int) for count in counts):
        total = sum(counts)
        if total != search.prisma.records_identified:
            yield file.problem(
                ("searches", index, "prisma", "records_identified"),
                f"is {search.prisma.records_identified}, but the databases add up to {total};"
                " correct one of the counts",
            )
