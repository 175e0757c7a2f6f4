"""What is stored is what was computed, and nothing is computed twice or kept when damaged."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from trdreport.engine import run
from trdreport.engine.results import ExperimentTable
from trdreport.records.loading import load_registry
from trdreport.work.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def entry(store: Store) -> Path:
    assert store.root is not None
    (path,) = store.root.glob("kind/*")
    return path


def test_an_entry_is_made_once(store: Store) -> None:
    assert store.remember("kind", ("a",), lambda: b"one") == b"one"
    assert store.remember("kind", ("a",), lambda: b"two") == b"one"


def test_other_inputs_are_another_entry(store: Store) -> None:
    store.remember("kind", ("a", "bc"), lambda: b"one")
    assert store.remember("kind", ("ab", "c"), lambda: b"two") == b"two"
    assert store.remember("sort", ("a", "bc"), lambda: b"three") == b"three"


def test_without_a_folder_nothing_is_kept() -> None:
    assert Store(None).remember("kind", ("a",), lambda: b"one") == b"one"
    assert Store(None).remember("kind", ("a",), lambda: b"two") == b"two"


def test_a_damaged_entry_is_set_aside_and_made_again(store: Store) -> None:
    store.remember("kind", ("a",), lambda: b"one")
    path = entry(store)
    path.write_bytes(path.read_bytes()[:-1] + b"X")
    with pytest.warns(UserWarning, match="damaged entry"):
        assert store.remember("kind", ("a",), lambda: b"again") == b"again"
    assert store.remember("kind", ("a",), lambda: b"never") == b"again"
    assert (path.parent.parent / "damaged" / path.name).is_file()


def test_old_entries_are_pruned(store: Store) -> None:
    store.remember("kind", ("a",), lambda: b"one")
    assert store.entries() == {"kind": (1, 68)}
    assert store.prune(0) == 0
    assert store.prune(1e12) == 1
    assert store.entries() == {}


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
    original = run._run

    def counted(table: ExperimentTable, *rest: object) -> bytes:
        calls.append(table.n_foci)
        return original(table, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "_run", counted)
    return calls


def test_only_what_an_edit_enters_is_computed_again(
    overlaid: Callable[[str], Path], store: Store, computed: list[int]
) -> None:
    root = overlaid("valid")

    def build() -> list[int]:
        computed.clear()
        list(run.run_plan(load_registry(root), store))
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


@pytest.mark.slow
def test_a_warm_build_is_the_same_site(tmp_path: Path) -> None:
    code = "from trdreport.cli.main import main; main()"
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
