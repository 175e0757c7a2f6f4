"""The same bytes from processes, from a Dask cluster, and when a worker is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.work.pieces import asleep, failing, lethal
from trdreport.engine import run
from trdreport.engine.codec import encode
from trdreport.engine.null import draw, run_chunk
from trdreport.engine.results import AnalysisResult
from trdreport.engine.run import _run, run_plan
from trdreport.errors import WorkError
from trdreport.records.loading import load_registry
from trdreport.work.fingerprints import PACKAGE, Sources, fingerprint
from trdreport.work.scheduling import (
    Scheduler,
    Spread,
    _done,
    _packed,
    dask_cluster,
    one_by_one,
    processes,
)
from trdreport.work.store import Store

QUIET = ["--no-dashboard"]


@dataclass
class Cluster:
    """A scheduler and two workers, each a process of its own on the loopback interface."""

    address: str
    workers: list["subprocess.Popen[bytes]"]


def dask(*arguments: str, log: Path) -> "subprocess.Popen[bytes]":
    program = str(Path(sys.executable).with_name("dask"))

    with log.open("wb") as stream:
        return subprocess.Popen(
            [program, *arguments], stdout=stream, stderr=stream,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    file = tmp_path / "scheduler.json"
    scheduler = dask(
        "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file), *QUIET,
        log=tmp_path / "scheduler.log",
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    address = json.loads(file.read_text())["address"]
    workers = [
        dask(
            "worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", *QUIET,
            "--local-directory", str(tmp_path), log=tmp_path / f"worker-{number}.log",
        )
        for number in range(2)
    ]  # fmt: skip
    yield Cluster(address, workers)
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def shell(name: str, folder: Path) -> "partial[bytes]":
    """As `asleep`, for a cluster, which takes pieces of installed packages only."""
    return partial(
        subprocess.check_output,
        ["sh", "-c", f"touch '{folder}/{name}'-$$; sleep 0.3; printf {name}"],
    )


@pytest.fixture
def here() -> Iterator[Scheduler]:
    with processes() as scheduler:
        yield scheduler


def test_processes_do_every_piece_once_and_stay(here: Scheduler, tmp_path: Path) -> None:
    for part in "ab":
        names = [f"{part}{number}" for number in range(4)]
        made = dict(here([partial(asleep, name, tmp_path) for name in names]))
        assert made == {index: name.encode() for index, name in enumerate(names)}
    begun = [path.name.split("-") for path in tmp_path.iterdir()]
    assert len(begun) == 8
    processes_of = [{pid for name, pid in begun if name[0] == part} for part in "ab"]
    assert processes_of[1] <= processes_of[0]
    assert str(os.getpid()) not in processes_of[0]


def test_a_piece_whose_process_is_killed_is_done_by_another(
    here: Scheduler, tmp_path: Path
) -> None:
    made = dict(here([partial(bytes, b"other"), partial(lethal, tmp_path, 2)]))
    assert made == {0: b"other", 1: b"survived"}


def test_processes_that_are_killed_again_and_again_are_a_plain_sentence(
    here: Scheduler, tmp_path: Path
) -> None:
    with pytest.raises(WorkError, match="3 times a process that computes was killed; is there"):
        dict(here([partial(bytes, b"other"), partial(lethal, tmp_path, 9)]))


def test_what_a_piece_raises_is_raised_here(here: Scheduler) -> None:
    with pytest.raises(ValueError, match="no such thing"):
        dict(here([partial(bytes, b"other"), failing]))


def test_items_are_spread_and_come_back_in_order(here: Scheduler) -> None:
    for scheduler in (one_by_one, here):
        assert Spread(scheduler)(bytes, [b"a", b"b", b"c"]) == [b"a", b"b", b"c"]


KILLED = """
import sys
from functools import partial
from pathlib import Path
from tests.work.pieces import asleep
from trdreport.work.scheduling import processes
if __name__ == "__main__":
    with processes() as here:
        dict(here([partial(asleep, f"{n}", Path(sys.argv[1])) for n in range(1000)]))
