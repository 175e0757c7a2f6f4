"""Files that are written whole, and together or not at all."""

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from trdreport.errors import DataError, FileError, file_problem

PARTS = ".*.trdreport-new"
"""What a killed command may leave beside its files; hidden, so that nothing reads it."""


def write_new(texts: Mapping[Path, str]) -> None:
    """Write new files, all or none.

    Raises DataError when one is there already, FileError when the system cannot write.
    """
    _write(texts, replace=False)


def rewrite(texts: Mapping[Path, str]) -> None:
    """Write files in the place of those that may be there; raises FileError.

    No file is replaced before all are on the disk, and each keeps its permissions.
    """
    _write(texts, replace=True)


def _write(texts: Mapping[Path, str], *, replace: bool) -> None:
    with ExitStack() as always, ExitStack() as undo:
        folders = sorted({path.parent for path in texts})
        for folder in folders:
            with _told(folder):
                if not folder.exists():
                    folder.mkdir(parents=True)
                    undo.callback(_drop, folder)
                always.enter_context(alone_in(folder))
                _sweep(folder)
        parts = {}
        for path, text in texts.items():
            part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.trdreport-new")
            undo.callback(_drop, part)
            with _told(path):
                _store(part, text, path if replace else None)
            parts[path] = part
        for path, part in parts.items():
            with _told(path):
                if replace:
                    os.replace(part, path)
                else:
                    os.link(part, path)  # unlike a rename, never in the place of another
                    undo.callback(_drop, path)
                    part.unlink()
        for folder in folders:
            with _told(folder):
                _sync(folder)
        undo.pop_all()


def _drop(path: Path) -> None:
    """Take back what was made, as far as the system lets us."""
    with suppress(OSError):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()


def _store(part: Path, text: str, like: Path | None) -> None:
    with part.open("x", encoding="utf-8", newline="\n") as stream:
        if like is not None and like.exists():
            os.fchmod(stream.fileno(), stat.S_IMODE(like.stat().st_mode))
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the system says into one sentence."""
    try:
        yield
    except FileExistsError as error:
        message = "is there already; choose another name"
        raise DataError([file_problem(path, message)]) from error
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror}") from error


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other command writes in this folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Delete what killed commands left; only for who is alone in the folder."""
    for part in folder.glob(PARTS):
        part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
