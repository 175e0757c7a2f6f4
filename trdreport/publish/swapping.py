"""Put a new folder in the place of a site in one step, and lose no file that a person put there."""

import ctypes
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from trdreport.errors import DataError, file_problem

MARKER = ".trdreport-site"
"""A file that says that a folder was made by us, and which files in it we wrote."""

OWNER = "made-by-trdreport"
"""A file in each folder that we work in; no other may be removed."""

MADE = "made by trdreport build"
TOKEN_BYTES = 8
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h


def mark(folder: Path) -> None:
    """List every file in the folder, with its SHA-256, as written by us."""
    rows = [f"{_sha256(folder / name)}  {name}\n" for name in sorted(_leaves(folder))]
    (folder / MARKER).write_text(f"{MADE}\n{''.join(rows)}")


def written(folder: Path) -> Mapping[str, str]:
    """SHA-256 by name of the files that we wrote into a folder; none without a list of them."""
    if not (folder / MARKER).is_file():
        return {}
    rows = (folder / MARKER).read_text().splitlines()[1:]
    return {name: digest for digest, _, name in (row.partition("  ") for row in rows)}


def workroom(site: Path) -> Path:
    """A new folder of ours beside the site, with an empty folder `new` in it."""
    room = site.parent / f".{site.name}-{secrets.token_hex(TOKEN_BYTES)}"
    new = room / "new"
    new.mkdir(parents=True)
    try:
        # Which of two folders is the new one can be told by its inode after they were exchanged.
        (room / OWNER).write_text(f"{MADE}\n{room.name}\n{new.stat().st_ino}\n")
    except OSError:
        shutil.rmtree(room, ignore_errors=True)  # nobody else would know that it is ours
        raise
    return room


def workrooms(site: Path) -> list[Path]:
    """Folders beside the site that builds of it left there."""
    name = re.compile(rf"\.{re.escape(site.name)}-[0-9a-f]{{{2 * TOKEN_BYTES}}}")
    beside = site.parent.iterdir() if site.parent.is_dir() else ()
    return [path for path in sorted(beside) if name.fullmatch(path.name) and _owner(path)]


def _owner(room: Path) -> list[str]:
    """The inode of the new folder, in a list, if the room is ours."""
    path = room / OWNER
    if room.is_symlink() or not path.is_file():
        return []
    made, name, *inode = [*path.read_text(errors="replace").splitlines(), "", ""][:3]
    return inode if (made, name) == (MADE, room.name) else []


def carry_over(site: Path, new: Path) -> None:
    """Put what a person added to the site into the new folder too; raises DataError."""
    name = ""
    try:
        for name in _foreign(site, new):
            _link(site / name, new / name)
    except OSError as error:
        message = f"was not made by trdreport and cannot be kept ({error.strerror}); move it away"
        raise DataError([file_problem(site / name, message)]) from error


def swap(room: Path, site: Path) -> None:
    """Put `new` in the place of the site, which is in the room afterwards."""
    if not site.exists():
        os.rename(room / "new", site)
    elif not _exchange(room / "new", site):
        os.rename(site, room / "old")
        os.rename(room / "new", site)


def clear(room: Path, site: Path) -> None:
    """Remove a room in whatever state a build left it; the site is there if it ever was."""
    former = _former(room, site)
    if former and not site.exists():
        os.rename(former, site)
    elif former:
        _rescue(former, site)
    shutil.rmtree(room, ignore_errors=True)


def _former(room: Path, site: Path) -> Path | None:
    """The site that was replaced, if it is in the room."""
    if (room / "old").is_dir():
        return room / "old"
    swapped = site.exists() and [str(site.stat().st_ino)] == _owner(room)
    return room / "new" if swapped and (room / "new").is_dir() else None


def _rescue(former: Path, site: Path) -> None:
    """Move to the site what was added or saved after all else was carried over."""
    for name in _foreign(former, site):
        source, target = former / name, site / name
        known = os.path.lexists(target) and (
            target.is_dir() or os.path.samestat(source.lstat(), target.lstat())
        )
        if not known:
            _folder(source.parent, target.parent)
            os.replace(source, target)


def _foreign(old: Path, new: Path) -> Iterator[str]:
    """What we did not write into `old`; of our files, those changed since that `new` has not."""
    ours = written(old)
    for name in _leaves(old):
        path = old / name
        if name not in ours or (
            not os.path.lexists(new / name)
            and (path.is_symlink() or not path.is_file() or _sha256(path) != ours[name])
        ):
            yield name


def _leaves(folder: Path) -> Iterator[str]:
    """Files, links and empty folders below a folder, without its marker."""

    def refuse(error: OSError) -> None:
        raise error

    for root, folders, files in os.walk(folder, onerror=refuse):
        here = Path(root).relative_to(folder)
        links = [name for name in folders if os.path.islink(os.path.join(root, name))]
        names = [(here / name).as_posix() for name in (*files, *links)]
        yield from (name for name in names if name != MARKER)
        if not folders and not files and root != str(folder):
            yield here.as_posix()


def _link(source: Path, target: Path) -> None:
    if source.is_dir() and not source.is_symlink():
        _folder(source, target)
        return
    _folder(source.parent, target.parent)
    if os.path.lexists(target):
        raise FileExistsError(0, "the report has a file of this name")
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # no hard links here, or not to files of others
        shutil.copy2(source, target, follow_symlinks=False)


def _folder(source: Path, target: Path) -> None:
    """Make a folder, and those above it, as open as they are in the source."""
    if not target.exists():
        _folder(source.parent, target.parent)
        target.mkdir()
        shutil.copystat(source, target)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or the disk cannot."""
    call = getattr(ctypes.CDLL(None), "renameat2", None)
    if call is None:
        return False
    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    paths = os.fsencode(one), os.fsencode(other)
    return bool(call(AT_FDCWD, paths[0], AT_FDCWD, paths[1], RENAME_EXCHANGE) == 0)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
