"""What is stored is what was computed, and nothing is computed twice or kept when damaged."""

import errno
import io
import os
import pickle
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import ROOT
from trdreport.engine import analysis, run
from trdreport.engine.codec import decode, encode
from trdreport.engine.results import AnalysisResult, ExperimentTable
from trdreport.errors import DataError
from trdreport.records.loading import load_registry
from trdreport.work.entries import read_entry, write_entry
from trdreport.work.scheduling import one_by_one
from trdreport.work.store import MARKER, Store, Wanted, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store") as opened:
        yield opened


def remember(store: Store, kind: str, name: str, content: bytes) -> bytes:
    return store.remember(kind, (name,), partial(bytes, content), bytes)


def entry(store: Store, kind: str = "map") -> Path:
    assert store.root is not None
    (path,) = store.root.glob(f"{kind}/*")
    return path


def test_an_entry_is_made_once(store: Store) -> None:
    assert remember(store, "map", "a", b"one") == b"one"
    assert remember(store, "map", "a", b"two") == b"one"


def test_other_inputs_are_another_entry(store: Store) -> None:
    store.remember("map", ("a", "bc"), partial(bytes, b"one"), bytes)
    assert store.remember("map", ("ab", "c"), partial(bytes, b"two"), bytes) == b"two"
    assert store.remember("pdf", ("a", "bc"), partial(bytes, b"three"), bytes) == b"three"


def test_each_of_many_is_kept_as_soon_as_it_is_made(store: Store) -> None:
    """Whatever becomes of the others; they are told of by number, those that were there too."""
    wanted = [Wanted("map", (name,), partial(bytes, name.encode()), bytes) for name in "abc"]
    told: list[tuple[int, ...]] = []

    def stopped(pieces: Sequence[Callable[[], Any]]) -> Iterator[tuple[int, Any]]:
        yield 1, pieces[1]()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.remember_all(wanted, stopped)
    assert store.entries()["map"][0] == 1
    found = store.remember_all(wanted, one_by_one, lambda *numbers: told.append(numbers))
    assert found == [b"a", b"b", b"c"]
    assert told == [(1, 3, 1), (2, 3, 1), (3, 3, 1)]
    store.remember_all(wanted, one_by_one, lambda *numbers: told.append(numbers))
    assert told[3:] == [(3, 3, 3)]


def test_without_a_folder_nothing_is_kept() -> None:
    assert remember(Store(None), "map", "a", b"one") == b"one"
    assert remember(Store(None), "map", "a", b"two") == b"two"


def test_a_damaged_entry_is_set_aside_and_made_again(store: Store) -> None:
    remember(store, "map", "a", b"one")
    path = entry(store)
    for damage in (b"", path.read_bytes()[:-1], path.read_bytes()[:-1] + b"X", b"one"):
        path.write_bytes(damage)
        with pytest.warns(UserWarning, match="damaged entry of the store was set aside"):
            assert remember(store, "map", "a", b"again") == b"again"
        assert remember(store, "map", "a", b"never") == b"again"
    aside = list((path.parent.parent / "damaged").iterdir())
    assert len(aside) == 4
    assert store.entries()["damaged"][0] == 4


def test_exchanged_entries_are_noticed(store: Store) -> None:
    remember(store, "map", "a", b"one")
    first = entry(store)
    remember(store, "map", "b", b"two")
    (second,) = {*first.parent.iterdir()} - {first}
    kept = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(kept)
    for name in ("a", "b"):
        with pytest.warns(UserWarning, match="damaged entry"):
            assert remember(store, "map", name, b"again") == b"again"


def test_an_entry_of_another_kind_is_noticed(store: Store) -> None:
    """Also under the very name that is asked for."""
    remember(store, "map", "a", b"one")
    remember(store, "pdf", "a", b"two")
    entry(store, "map").replace(entry(store, "pdf"))
    with pytest.warns(UserWarning, match="damaged entry"):
        assert remember(store, "pdf", "a", b"again") == b"again"
    assert remember(store, "map", "a", b"again") == b"again"
    kept = entry(store, "map")
    renamed = entry(store, "pdf").with_name(kept.name)
    shutil.copy(kept, renamed)
    entry_of_pdf = next(path for path in renamed.parent.iterdir() if path != renamed)
    renamed.replace(entry_of_pdf)
    with pytest.warns(UserWarning, match="damaged entry"):
        assert remember(store, "pdf", "a", b"anew") == b"anew"


