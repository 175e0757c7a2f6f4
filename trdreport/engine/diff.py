"""What a change does to the records and, by their locks, to the results: for a pull request."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from trdreport.engine.lock import LOCK_FILE, differences, read_lock
from trdreport.records.history import Change, Snapshot, at_revision, changes, snapshot


@dataclass(frozen=True)
class Diff:
    """Changes of records, and of results in words; `results` is None where a lock is missing."""

    old: str
    new: str
    records: tuple[Change, ...]
    results: tuple[str, ...] | None
    lacking: str

    def text(self) -> str:
        """For a terminal."""
        lines = [f"Records, {self.old} to {self.new}:"]
        lines += [f"  {file}: {change}" for file, of_file in self._by_file() for change in of_file]
        lines += [] if self.records else ["  no change"]
        lines += ["Results:", *(f"  {line}" for line in self._results())]
        return "\n".join(lines)

    def markdown(self) -> str:
        """For the comment of a pull request."""
        lines = [f"### What this changes ({self.old} to {self.new})", "", "**Results**", ""]
        lines += [f"- {line}" for line in self._results()]
        lines += ["", "**Records**", ""]
        for file, of_file in self._by_file():
            lines.append(f"- `{file}`")
            lines += [f"  - {_escaped(str(change))}" for change in of_file]
        lines += [] if self.records else ["- no change"]
        return "\n".join(lines)

    def _by_file(self) -> list[tuple[str, list[Change]]]:
        return [(file, list(of_file)) for file, of_file in groupby(self.records, lambda c: c.file)]

    def _results(self) -> Sequence[str]:
        if self.results is None:
            return [f"cannot be compared: {self.lacking} has no {LOCK_FILE}"]
        return self.results or ["no change"]


def _escaped(text: str) -> str:
    for mark in "\\`*_<>[]|":
        text = text.replace(mark, f"\\{mark}")
    return text


def diff(registry: Path, old: str, new: str | None) -> Diff:
    """What changed from a revision to another, or to the working tree.

    Nothing is recomputed. Raises HistoryError when a revision cannot be read, and DataError when a
    file of either side is no acceptable YAML.
    """
    with at_revision(registry, old) as folder:
        before = snapshot(folder, old)
    if new is None:
        after = snapshot(registry, "working tree")
    else:
        with at_revision(registry, new) as folder:
            after = snapshot(folder, new)
    return compared(before, after)


def compared(before: Snapshot, after: Snapshot) -> Diff:
    """The difference of two snapshots."""
    results = None
    lacking = next((s.name for s in (before, after) if s.lock is None), "")
    if before.lock is not None and after.lock is not None:
        locks = (read_lock(s.lock or "", f"{s.name}:{LOCK_FILE}") for s in (before, after))
        results = tuple(differences(*locks))
    return Diff(before.name, after.name, tuple(changes(before, after)), results, lacking)
