"""Files are written whole, and together or not at all, also on a disk that is full."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from trdreport.errors import DataError, FileError
from trdreport.work.files import rewrite, write_new


def failing(
    call: Callable[..., object], at: int, error: OSError | KeyboardInterrupt
) -> Callable[..., object]:
    """A call of the system that fails the `at`th time, counted from 1."""
    left = at

    def wrapped(*arguments: object, **options: object) -> object:
        nonlocal left
        left -= 1
        if left == 0:
            raise error
        return call(*arguments, **options)

    return wrapped


def full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder, also hidden ones."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_new_files_are_all_there_and_nothing_else(tmp_path: Path) -> None:
    write_new({tmp_path / "a.yaml": "ä\n", tmp_path / "new" / "b.yaml": "b\n"})
    assert contents(tmp_path) == {"a.yaml": "ä\n", "new/b.yaml": "b\n"}


@pytest.mark.parametrize("name", ["fsync", "link", "unlink"])
@pytest.mark.parametrize("at", [1, 2])
def test_a_full_disk_leaves_no_new_file(
    name: str, at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {tmp_path / "a": "a", tmp_path / "new" / "b": "b"}
    monkeypatch.setattr(os, name, failing(getattr(os, name), at, full()))
    with pytest.raises(FileError, match=r"^\S+ cannot be written: No space left on device$"):
        write_new(texts)
    assert list(tmp_path.iterdir()) == []
    write_new(texts)
    assert contents(tmp_path) == {"a": "a", "new/b": "b"}


def test_an_interrupted_command_leaves_no_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", failing(os.link, 2, KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        write_new({tmp_path / "a": "a", tmp_path / "b": "b"})
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_kept_and_no_other_written(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("old")
    with pytest.raises(DataError, match="b:1:1: is there already"):
        write_new({tmp_path / "a": "new", tmp_path / "b": "new"})
    assert contents(tmp_path) == {"b": "old"}


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(os, name, failing(getattr(os, name), 1, full()))
    with pytest.raises(FileError, match="No space left on device"):
        rewrite({tmp_path / "a": "new"})
    assert contents(tmp_path) == {"a": "old"}


def test_a_rewritten_file_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o640)
    rewrite({tmp_path / "a": "new"})
    assert contents(tmp_path) == {"a": "new"}
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_what_a_killed_command_left_is_removed_and_other_files_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.new").write_text("mine")
    with monkeypatch.context() as killed:
        killed.setattr("trdreport.work.files._drop", lambda _: None)
        killed.setattr(os, "replace", failing(os.replace, 1, KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            rewrite({tmp_path / "a": "half"})
    assert len(contents(tmp_path)) == 2
    rewrite({tmp_path / "a": "whole"})
    assert contents(tmp_path) == {"a": "whole", "a.new": "mine"}
