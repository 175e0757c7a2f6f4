"""How figures are measured, and where they go: results.json, with the machine that gave them."""

import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results.json"
PROGRAM = Path(sys.executable).with_name("trdreport")


@dataclass(frozen=True)
class Timed:
    """What one run of a program took: wall time, and the memory of its largest process."""

    seconds: float
    peak_gib: float


def machine() -> str:
    """Processor, cores, memory and Python."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def timed(command: Sequence[str | Path], *, limit_s: float, silent: bool = True) -> Timed | None:
    """Run a program in a session of its own; None when it is stopped after `limit_s` seconds.

    Raises SystemExit when it fails.
    """
    output = subprocess.DEVNULL if silent else None
    started = time.monotonic()
    with subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True) as run:  # noqa: S603 (our own commands)
        try:
            pid = 0
            while not pid and time.monotonic() - started <= limit_s:
                time.sleep(0.01)
                pid, status, usage = os.wait4(run.pid, os.WNOHANG)
            taken = time.monotonic() - started
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
        run.returncode = os.waitstatus_to_exitcode(status) if pid else None
    if not pid:
        return None
    if run.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {run.returncode}")
    return Timed(taken, usage.ru_maxrss / 2**20)


def build(folder: Path, *options: str | Path, limit_s: float = 3600) -> Timed | None:
    """One build of `folder`/registry into `folder`/site with the store `folder`/cache."""
    command: list[str | Path] = [PROGRAM, "build", *options]
    for name in ("registry", "site", "cache"):
        command += [f"--{name}", folder / name]
    return timed(command, limit_s=limit_s)


def seconds(run: Timed | None) -> float | None:
    """Seconds as they are recorded; None for what was stopped."""
    return None if run is None else round(run.seconds, 1)


def megabytes(folder: Path) -> float:
    """Size of all files below a folder in MB."""
    return round(sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6, 1)


def record(*, limit_s: float | None = None, **figures: object) -> None:
    """Print figures and add them to results.json.

    What was stopped is null there, and stands under `stopped_after_s` with its limit.
    """
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    stopped = {k: v for k, v in results.pop("stopped_after_s", {}).items() if k not in figures}
    if limit_s is not None:
        stopped |= {name: limit_s for name, value in figures.items() if value is None}
    results |= {**figures, "machine": machine()} | ({"stopped_after_s": stopped} if stopped else {})
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    for name, value in figures.items():
        shown = f"stopped after {limit_s:g} s" if value is None else json.dumps(value)
        sys.stdout.write(f"{name}: {shown}\n")
    sys.stdout.flush()
