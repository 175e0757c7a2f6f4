"""The result store: what was computed once from the same inputs is read, not computed again.

An entry's name is the SHA-256 of its kind, its inputs and the code that makes it
(`work.fingerprints`): a changed input never meets an old entry, and an edit elsewhere makes nothing
anew. A marker says that the folder is ours: nothing is written or deleted in one without it.
"""

import fcntl
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from trdreport.errors import DataError, file_problem
from trdreport.work.entries import (
    DAMAGED,
    NAME,
    UNFINISHED,
    is_folder,
    read_entry,
    set_aside,
    warn_not_stored,
    write_entry,
)
from trdreport.work.fingerprints import fingerprint
from trdreport.work.scheduling import Scheduler, one_by_one

MARKER = ".trdreport-store"
"""A file that says that a folder was made by us."""

KINDS = (
    "analysis", "atlas", "calibration", "difference", "fail-safe", "fewest-removed", "figure",
    "leave-one-out", "looks", "map", "near", "pdf", "picture", "regions", "settle",
    "specifications", "template",
)  # fmt: skip
"""Kinds of entries; each has a folder."""

T = TypeVar("T")

Tell = Callable[[int, int, int], None]
"""Is told how many pieces of how many there are, and how many of these were stored before."""


@dataclass(frozen=True)
class Wanted(Generic[T]):
    """What the store is asked for: all that it depends on, how it is made, and how it is read.

    `kind` is one of `KINDS`. `make` is a function of a module's top level or a partial of one; what
    it takes is in `inputs`, or does not matter to what it gives. `read` raises ValueError for bytes
    that `make` cannot have given.
    """

    kind: str
    inputs: tuple[bytes | str, ...]
    make: Callable[[], bytes]
    read: Callable[[bytes], T]


@dataclass(frozen=True)
class Store:
    """Entries below `root`; with None nothing is kept and everything is computed."""

    root: Path | None

    def remember(
        self,
        kind: str,
        inputs: tuple[bytes | str, ...],
        make: Callable[[], bytes],
        read: Callable[[bytes], T],
    ) -> T:
        """What `make` gives for these inputs, as `read`; from the store when it is there."""
        wanted = Wanted(kind, inputs, make, read)
        (found,) = self.remember_all([wanted], one_by_one)
        return found

    def remember_all(
        self,
        wanted: Sequence[Wanted[T]],
        scheduler: Scheduler,
        tell: Tell = lambda *_: None,
    ) -> list[T]:
        """The same for many; what is not there is made by `scheduler`, and kept once it is made."""
        root = self.root
        paths = [root / each.kind / _name(each) for each in wanted] if root else []
        there = {
            index: own for index, path in enumerate(paths) if (own := _found(path, wanted[index]))
        }
        missing = [index for index in range(len(wanted)) if index not in there]
        stored = len(there)
        if wanted:
            tell(stored, len(wanted), stored)
        for place, content in scheduler([wanted[index].make for index in missing]):
            index = missing[place]
            if paths:
                write_entry(paths[index], content)
            there[index] = (wanted[index].read(content),)
            tell(len(there), len(wanted), stored)
        return [there[index][0] for index in range(len(wanted))]

    def entries(self) -> dict[str, tuple[int, int]]:
        """Number of entries and bytes by kind; also what was set aside or left unfinished."""
        found: dict[str, tuple[int, int]] = {}
        for kind, _, status in self._files():
            number, size = found.get(kind, (0, 0))
            found[kind] = (number + 1, size + status.st_size)
        return found

    def prune(self, keep_after: float) -> int:
        """Delete entries last used before `keep_after` (seconds since the epoch); count them.

        Raises DataError when the folder is not ours, or does not let go of them.
        """
        if self.root is None:
            return 0
        _claim(self.root, new=False)
        old = [path for _, path, status in self._files() if status.st_mtime < keep_after]
        for path in old:
            try:
                path.unlink()
            except OSError as error:
                raise DataError(
                    [file_problem(path, f"cannot be deleted: {error.strerror}")]
                ) from error
        return len(old)

    def _files(self) -> Iterator[tuple[str, Path, os.stat_result]]:
        """Kind, path and status of all that is ours, and of nothing else."""
        if self.root is None:
            return
        folders = {kind: self.root / kind for kind in sorted((*KINDS, DAMAGED))}
        for kind, folder in {**folders, "unfinished": self.root}.items():
            ours = UNFINISHED if folder == self.root else NAME
            for path in sorted(folder.iterdir()) if is_folder(folder) else ():
                if ours.fullmatch(path.name) and not stat.S_ISDIR((status := path.lstat()).st_mode):
                    yield kind, path, status


@contextmanager
def open_store(root: Path | None, *, new: bool = True) -> Iterator[Store]:
    """A store for one build; a second build waits until the first is done with it.

    The folder is made when it is missing, and taken when it is empty or has a store of an older
    version; with `new` false it must be a store. Where it cannot be written nothing is stored, with
    a warning. Raises DataError for a folder that is not ours, and for what is no folder.
    """
    with ExitStack() as stack:
        try:
            if root is not None:
                if new:
                    root.mkdir(parents=True, exist_ok=True)
                handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
                stack.callback(os.close, handle)
                fcntl.flock(handle, fcntl.LOCK_EX)
                _claim(root, new=new)
        except (FileExistsError, NotADirectoryError) as error:
            message = "is not a folder; name another with --cache DIR"
            raise DataError([file_problem(str(root), message)]) from error
        except OSError as error:
            if root is None or not new:
                message = f"cannot be opened: {error.strerror}"
                raise DataError([file_problem(str(root), message)]) from error
            warn_not_stored(root, error)
            root = None
        yield Store(root)


def _claim(root: Path, *, new: bool) -> None:
    """Make sure that a folder is ours; a `new` one is marked when nothing else is in it."""
    if (root / MARKER).is_file():
        return
    if not new:
        message = f"is not a store: it has no {MARKER}; name the store's folder with --cache DIR"
        raise DataError([file_problem(root, message)])
    foreign = next((path for path in sorted(root.iterdir()) if not _ours(path)), None)
    if foreign is not None:
        message = (
            f"holds '{foreign.name}', which is not of a store; name an empty folder with"
            " --cache DIR"
        )
        raise DataError([file_problem(root, message)])
    (root / MARKER).write_text("made by trdreport; trdreport store --prune 0 empties it\n")


def _ours(path: Path) -> bool:
    """Whether something in a folder without a marker can come from an older version's store."""
    if path.name in (*KINDS, DAMAGED):
        return is_folder(path) and all(NAME.fullmatch(own.name) for own in path.iterdir())
    return UNFINISHED.fullmatch(path.name) is not None


def _found(path: Path, wanted: Wanted[T]) -> tuple[T] | None:
    """What was stored; None when nothing was, or it is damaged and set aside."""
    try:
        content = read_entry(path)
        return None if content is None else (wanted.read(content),)
    except (OSError, ValueError, MemoryError):
        set_aside(path)
        return None


def _name(wanted: Wanted[T]) -> str:
    assert wanted.kind in KINDS, wanted.kind  # noqa: S101 (else `prune` would not know it)
    digest = hashlib.sha256(f"{wanted.kind}\0{fingerprint(wanted.make)}\0".encode())
    for part in wanted.inputs:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
