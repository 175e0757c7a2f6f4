"""What changed lately in the review, from the history of its records."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter

from trdreport.engine.diff import diff
from trdreport.errors import DataError
from trdreport.records.checkout import Commit, HistoryError, commits, prefix
from trdreport.records.history import Change
from trdreport.work.store import Store

MOST_COMMITS = 12
"""Commits that are looked at."""

MOST_NEWS = 5
"""Entries that are shown."""


@dataclass(frozen=True)
class News:
    """What one commit did: studies added and removed, fields changed by record, and results.

    `results` is None where the lock of either side is missing.
    """

    day: str
    subject: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[tuple[str, int], ...]
    results: tuple[str, ...] | None


_NEWS = TypeAdapter(News | None)


def news(registry: Path, store: Store) -> tuple[News, ...]:
    """The newest changes of records and results; none outside a git checkout."""
    found = commits(registry, MOST_COMMITS)
    where = prefix(registry) if found else ""
    return tuple(_newest(found, registry, where, store))[:MOST_NEWS]


def _newest(found: Iterable[Commit], registry: Path, where: str, store: Store) -> Iterator[News]:
    for commit in found:
        if not commit.parents:  # the first one, or the end of a shallow clone
            continue
        entry = store.remember(
            "news",
            (commit.sha, *commit.parents, os.fsencode(where)),
            partial(_of, commit, registry),
            _NEWS.validate_json,
        )
        if entry is not None:
            yield entry


def _of(commit: Commit, registry: Path) -> bytes:
    return _NEWS.dump_json(_changed(commit, registry))


def _changed(commit: Commit, registry: Path) -> News | None:
    """What a commit changed in the data; None for none, or when it cannot be read."""
    try:
        found = diff(registry, commit.parents[0], commit.sha)
    except (HistoryError, DataError):
        return None
    studies = [c for c in found.records if c.file.startswith("studies/") and not c.field]
    fields = [c for c in found.records if c.field]
    if not found.records and not found.results:
        return None
    return News(
        commit.day,
        commit.subject,
        tuple(Path(c.file).stem for c in studies if c.kind == "added"),
        tuple(Path(c.file).stem for c in studies if c.kind == "removed"),
        _by_record(fields),
        found.results,
    )


def _by_record(fields: list[Change]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for change in fields:
        counts[change.file] = counts.get(change.file, 0) + 1
    return tuple(sorted(counts.items()))
