"""The same numbers from threads, from a Dask cluster, and from a cluster that loses a worker."""

import json
import pickle
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ROOT
from trdreport.engine.null import NullPlan, draw, permute, plan_null, run_chunk
from trdreport.work.fingerprints import fingerprint
from trdreport.work.scheduling import ClusterError, DaskCluster, Local, _remote, dask_cluster

QUIET = ["--no-dashboard"]


@dataclass
class Cluster:
    """A scheduler and two workers, each a process of its own on the loopback interface."""

    address: str
    workers: list["subprocess.Popen[bytes]"]


def dask(*arguments: str, log: Path) -> "subprocess.Popen[bytes]":
    program = str(Path(sys.executable).with_name("dask"))
    with log.open("wb") as stream:
        return subprocess.Popen([program, *arguments], stdout=stream, stderr=stream)


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


@pytest.fixture(scope="module")
def plan() -> NullPlan:
    """Many foci, so that a chunk takes long enough to lose a worker in."""
    generator = np.random.default_rng(1)
    foci = [generator.uniform(20, 40, (8, 3)) for _ in range(20)]
    return plan_null([20] * 20, foci, np.ones((60, 70, 60), bool), 2.0)


@pytest.mark.slow
def test_a_cluster_gives_the_same_null_even_when_a_worker_is_killed(
    cluster: Cluster, plan: NullPlan
) -> None:
    indices = range(6000)
    alone = permute(plan, 0.02, 5, indices, Local(2))
    with dask_cluster(cluster.address, timeout_s=60) as remote:
        remote.client.wait_for_workers(2, timeout=60)
        whole = permute(plan, 0.02, 5, range(500), remote)
        with ThreadPoolExecutor(1) as background:
            running = background.submit(permute, plan, 0.02, 5, indices, remote)
            half_way = _wait_for_chunks(remote, 6, running.done)
            cluster.workers[0].send_signal(signal.SIGKILL)
            survived = running.result(timeout=120)
        assert half_way
        assert len(remote.client.scheduler_info()["workers"]) == 1
    np.testing.assert_array_equal(whole.size, alone.size[:500])
    for name in ("ale", "size", "mass"):
        np.testing.assert_array_equal(getattr(survived, name), getattr(alone, name))


def test_a_worker_with_other_code_refuses(plan: NullPlan) -> None:
    work = partial(run_chunk, plan, 0.02, 5)
    packed = zlib.compress(pickle.dumps(work))
    chunk = _remote(range(2), packed=packed, digest=fingerprint(work))
    np.testing.assert_array_equal(chunk, work(range(2)))
    with pytest.raises(ClusterError, match="a worker runs another version of trdreport"):
        _remote(range(2), packed=packed, digest=fingerprint(draw))


def _wait_for_chunks(remote: DaskCluster, count: int, done: object) -> bool:
    """Whether `count` chunks lay finished on the workers while the rest was still to come."""
    pause = threading.Event()
    while not done():  # type: ignore[operator]
        finished = [key for key in remote.client.who_has() if "permutations" in str(key)]
        if len(finished) >= count:
            return True
        pause.wait(0.05)
    return False


def build(registry: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    code = "from trdreport.cli import main; main()"
    return subprocess.run(
        [
            sys.executable, "-c", code, "build", "--no-cache",
            "--registry", str(registry), *options,
        ],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_a_build_on_a_cluster_is_the_same_site(
    cluster: Cluster, tiny_registry: Path, tiny_site: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    done = build(tiny_registry, "--site", str(site), "--dask", cluster.address)
    assert done.returncode == 0, done.stderr
    for path in (path for path in tiny_site.rglob("*") if path.is_file()):
        assert (site / path.relative_to(tiny_site)).read_bytes() == path.read_bytes(), path.name


def test_a_scheduler_that_does_not_answer_is_a_plain_sentence(
    tiny_registry: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    done = build(tiny_registry, "--site", str(site), "--dask", "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr
    assert not site.exists()


def test_an_address_that_is_none_is_a_plain_sentence() -> None:
    with (
        pytest.raises(ClusterError, match="no Dask scheduler"),
        dask_cluster("nonsense", timeout_s=2),
    ):
        pass
