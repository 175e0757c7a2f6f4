"""The commands answer with the right status, on the right stream."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from trdreport.registry.loading import load_registry


def trdreport(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from trdreport.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def test_good_records() -> None:
    run = trdreport("validate")
    assert run.returncode == 0
    assert "8 studies, 555 participants" in run.stdout


def test_wrong_records(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("n-negative")
    run = trdreport("validate", "--registry", str(root))
    assert run.returncode == 1
    assert run.stdout == ""
    assert f"{root}/studies/alpha2018.yaml:21:8: groups.TRD.n: must be at least 1" in run.stderr
    assert "Traceback" not in run.stderr


def test_wrong_record_stops_a_build_before_anything(
    overlaid: Callable[[str], Path], tmp_path: Path
) -> None:
    run = trdreport("build", "--registry", str(overlaid("alias")), "--site", str(tmp_path / "site"))
    assert run.returncode == 1
    assert not (tmp_path / "site").exists()


def test_wrong_command_line() -> None:
    assert trdreport("validate", "--colour").returncode == 2


def test_calibrate_writes_a_record_that_validates(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("valid")
    options = (
        "--registry",
        str(root),
        "--studies",
        "3",
        "--reviews",
        "20",
        "--permutations",
        "100",
    )
    run = trdreport("calibrate", "vbm-both", *options)
    assert run.returncode == 0, run.stderr
    calibration = load_registry(root).calibration
    assert calibration is not None
    assert calibration.command.startswith("trdreport calibrate vbm-both --studies 3 --reviews 20")
    assert [(s.studies, float(s.reported), s.reviews) for s in calibration.simulated] == [
        (3, 0.0, 80), (3, 0.3, 20), (3, 0.5, 20), (3, 0.7, 20),
    ]  # fmt: skip


def test_calibrate_of_no_run_names_the_runs(overlaid: Callable[[str], Path]) -> None:
    run = trdreport("calibrate", "vbm", "--registry", str(overlaid("valid")))
    assert run.returncode == 2
    assert "vbm-both" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("command", ["build", "validate", "calibrate", "store"])
def test_help_has_an_example(command: str) -> None:
    assert "Example: trdreport" in trdreport(command, "--help").stdout