"""


def test_processes_end_with_the_one_that_they_work_for(tmp_path: Path) -> None:
    """Even when it is killed and cannot end them."""
    script = tmp_path / "script.py"
    script.write_text(KILLED)
    folder = tmp_path / "begun"
    folder.mkdir()
    parent = subprocess.Popen(
        [sys.executable, script, folder], env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert until(lambda: any(folder.iterdir()), 60)
    parent.kill()
    parent.wait()
    workers = {int(path.name.partition("-")[2]) for path in folder.iterdir()}
    assert until(lambda: not any(map(is_running, workers)), 10)


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Whether something became true in time."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def is_running(pid: int) -> bool:
    """Whether there is such a process; one that only waits to be counted has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_worker_with_other_code_refuses() -> None:
    piece = partial(bytes, b"one")
    assert _done(_packed(piece), fingerprint(piece)) == b"one"
    with pytest.raises(WorkError, match="a worker runs another version of trdreport"):
        _done(_packed(piece), fingerprint(draw))


def test_an_edit_of_the_scheduling_makes_nothing_anew() -> None:
    """What is computed is the same wherever it is, and so it is not part of what a piece is."""
    for piece in (partial(_run, None, None, Spread(one_by_one)), run_chunk):
        reached, _ = Sources(PACKAGE).reached(piece)
        assert not [name for name in reached if name.startswith("trdreport.work.scheduling")]
    assert fingerprint(partial(_run, None, None, Spread(one_by_one))) == fingerprint(_run)


def test_the_permutations_of_a_large_analysis_are_spread(
    here: Scheduler, overlaid: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = load_registry(overlaid("valid"))
    alone = run_plan(registry, Store(None))
    pieces: list[object] = []

    def noted(some: Sequence[Callable[[], Any]]) -> Iterator[tuple[int, Any]]:
        pieces.extend(some)
        return here(some)

    monkeypatch.setattr(run, "LARGE", 1000)
    spread = run_plan(registry, Store(None), scheduler=noted)
    chunks = [each for each in pieces if isinstance(each, partial) and each.func is not _run]
    assert len(chunks) > 1
    assert len(pieces) > len(chunks)
    for one, other in zip(alone, spread, strict=True):
        assert isinstance(one, AnalysisResult)
        assert isinstance(other, AnalysisResult)
        assert encode(one) == encode(other)


def build(registry: Path, *options: str) -> "subprocess.Popen[str]":
    code = "from trdreport.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, "build", "--registry", str(registry), *options],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.slow
def test_a_build_on_a_cluster_that_loses_a_worker_is_the_same_site(
    cluster: Cluster, tiny_registry: Path, tiny_site: Path, tmp_path: Path
) -> None:
    """Analyses and robustness are done there; a worker is killed half-way."""
    site, store = tmp_path / "site", tmp_path / "store"
    options = ("--archive", "--site", str(site), "--cache", str(store), "--dask", cluster.address)
    running = build(tiny_registry, *options)
    assert running.stderr
    for line in running.stderr:
        if "robustness: " in line and "robustness: 0 of" not in line:
            break
    cluster.workers[0].send_signal(signal.SIGKILL)
    rest = running.communicate(timeout=300)[1]
    assert running.returncode == 0, rest
    assert "robustness: 13 of 13" in rest
    assert until(lambda: cluster.workers[0].poll() is not None, 10)
    files = {path.relative_to(tiny_site) for path in tiny_site.rglob("*") if path.is_file()}
    assert {path.relative_to(site) for path in site.rglob("*") if path.is_file()} == files
    for name in files:
        assert (site / name).read_bytes() == (tiny_site / name).read_bytes(), name


@pytest.mark.slow
def test_a_cluster_does_pieces_whose_worker_is_killed_again(
    cluster: Cluster, tmp_path: Path
) -> None:
    names = [f"{number:02d}" for number in range(12)]
    with dask_cluster(cluster.address, timeout_s=60) as remote:
        remote.client.wait_for_workers(2, timeout=60)
        made = {}
        for index, content in remote([shell(name, tmp_path) for name in names]):
            if len(made) == 3:
                cluster.workers[0].send_signal(signal.SIGKILL)
            made[index] = content
        assert len(remote.client.scheduler_info()["workers"]) == 1
    assert made == {index: name.encode() for index, name in enumerate(names)}
    begun = [path.name.partition("-")[0] for path in tmp_path.glob("??-*")]
    assert set(begun) == set(names)
    assert len(begun) > len(names)


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_a_plain_sentence(
    tiny_registry: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    running = build(tiny_registry, "--no-cache", "--site", str(site), "--dask", "tcp://127.0.0.1:1")
    told = running.communicate(timeout=120)[1]
    assert running.returncode == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in told
    assert "Traceback" not in told
    assert not site.exists()


def test_an_address_that_is_none_is_a_plain_sentence() -> None:
    with (
        pytest.raises(WorkError, match="no Dask scheduler"),
        dask_cluster("nonsense", timeout_s=2),
    ):
        pass
