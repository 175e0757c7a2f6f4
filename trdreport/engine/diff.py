"""What a change does to the records and, by their locks, to the results: for a pull request."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from trdreport.engine.lock import LOCK_FILE, differences, read_lock, stale
from trdreport.errors import DataError, visible
from trdreport.records.history import Change, Snapshot, changes, past, snapshot
from trdreport.records.loading import load_registry


@dataclass(frozen=True)
class Diff:
    """Changes of records, and of results in words; `results` is None where a lock is missing.

    `stale` are the runs of which the newer lock is not: it was forgotten when records changed.
    """

    old: str
    new: str
    records: tuple[Change, ...]
    results: tuple[str, ...] | None
    lacking: str
    stale: tuple[str, ...] = ()

    def text(self) -> str:
        """For a terminal."""
        lines = [f"Records, {self.old} to {self.new}:"]
        lines += [f"  {file}: {change}" for file, of_file in self._by_file() for change in of_file]
        lines += [] if self.records else ["  no change"]
        lines += ["Results:", *(f"  {line}" for line in self._results())]
        return "\n".join(visible(line) for line in lines)

    def markdown(self) -> str:
        """For the comment of a pull request."""
        title = f"### What this changes ({literal(self.old)} to {literal(self.new)})"
        lines = [title, "", "**Results**", ""]
        lines += [f"- {literal(line)}" for line in self._results()]
        lines += ["", "**Records**", ""]
        for file, of_file in self._by_file():
            lines.append(f"- {literal(file)}")
            lines += [f"  - {literal(str(change))}" for change in of_file]
        lines += [] if self.records else ["- no change"]
        return "\n".join(lines)

    def _by_file(self) -> list[tuple[str, list[Change]]]:
        return [(file, list(of_file)) for file, of_file in groupby(self.records, lambda c: c.file)]

    def _results(self) -> Sequence[str]:
        if self.results is None:
            return [f"cannot be compared: {self.lacking} has no {LOCK_FILE}"]
        if self.stale:
            forgotten = (
                f"{LOCK_FILE} is not of these records ({', '.join(self.stale)}), so what follows is"
                " not all; accept the results with trdreport build --update-lock"
            )
            return [forgotten, *self.results]
        return self.results or ["no change"]


def literal(text: str) -> str:
    """Text from data as a code span: no markup, link, mention or HTML in it means anything."""
    line = visible(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    return f"{fence} {line} {fence}" if len(fence) > 1 or not line.strip() else f"`{line}`"


def diff(registry: Path, old: str, new: str | None) -> Diff:
    """What changed from a revision to another, or to the working tree.

    Nothing is recomputed. Raises HistoryError when a revision cannot be read, and DataError when a
    file of either side is no acceptable YAML.
    """
    before = past(registry, old)
    after = snapshot(registry, "working tree") if new is None else past(registry, new)
    found = compared(before, after)
    if new is not None or after.lock is None:
        return found
    try:
        loaded = load_registry(registry)
    except DataError:
        return found  # what is wrong is validate's to say
    return replace(found, stale=stale(loaded, read_lock(after.lock, LOCK_FILE)))


def compared(before: Snapshot, after: Snapshot) -> Diff:
    """The difference of two snapshots."""
    results = None
    lacking = next((s.name for s in (before, after) if s.lock is None), "")
    if before.lock is not None and after.lock is not None:
        locks = (read_lock(s.lock or "", f"{s.name}:{LOCK_FILE}") for s in (before, after))
        results = tuple(differences(*locks))
    return Diff(before.name, after.name, tuple(changes(before, after)), results, lacking)
