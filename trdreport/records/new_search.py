"""A new update of the search, with the counts of before filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from trdreport.errors import DataError
from trdreport.model.fields import TODO
from trdreport.records.begun import Begun
from trdreport.records.new_study import check_texts, record_path, scalar
from trdreport.records.yamlfile import parse_yaml
from trdreport.work.files import Change, write_new

TO_COUNT = (
    "records_identified", "duplicates_removed", "records_screened", "records_excluded",
    "reports_sought", "reports_not_retrieved", "reports_assessed", "reports_excluded",
)  # fmt: skip
"""What only those who searched know."""


@dataclass(frozen=True)
class NewSearch:
    """An update: its id, its last day, the records of each source, and who searched, if said."""

    id: str
    date: date
    databases: Mapping[str, int | str]
    by: str = ""


def write_search(begun: Begun, root: Path, new: NewSearch) -> Path:
    """Put an update at the end of search.yaml; all else in it stays as it is.

    Raises DataError when the search is there already, is not later than the newest one, follows one
    that is still to be counted, or cannot be added to the file, and FileError when the system
    cannot write.
    """
    file = begun.search
    path = Path(file.path)
    record_path(root, new.id)
    check_texts(path, {"by": new.by} if new.by else {})
    check_texts(path, {f"databases: {name}": name for name in new.databases})
    if new.id in begun.searches:
        at = ("searches", begun.searches.index(new.id), "id")
        raise DataError([file.problem(at, "is there already; choose another id")])
    earlier = begun.search.data["searches"] if begun.searches else ()
    before = {name: _total(begun, name) for name in ("studies", "reports")}
    if earlier and str(earlier[-1].get("date")) >= new.date.isoformat():
        message = f"{new.date} is not after this search; an update covers later days"
        raise DataError([file.problem(("searches", len(earlier) - 1, "date"), message)])
    query = str(earlier[-1].get("query", "")) if earlier else ""
    text = file.text.rstrip("\n") + "\n" + _text(new, before, " ".join(query.split()))
    _check(begun, new, text)
    write_new({}, {path: Change(file.text, text)})
    return path


def _total(begun: Begun, what: str) -> int:
    """Studies or reports of the searches so far."""
    total = 0
    for index, search in enumerate(begun.search.data["searches"] if begun.searches else ()):
        count = (search.get("prisma") or {}).get(f"{what}_included")
        if not isinstance(count, int):
            at = ("searches", index, "prisma", f"{what}_included")
            message = "is still to be written; count this search before the next is begun"
            raise DataError([begun.search.problem(at, message)])
        total += count
    return total


def _text(new: NewSearch, before: Mapping[str, int], query: str) -> str:
    databases = "".join(
        f"      - {{name: {scalar(name)}, records: {count}}}\n"
        for name, count in new.databases.items()
    )
    counts = "".join(f"      {name}: {TODO}\n" for name in TO_COUNT)
    reasons = "# A line each, such as - {reason: Regions of interest, criterion: E6, reports: 8}"
    return (
        f"  - id: {new.id}\n"
        f"    date: {new.date}\n"
        + (f"    by: {scalar(new.by)}\n" if new.by else "")
        + f"    databases:\n{databases}"
        f"    # The search before: {query}\n"
        f"    query: {TODO}\n"
        "    other_methods: []\n"
        f"    prisma:\n{counts}"
        f"      {reasons}\n"
        f"      exclusion_reasons: {TODO}\n"
        "      # trdreport new study --count raises these two.\n"
        "      studies_included: 0\n"
        "      reports_included: 0\n"
        f"      studies_before: {before['studies']}\n"
        f"      reports_before: {before['reports']}\n"
        "    # A key of references.bib; the review's own where the search is told nowhere else.\n"
        "    sources:\n"
        f"      - {{covers: [date, databases, query, prisma], document: {TODO}, place: {TODO},"
        " page: not_available}\n"
    )


def _check(begun: Begun, new: NewSearch, text: str) -> None:
    """Refuse a text that would not be the old searches and the new one."""
    try:
        data: Any = parse_yaml(text, begun.search.path).data
        *old, last = data["searches"]
        good = tuple(old) == tuple(begun.search.data["searches"] or ()) and last["id"] == new.id
    except (DataError, KeyError, TypeError, ValueError):
        good = False
    if not good:
        message = "cannot be added to without loss; write searches as a list, one a dash"
        raise DataError([begun.search.problem(("searches",), message)])
