"""What a git checkout tells of a folder's history.

Git is read as data: bytes separated by NUL, no setting or variable of the user changes what is
read, and nothing that the history holds is checked out, followed or run.
"""

import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from trdreport.records.yamlfile import check_size, decoded


class HistoryError(Exception):
    """A revision that cannot be read; the message is a plain sentence."""


def git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What git prints, with `given` on its standard input; raises HistoryError with its words."""
    # GIT_DIR and its like would lead to another repository than the folder's; settings in
    # GIT_CONFIG_* stay, since they can be what makes the folder safe to read.
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith("GIT_CONFIG_")
    }
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "--no-pager", "--no-replace-objects", "-C", str(folder), *arguments],  # noqa: S607
            input=given,
            capture_output=True,
            check=False,
            env={**kept, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        )
    except FileNotFoundError as error:
        raise HistoryError("git is not installed") from error
    except (OSError, ValueError) as error:
        raise HistoryError(f"git cannot be run: {error}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise HistoryError(said[-1] if said else f"git {arguments[0]} failed")
    return done.stdout


def prefix(folder: Path) -> str:
    """Where a folder lies in its checkout, such as `registry/`; empty at the top.

    Raises HistoryError outside a checkout.
    """
    if not folder.is_dir():
        raise HistoryError(f"{folder} is not a folder")
    try:
        return os.fsdecode(git(folder, "rev-parse", "--show-prefix").removesuffix(b"\n"))
    except HistoryError as error:
        raise HistoryError(f"{folder} is not in a git checkout") from error


def texts_at(folder: Path, revision: str, wanted: Callable[[str], bool]) -> dict[str, str]:
    """The folder's files of wanted names as they were; links and submodules are no files.

    Raises HistoryError when there is no such revision or folder, and DataError for a file that is
    too large or no text.
    """
    where = prefix(folder)
    asked = ("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    try:
        commit = git(folder, *asked).decode().strip()
    except HistoryError as error:
        raise HistoryError(f"there is no revision '{revision}'") from error
    tree = f"{commit}:{where.rstrip('/')}"
    try:
        listed = git(folder, "ls-tree", "-r", "-z", "--long", "--full-tree", tree)
    except HistoryError as error:
        raise HistoryError(f"'{revision}' has no folder {where.rstrip('/') or '.'}") from error
    blobs = {}
    for entry in listed.split(b"\0")[:-1]:
        about, _, path = entry.partition(b"\t")
        mode, _, blob, size = about.split()
        name = named(path)
        if mode.startswith(b"100") and wanted(name):
            check_size(int(size), name)
            blobs[name] = blob
    return _contents(folder, blobs)


def _contents(folder: Path, blobs: dict[str, bytes]) -> dict[str, str]:
    asked = b"".join(blob + b"\n" for blob in blobs.values())
    stream = io.BytesIO(git(folder, "cat-file", "--batch", given=asked))
    texts = {}
    for name in blobs:
        size = stream.readline().split()[-1]
        if not size.isdigit():
            raise HistoryError(f"{name} is not in this copy of the history")
        texts[name] = decoded(stream.read(int(size)), name)
        stream.read(1)
    return texts


def named(path: bytes) -> str:
    """A path as text; bytes that are not UTF-8 are spelled out."""
    return path.decode("utf-8", "backslashreplace")


def uncommitted(folder: Path) -> tuple[str, ...]:
    """Files of a folder that differ from the last commit, or are not in it, by their path there.

    None outside a checkout, or where there is no git.
    """
    try:
        where = prefix(folder)
    except HistoryError:
        return ()
    told = git(folder, "status", "--porcelain", "--no-renames", "-z", "-uall", "--", ".")
    return tuple(named(entry[3:]).removeprefix(where) for entry in told.split(b"\0")[:-1])
