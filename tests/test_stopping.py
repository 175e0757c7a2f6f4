"""A command that is stopped ends soon, leaves nothing behind, and goes on when it is run again."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

MAIN = "from trdreport.cli import main; main()"

SOON = 2.0
"""Seconds in which a command must have ended, if the machine does nothing else."""


def begin(*arguments: object) -> "subprocess.Popen[str]":
    """A command in a process group of its own, as a shell begins it."""
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, *map(str, arguments)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def stop_at(running: "subprocess.Popen[str]", phase: str, number: int) -> tuple[str, float]:
    """Send a signal to the whole group when the phase has begun; what was said then, seconds."""
    assert running.stderr
    said = iter(running.stderr.readline, "")
    assert any(phase in line for line in said), "the phase never began"
    began = time.monotonic()
    os.killpg(running.pid, number)
    rest = running.communicate(timeout=60)[1]
    return rest, time.monotonic() - began


def group(pid: int) -> list[str]:
    """Command lines of the processes of a group that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == pid and fields[0] != "Z":
                found.append((path / "cmdline").read_text())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What each stopped build computed, for the next one to go on from."""
    return tmp_path_factory.mktemp("stopped") / "store"


@pytest.fixture
def site(tiny_site: Path, tmp_path: Path) -> Iterator[Path]:
    """A site that a stopped build must leave as it is."""
    copy = tmp_path / "site"
    shutil.copytree(tiny_site, copy)
    before = digests(copy)
    yield copy
    assert digests(copy) == before
    beside = {path.name for path in tmp_path.iterdir()}
    assert beside == {"site"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("phase", "number"),
    [
        ("analyses: ", signal.SIGINT),
        ("robustness: 0", signal.SIGTERM),
        ("robustness: 1", signal.SIGINT),
        ("figures: ", signal.SIGINT),
        ("] pages", signal.SIGTERM),
        ("] PDF", signal.SIGINT),
    ],
)
def test_a_build_is_stopped_in_any_phase(
    phase: str, number: int, tiny_registry: Path, site: Path, store: Path
) -> None:
    options = ("--registry", tiny_registry, "--site", site, "--cache", store)
    running = begin("build", *options)
    said, seconds = stop_at(running, phase, number)
    assert running.returncode == 128 + number
    lines = [line for line in said.splitlines() if not line.startswith("[")]
    assert lines == ["stopped; what was computed is kept"]
    assert seconds < SOON * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    time.sleep(0.2)
    assert group(running.pid) == []


@pytest.mark.slow
def test_what_stopped_builds_computed_is_not_computed_again(
    tiny_registry: Path, tiny_site: Path, store: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    options = ("--archive", "--registry", tiny_registry, "--site", site, "--cache", store)
    stop_at(begin("build", *options), "figures: ", signal.SIGINT)
    done = begin("build", *options)
    said = done.communicate(timeout=300)[1]
    assert done.returncode == 0, said
    assert "analyses: 3 of 3, 3 from the store" in said
    assert "robustness: 13 of 13, 13 from the store" in said
    assert digests(site) == digests(tiny_site)


@pytest.mark.slow
def test_a_calibration_is_stopped_and_goes_on(
    overlaid: Callable[[str], Path], tmp_path: Path
) -> None:
    root = overlaid("valid")
    options = ("vbm-both", "--registry", root, "--studies", 5, "--reviews", 20)
    options += ("--permutations", 100, "--cache", tmp_path / "store")
    running = begin("calibrate", *options)
    said, _ = stop_at(running, "simulated reviews: 1", signal.SIGINT)
    assert running.returncode == 130
    assert said.splitlines()[-1] == "stopped; what was computed is kept"
    assert not (root / "calibration.yaml").exists()
    again = begin("calibrate", *options)
    told = again.communicate(timeout=300)[1]
    assert again.returncode == 0, told
    assert "from the store" in told
    assert (root / "calibration.yaml").exists()
