"""Rules about editions: their order, and that nobody rewrote one."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from trdreport.errors import Problem, file_problem
from trdreport.records.editions import FOLDER, FORMAT, Frozen, frozen_file, sha256, told
from trdreport.records.parsed import Parsed
from trdreport.records.rules.common import Files

RESTORE = "an edition is never rewritten, so restore both of its files from the history"


def editions_follow_each_other(files: Files) -> Iterator[Problem]:
    """Each edition is later than the one that it follows, and no two follow the same."""
    good = files.good("edition")
    if len(good) < len(files.entries["edition"]):
        return
    dates = {entry.record.id: entry.record.date for entry in good}
    for entry in good:
        after, day = entry.record.after, entry.record.date
        if after is not None and after not in dates:
            message = f"there is no edition '{after}'; name the edition before this one"
            yield entry.file.problem(("after",), message)
        elif after is not None and day <= dates[after]:
            message = f"{day} is not after edition {after} ({dates[after]}); give the right day"
            yield entry.file.problem(("date",), message)

    def before(entry: Parsed) -> str:
        return entry.record.after or ""

    for after, group in groupby(sorted(good, key=before), before):
        first, *others = sorted(group, key=lambda entry: (entry.record.date, entry.record.id))
        what = f"follows {after}" if after else "follows no edition"
        for entry in others:
            message = (
                f"{what}, and so does {first.record.id}; remove the one that is not published, and"
                " record it anew with trdreport edition"
            )
            yield entry.file.problem(("after",), message)


def frozen_data_fit(files: Files) -> Iterator[Problem]:
    """The frozen data of an edition are those that were recorded with it."""
    names = {Path(entry.file.path).stem for entry in files.entries["edition"]}
    for path in sorted((files.root / FOLDER).glob("[!.]*.json")):
        if path.stem not in names:
            message = f"has no {path.stem}.yaml beside it; restore that, or remove this file"
            yield file_problem(path, message)
    for entry in files.good("edition"):
        yield from _fits(entry, frozen_file(files.root, entry.record.id))


def _fits(entry: Parsed, path: Path) -> Iterator[Problem]:
    edition = entry.record
    if not path.is_file():
        message = f"{path.name}, its frozen data, is missing; restore it from the history"
        yield entry.file.problem(("frozen",), message)
        return
    text = path.read_bytes().decode(errors="replace")
    if sha256(text) != edition.frozen:
        message = f"is not the SHA-256 of {path.name}; {RESTORE}"
        yield entry.file.problem(("frozen",), message)
        return
    data = Frozen(edition, text).data
    if data["format"] != FORMAT:
        message = f"{path.name} is of format {data['format']}; use the trdreport that wrote it"
        yield entry.file.problem(("frozen",), message)
        return
    given, recorded = told(edition), data["edition"]
    for name in sorted({*given, *recorded}):
        if given.get(name) != recorded.get(name):
            message = f"differs from {path.name}, which was recorded with it; {RESTORE}"
            yield entry.file.problem((name,), message)
