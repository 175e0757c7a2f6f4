"""Files of the result store, each read only when it is what was written under its name.

The first line of an entry is the SHA-256 of its kind, its name and its content, so an entry that
is damaged, or lies in the place of another, is noticed. What lies there may be anything: nothing
here follows a link, waits for a pipe, or reads what is not a file.
"""

import errno
import hashlib
import os
import re
import secrets
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

DAMAGED = "damaged"
"""Folder beside the kinds for what was set aside."""

NAME = re.compile(r"[0-9a-f]{64}(-[0-9a-f]{32})?")
"""Name of an entry; with a token, of one that was set aside beside another of its name."""

UNFINISHED = re.compile(r"\.new-([0-9a-f]{32}|[0-9a-z_]{8})")
"""Name of a file that is being written, or was when its writer died; short in older versions."""

SEAL_BYTES = 65

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""What a disk says that takes nothing more, whatever it is asked to take."""


def read_entry(path: Path) -> bytes | None:
    """The content of the entry at `path`; None where there is none.

    Raises OSError when it cannot be read, and ValueError when it is not what was written.
    """
    if not is_folder(path.parent):
        return None
    try:
        with _folder(path.parent) as folder:
            handle = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("is not a file")
        with open(handle, "rb", closefd=False) as stream:
            seal = stream.read(SEAL_BYTES)
            content = stream.read()
        if seal != _seal(path, content):
            raise ValueError("is not what was written here")
        with suppress(OSError):  # a store that may only be read
            os.utime(handle)
        return content
    finally:
        os.close(handle)


def write_entry(path: Path, content: bytes) -> None:
    """Write an entry whole or not at all; warn where the disk does not take it."""
    new = path.parent.parent / f".new-{secrets.token_hex(16)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _folder(path.parent) as folder:
            with open(new, "xb") as stream:
                stream.write(_seal(path, content) + content)
            os.replace(new, path.name, dst_dir_fd=folder)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        warn_not_stored(path.parents[error.errno in FULL], error)


def set_aside(path: Path) -> None:
    """Move what is not an entry out of the way, and warn."""
    target = path.parent.parent / DAMAGED / path.name
    try:
        target.parent.mkdir(exist_ok=True)
        if os.path.lexists(target):
            target = target.with_name(f"{path.name}-{secrets.token_hex(16)}")
        with _folder(path.parent) as folder:
            os.rename(path.name, target, src_dir_fd=folder)
    except OSError as error:
        told = f"is in the way: {path} cannot be moved: {error.strerror}"
    else:
        told = f"was set aside: {target}"
    warnings.warn(f"a damaged entry of the store {told}", stacklevel=2)


def warn_not_stored(folder: Path, error: OSError) -> None:
    """Say, once for each folder and reason, that what is computed is not kept."""
    _warn_once(f"{folder}: nothing can be stored: {error.strerror}")


@cache  # Python forgets what it warned of whenever a library sets its warnings aside
def _warn_once(message: str) -> None:
    warnings.warn(message, stacklevel=3)


def is_folder(path: Path) -> bool:
    """Whether a folder, not a link to one, is there."""
    return path.is_dir() and not path.is_symlink()


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    """A handle of a kind's folder."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield handle
    finally:
        os.close(handle)


def _seal(path: Path, content: bytes) -> bytes:
    """The first line of an entry."""
    digest = hashlib.sha256(f"{path.parent.name}\0{path.name}\0".encode())
    digest.update(content)
    return digest.hexdigest().encode() + b"\n"