def a_folder(path: Path) -> None:
    (path / "inside").mkdir(parents=True)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_link(path: Path) -> None:
    kept = path.parent.parent.parent / "kept"
    kept.write_bytes(b"one")
    path.symlink_to(kept)


def a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def a_socket(path: Path) -> None:
    short = path.parent.parent.parent / "s"  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(short))
    short.replace(path)


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("put", [a_folder, a_pipe, a_link, a_loop, a_socket, a_device])
def test_what_is_no_file_is_set_aside(put: Callable[[Path], None], store: Store) -> None:
    remember(store, "map", "a", b"one")
    path = entry(store)
    for _ in range(2):  # the second finds one of its name set aside already
        path.unlink()
        put(path)
        with pytest.warns(UserWarning, match="was set aside"):
            assert remember(store, "map", "a", b"again") == b"again"
        assert remember(store, "map", "a", b"never") == b"again"
        (path.parent.parent.parent / "kept").unlink(missing_ok=True)


def test_an_entry_that_cannot_be_read_is_set_aside(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(store, "map", "a", b"one")
    name = entry(store).name
    failing(monkeypatch, "open", errno.EACCES, lambda path, *_: path == name)
    with pytest.warns(UserWarning, match="was set aside"):
        assert remember(store, "map", "a", b"again") == b"again"


def test_what_cannot_be_moved_is_in_the_way(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(store, "map", "a", b"one")
    path = entry(store)
    path.unlink()
    a_folder(path)
    failing(monkeypatch, "rename", errno.EROFS, lambda *_: True)
    with (
        pytest.warns(UserWarning, match=f"is in the way: .*{path.name} cannot be moved: Read-only"),
        pytest.warns(UserWarning, match="nothing can be stored"),
    ):
        assert remember(store, "map", "a", b"again") == b"again"


def failing(
    monkeypatch: pytest.MonkeyPatch, name: str, number: int, when: Callable[..., bool]
) -> None:
    """A function of the system that fails; tests may run as root, whom no permission stops."""
    original = getattr(os, name)

    def function(*arguments: object, **options: object) -> object:
        if when(*arguments):
            raise OSError(number, os.strerror(number))
        return original(*arguments, **options)

    monkeypatch.setattr(os, name, function)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
@pytest.mark.parametrize("call", ["mkdir", "replace"])
def test_a_disk_that_takes_nothing_does_not_stop_the_computing(
    store: Store, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    failing(monkeypatch, call, number, lambda *_: True)
    with pytest.warns(UserWarning, match=f"nothing can be stored: {os.strerror(number)}"):
        assert remember(store, "map", "a", b"one") == b"one"
    assert store.entries() == {}


def test_a_full_disk_leaves_nothing_half_written(store: Store) -> None:
    """/dev/full is a disk that is always full; the file that is written becomes a link to it."""
    code = (
        "import sys; from pathlib import Path; import trdreport.work.entries as entries\n"
        "entries.open = lambda path, mode: (Path(path).touch(), open('/dev/full', 'wb'))[1]\n"
        "entries.write_entry(Path(sys.argv[1]), b'one')"
    )
    assert store.root is not None
    path = store.root / "map" / ("a" * 64)
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    assert "nothing can be stored: No space left on device" in done.stderr
    assert list(path.parent.iterdir()) == []
    assert [own.name for own in store.root.iterdir() if own.is_file()] == [MARKER]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
@pytest.mark.parametrize("call", ["mkdir", "open"])
def test_a_store_that_cannot_be_begun_stores_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    root = tmp_path / "store"
    failing(monkeypatch, call, number, lambda path, *_: Path(path) == root)
    with (
        pytest.warns(UserWarning, match=f"store: nothing can be stored: {os.strerror(number)}"),
        open_store(root) as opened,
    ):
        assert remember(opened, "map", "a", b"one") == b"one"


def test_a_kind_that_is_no_folder_is_left_alone(store: Store, tmp_path: Path) -> None:
    assert store.root is not None
    (store.root / "map").write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / ("a" * 64)).write_text("mine")
    (store.root / "pdf").symlink_to(tmp_path / "elsewhere")
    for kind in ("map", "pdf"):
        with pytest.warns(UserWarning, match=f"{kind}: nothing can be stored"):
            assert remember(store, kind, "a", b"one") == b"one"
    assert store.prune(1e12) == 0
    assert (store.root / "map").read_text() == "mine"
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["a" * 64]


def test_what_cannot_be_read_back_is_made_again(store: Store) -> None:
    """An entry may be whole and still not be what its reader knows."""
    remember(store, "map", "a", b"one")
    with pytest.warns(UserWarning, match="damaged entry"):
        assert store.remember("map", ("a",), partial(bytes, b"2"), int) == 2


def test_old_entries_are_pruned(store: Store) -> None:
    remember(store, "map", "a", b"one")
    assert store.entries() == {"map": (1, 68)}
    assert store.prune(0) == 0
    assert store.prune(1e12) == 1
    assert store.entries() == {}


def test_only_what_is_ours_is_pruned(store: Store) -> None:
    assert store.root is not None
    remember(store, "map", "a", b"one")
    theirs = [
        *(store.root / "map" / name for name in ("notes.txt", "A" * 64, "a" * 63, "a" * 65)),
        store.root / "mine" / ("a" * 64),
        store.root / ("a" * 64),
        store.root / ".new-document.txt",
    ]
    (store.root / "mine").mkdir()
    for path in theirs:
        path.write_text("mine")
    assert store.prune(1e12) == 1
    assert all(path.read_text() == "mine" for path in theirs)


def test_a_folder_that_is_not_a_store_is_not_pruned(tmp_path: Path) -> None:
    path = tmp_path / "map" / ("a" * 64)
    path.parent.mkdir()
    path.write_text("mine")
    with pytest.raises(DataError, match=f"is not a store: it has no {MARKER}"):
        Store(tmp_path).prune(1e12)
    with pytest.raises(DataError, match="is not a store"), open_store(tmp_path, new=False):
        pass
    assert path.read_text() == "mine"


def test_what_cannot_be_deleted_is_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(store, "map", "a", b"one")
    failing(monkeypatch, "unlink", errno.EROFS, lambda *_: True)
    with pytest.raises(DataError, match=f"{entry(store).name}.*cannot be deleted: Read-only"):
        store.prune(1e12)


@pytest.mark.parametrize("name", ["notes.txt", "map/notes.txt", "pictures/a.png", f"{MARKER}/a"])
def test_a_folder_with_other_files_does_not_become_a_store(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    with (
        pytest.raises(DataError, match=r"name an empty folder with --cache DIR"),
        open_store(tmp_path),
    ):
        pass
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name]


def test_a_store_of_an_older_version_is_taken_over(tmp_path: Path) -> None:
    for name in (f"map/{'a' * 64}", f"damaged/{'b' * 64}", ".new-abc12_de"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("old")
    with open_store(tmp_path) as opened:
        assert (tmp_path / MARKER).is_file()
        assert opened.prune(1e12) == 3


@pytest.mark.parametrize("name", ["file", "file/below", "pipe", "lost"])
def test_a_store_must_be_a_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "lost").symlink_to("nowhere")
    with pytest.raises(DataError, match="is not a folder"), open_store(tmp_path / name):
        pass


def test_a_device_is_no_store() -> None:
    with pytest.raises(DataError, match="is not a folder"), open_store(Path("/dev/null")):
        pass


def test_what_a_killed_writer_left_is_neither_read_nor_in_the_way(tmp_path: Path) -> None:
    root = tmp_path / "store"
    code = (
        "import os, sys; from functools import partial; from pathlib import Path\n"
        "from trdreport.work.store import open_store\n"
        "os.replace = lambda *_, **__: os.kill(os.getpid(), 9)\n"
        "with open_store(Path(sys.argv[1])) as store:\n"
        "    store.remember('map', ('a',), partial(bytes, b'one'), bytes)"
    )
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", code, root], check=False).returncode == -9
    with open_store(root) as opened:
        assert opened.entries() == {"unfinished": (2, 136)}
        assert remember(opened, "map", "a", b"two") == b"two"
        assert opened.prune(1e12) == 3
    assert [path.name for path in root.rglob("*") if path.is_file()] == [MARKER]


def test_a_second_build_waits(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from trdreport.work.store import open_store\n"
        "with open_store(Path(sys.argv[1])): print('in')"
    )
    with open_store(tmp_path):
        other = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        with pytest.raises(subprocess.TimeoutExpired):
            other.communicate(timeout=3)
    assert other.communicate(timeout=30)[0] == "in\n"


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Number of foci of each analysis that is really computed; the computing itself is real."""
    calls: list[int] = []
    original = analysis.run_analysis

    def counted(run: str, table: ExperimentTable, *rest: Any, **named: Any) -> AnalysisResult:
        calls.append(table.n_foci)
        return original(run, table, *rest, **named)

    monkeypatch.setattr(analysis, "run_analysis", counted)
    return calls


def test_only_what_an_edit_enters_is_computed_again(
    overlaid: Callable[[str], Path], store: Store, computed: list[int]
) -> None:
    root = overlaid("valid")

    def build() -> list[int]:
        computed.clear()
        run.run_plan(load_registry(root), store)
        return list(computed)

    study = root / "studies" / "alpha2018.yaml"
    text = study.read_text()
    assert build() == [4, 2, 4]
    assert build() == []
    study.write_text(text.replace("country: Utopia", "country: Arcadia"))
    assert build() == []
    study.write_text(text.replace("y: -20", "y: -24"))
    assert build() == [4, 4]
    study.write_text(text.replace("n: 20", "n: 21"))
    assert build() == [4, 2, 4]
    plan = root / "analyses.yaml"
    plan.write_text(plan.read_text().replace("A small profile", "A small one"))
    assert build() == []


def forged(whole: bytes) -> Iterator[bytes]:
    """Bytes in the place of an analysis: cut, lengthened, and in other formats."""
    head = whole.index(b"\n") + 1
    yield from (whole[:size] for size in (0, 1, head - 1, head, head + 8, len(whole) - 1))
    yield whole + b"0"
    yield b"[]\n" + whole[head:]
    yield b'[{"readout": "cluster-fwe"}]\n' + whole[head:]
    yield b"[" * 100_000
    yield pickle.dumps({"map_stat": 1})
    array = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (2**60,)}
    np.lib.format.write_array_header_1_0(array, header)
    yield array.getvalue()
    objects = io.BytesIO()
    np.savez(objects, map_stat=np.array([{}], dtype=object))
    yield objects.getvalue()


def test_a_forged_analysis_is_set_aside_and_computed_again(
    overlaid: Callable[[str], Path], store: Store, computed: list[int]
) -> None:
    registry = load_registry(overlaid("valid"))

    def first() -> AnalysisResult:
        result = run.run_plan(registry, store)[0]
        assert isinstance(result, AnalysisResult)
        return result

    result = first()
    whole = encode(result)
    assert store.root is not None
    (path,) = [path for path in store.root.glob("analysis/*") if read_entry(path) == whole]
    profile = registry.plan.runs[0].profile
    assert encode(decode(whole, result.run, result.table, profile)) == whole
    for content in forged(whole):
        with pytest.raises(ValueError):  # noqa: PT011 (of numpy, of pydantic or ours)
            decode(content, result.run, result.table, profile)
    computed.clear()
    write_entry(path, b"[]\n" + whole)
    with pytest.warns(UserWarning, match="damaged entry"):
        again = first()
    assert computed == [4]
    assert encode(again) == whole
    assert all(again.maps[name].dtype == float for name in again.maps)


@pytest.mark.slow
def test_a_warm_build_is_the_same_site(tmp_path: Path) -> None:
    code = "from trdreport.cli import main; main()"
    for name in ("cold", "warm"):
        subprocess.run(
            [
                sys.executable, "-c", code, "build", "--registry", "tests/registries/valid",
                "--site", str(tmp_path / name / "site"), "--cache", str(tmp_path / "cache"),
            ],
            cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip
    cold, warm = tmp_path / "cold" / "site", tmp_path / "warm" / "site"
    for path in (path for path in cold.rglob("*") if path.is_file()):
        assert (warm / path.relative_to(cold)).read_bytes() == path.read_bytes(), path.name
    shutil.rmtree(tmp_path / "cache")
