"""Builds of the review, one after the other in one run, each a process of its own.

With 10,000 permutations for every analysis of both profiles and without robustness (`--quick`):
cold (empty store) and after the edit of one focus. As it is published, robustness included: cold,
and warm (nothing changed).
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.recording import machine, record

ROOT = Path(__file__).parent.parent


def build(folder: Path, *options: str) -> float:
    """Seconds that one build takes."""
    command = [Path(sys.executable).with_name("trdreport"), "build", *options]
    for name in ("registry", "site", "cache"):
        command += [f"--{name}", folder / name]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 (our own command)
    return time.perf_counter() - started


def move_a_focus(registry: Path) -> Path:
    """Move the first focus of the first study by 2 mm; the file that changed."""
    path = sorted((registry / "studies").glob("*.yaml"))[0]
    text = path.read_text()
    moved = re.sub(r"(\{x: -?\d+, y: )(-?\d+)", lambda m: f"{m[1]}{int(m[2]) + 2}", text, count=1)
    if moved == text:
        raise SystemExit(f"{path}: no focus to move")
    path.write_text(moved)
    return path


def main() -> None:
    """Print and record the times."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "registry", folder / "registry")
        plan = folder / "registry" / "analyses.yaml"
        plan.write_text(re.sub(r"permutations: \d+", "permutations: 10000", plan.read_text()))
        cold = build(folder, "--quick")
        edited = move_a_focus(folder / "registry")
        edit = build(folder, "--quick")
        for kept in ("registry", "cache"):
            shutil.rmtree(folder / kept)
        shutil.copytree(ROOT / "registry", folder / "registry")
        full = build(folder)
        warm = build(folder)
    sys.stdout.write(
        f"Build ({machine()})\n"
        f"10,000 permutations for each of 26 runs, without robustness: cold {cold:.1f} s,"
        f" one focus of {edited.stem} moved {edit:.1f} s\n"
        f"as published, with robustness: cold {full:.1f} s, nothing changed {warm:.1f} s\n"
    )
    record(
        cold_build_s=round(cold, 1),
        warm_build_s=round(warm, 1),
        one_edit_s=round(edit, 1),
        full_build_s=round(full, 1),
    )


if __name__ == "__main__":
    main()
