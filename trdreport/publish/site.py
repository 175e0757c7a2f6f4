"""Publish: write a folder beside the site, then put it in the site's place."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from trdreport.errors import DataError, file_problem

MARKER = ".trdreport-site"
"""A file that says that a folder was made by us and may be replaced."""

KEPT = ("README.md", ".gitignore")
"""Tracked files that a new site takes over from the old one."""


def check_replaceable(site: Path) -> None:
    """Raise DataError unless `site` is missing, empty but for kept files, or ours."""
    if site.is_symlink():
        raise DataError([file_problem(site, "is a symbolic link; name the folder itself")])
    if not site.exists():
        return
    if not site.is_dir():
        raise DataError([file_problem(site, "is not a folder; name another with --site DIR")])
    foreign = [path for path in site.iterdir() if path.name not in KEPT]
    if foreign and not (site / MARKER).is_file():
        message = "holds files that trdreport did not make; name another folder with --site DIR"
        raise DataError([file_problem(site, message)])


@contextmanager
def staged(site: Path) -> Iterator[Path]:
    """A new folder beside `site` that takes its place when the block ends well.

    When the block raises, or the process dies, the old site stays as it was.
    """
    check_replaceable(site)
    site.parent.mkdir(parents=True, exist_ok=True)
    with _alone_in(site.parent):
        _sweep(site)
        stage = Path(tempfile.mkdtemp(prefix=f".{site.name}-new-", dir=site.parent))
        try:
            stage.chmod(0o755)
            yield stage
            for name in KEPT:
                if (site / name).is_file():
                    shutil.copy2(site / name, stage / name)
            (stage / MARKER).write_text("made by trdreport build\n")
            _swap(stage, site)
        finally:
            shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other build publishes in this folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _swap(stage: Path, site: Path) -> None:
    if not site.exists():
        os.rename(stage, site)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{site.name}-old-", dir=site.parent))
    os.rename(site, old / site.name)
    try:
        os.rename(stage, site)
    except OSError:
        os.rename(old / site.name, site)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _sweep(site: Path) -> None:
    """Mend what a killed build left: put an old site back, drop half-made ones."""
    for old in sorted(site.parent.glob(f".{site.name}-old-*")):
        if not site.exists() and (old / site.name).is_dir():
            os.rename(old / site.name, site)
        shutil.rmtree(old, ignore_errors=True)
    for stage in site.parent.glob(f".{site.name}-new-*"):
        shutil.rmtree(stage, ignore_errors=True)


def write_files(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files by relative path below `root`."""
    for name, content in sorted(files.items()):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
