"""Files that are written whole, and together or not at all."""

import fcntl
import os
import secrets
import stat
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from trdreport.errors import DataError, FileError, file_problem

PARTS = ".*.trdreport-new"
"""What a killed command may leave beside its files; hidden, so that nothing reads it."""


@dataclass(frozen=True)
class Change:
    """The text of a file as it was read, and as it is to be."""

    old: str
    new: str


def write_new(
    texts: Mapping[Path, str], changed: Mapping[Path, Change] = MappingProxyType({})
) -> None:
    """Write new files and change others, all or none.

    Raises DataError when a new one is there already or one to be changed is not as it was read,
    FileError when the system cannot write.
    """
    with ExitStack() as always, ExitStack() as undo:
        folders = _alone({*texts, *changed}, always, undo)
        for path, change in changed.items():
            with _told(path):
                if path.read_bytes() != change.old.encode():
                    message = "was changed by another meanwhile; give the command again"
                    raise DataError([file_problem(path, message)])
        whole = {**texts, **{path: change.new for path, change in changed.items()}}
        parts = _parts(whole, undo, like=changed)
        for path in texts:
            with _told(path):
                os.link(parts[path], path)  # unlike a rename, never in the place of another
                undo.callback(_drop, path)
                parts[path].unlink()
        for path in changed:
            with _told(path):
                before = _part(path)
                always.callback(_drop, before)
                os.link(path, before)
                undo.callback(os.replace, before, path)
                os.replace(parts[path], path)
        _sync_all(folders)
        undo.pop_all()


def rewrite(texts: Mapping[Path, str]) -> None:
    """Write files in the place of those that may be there; raises FileError.

    No file is replaced before all are on the disk, and each keeps its permissions.
    """
    with ExitStack() as always, ExitStack() as undo:
        folders = _alone(texts, always, undo)
        for path, part in _parts(texts, undo, like=texts).items():
            with _told(path):
                os.replace(part, path)
        _sync_all(folders)
        undo.pop_all()


def _alone(paths: Iterable[Path], always: ExitStack, undo: ExitStack) -> list[Path]:
    """The folders of files, made where they are missing, with no other command in them."""
    folders = sorted({path.parent for path in paths})
    for folder in folders:
        with _told(folder):
            if not folder.exists():
                folder.mkdir(parents=True)
                undo.callback(_drop, folder)
            always.enter_context(alone_in(folder))
            _sweep(folder)
    return folders


def _parts(texts: Mapping[Path, str], undo: ExitStack, like: Container[Path]) -> dict[Path, Path]:
    """Texts on the disk, each beside its place; those of files that are there with their rights."""
    parts = {}
    for path, text in texts.items():
        part = parts[path] = _part(path)
        undo.callback(_drop, part)
        with _told(path):
            _store(part, text, path if path in like else None)
    return parts


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}.trdreport-new")


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


def _sync_all(folders: Iterable[Path]) -> None:
    for folder in folders:
        with _told(folder):
            _sync(folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
