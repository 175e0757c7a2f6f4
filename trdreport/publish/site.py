"""Publish: write a folder beside the site, then put it in the site's place.

What a person added to a site stays there: only files that the last build wrote are removed.
"""

import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from trdreport.errors import DataError, FileError, Problem, file_problem
from trdreport.publish.swapping import (
    MARKER,
    carry_over,
    clear,
    mark,
    swap,
    workroom,
    workrooms,
    written,
)
from trdreport.work.files import alone_in

__all__ = ["MARKER", "check_name", "check_replaceable", "mend", "staged", "write_files"]

KEPT = ("README.md", ".gitignore")
"""Tracked files that a folder may hold before its first build."""

ELSEWHERE = "name another folder with --site DIR"


def check_replaceable(site: Path, sources: Iterable[Path] = ()) -> None:
    """Raise DataError unless `site` is missing, empty but for kept files, or ours.

    Nor may it hold a `.git` or any of `sources`, the folders that a site is made from.
    """
    problems = [
        file_problem(source, f"lies inside the site {site}; move it, or {ELSEWHERE}")
        for source in sources
        if source.resolve().is_relative_to(site.resolve())
    ]
    problems += _problems(site)
    if problems:
        raise DataError(problems)


def _problems(site: Path) -> list[Problem]:
    if site.is_symlink():
        return [file_problem(site, "is a symbolic link; name the folder itself")]
    if not site.exists():
        return []
    if not site.is_dir():
        return [file_problem(site, f"is not a folder; {ELSEWHERE}")]
    return _problems_inside(site)


def _problems_inside(site: Path) -> list[Problem]:
    ours = (site / MARKER).is_file()
    checkouts = [*site.rglob(".git")] if ours else [*site.glob(".git")]
    if checkouts:
        message = (
            "is of a checkout, which a build would take apart; build into another folder with"
            " --site DIR, then copy its files here: cp -R DIR/. CHECKOUT"
        )
        return [file_problem(path, message) for path in checkouts]
    if not ours and any(path.name not in KEPT for path in site.iterdir()):
        return [file_problem(site, f"holds files that trdreport did not make; {ELSEWHERE}")]
    if ours and not written(site):
        message = "was built by a version that kept no list of its files; delete it"
        return [file_problem(site, f"{message}, or {ELSEWHERE}")]
    return []


def mend(site: Path) -> None:
    """Put right what a killed build left: a site that is not there, folders half-made."""
    site = site.resolve()
    if site.parent.is_dir():
        with alone_in(site.parent):
            _sweep(site)


@contextmanager
def staged(site: Path) -> Iterator[Path]:
    """A new folder beside `site` that takes its place when the block ends well.

    Raises FileError when the system cannot write. When the block raises, or the process dies, the
    old site stays as it was. At every moment the
    old site or the new one is there, whole, where the system can exchange two folders; elsewhere
    the next build mends the gap.
    """
    check_replaceable(site)
    site = site.resolve()
    try:
        site.parent.mkdir(parents=True, exist_ok=True)
        with alone_in(site.parent):
            _sweep(site)
            yield from _swapped(site)
    except OSError as error:
        raise FileError(f"{site} cannot be written: {error.strerror}") from error


def _swapped(site: Path) -> Iterator[Path]:
    room = workroom(site)
    try:
        new = room / "new"
        new.chmod(stat.S_IMODE(site.stat().st_mode) if site.exists() else 0o755)
        yield new
        mark(new)
        if site.exists():
            carry_over(site, new)
        swap(room, site)
    finally:
        clear(room, site)


def _sweep(site: Path) -> None:
    for room in workrooms(site):
        clear(room, site)


def check_name(name: str) -> str:
    """The path of a file below the site; raises DataError for one that leads out or hides."""
    parts = name.split("/")
    if all(part.isprintable() and part[:1] not in ("", ".") for part in parts) and not set(
        name
    ) & set("\\:"):
        return name
    message = "cannot be a file of the site; rename what it is named after"
    raise DataError([file_problem(repr(name), message)])


def write_files(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files by relative path below `root`; raises DataError when one would lie elsewhere."""
    paths = {root / check_name(name): content for name, content in sorted(files.items())}
    for path, content in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
