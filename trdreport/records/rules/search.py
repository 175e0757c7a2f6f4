"""Rules about the PRISMA counts of a search."""

from collections.abc import Iterator
from typing import Any

from trdreport.errors import Problem
from trdreport.model.review import Prisma
from trdreport.records.rules.common import Files, good
from trdreport.records.yamlfile import Path_, YamlFile


def prisma_adds_up(files: Files) -> Iterator[Problem]:
    """Each box of the PRISMA flow follows from the one before; the records are the studies."""
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
    included = sum(search.prisma.studies_included for search in files.search.record.searches)
    if included != len(files.studies):
        yield file.problem(
            ("searches", 0, "prisma", "studies_included"),
            f"counts {included} in all, but studies/ holds {len(files.studies)} records;"
            " add the record or correct the count",
        )


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
