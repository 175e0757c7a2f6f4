"""The commands answer with the right status, on the right stream."""

import contextlib
import io
import logging
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import REGISTRIES
from trdreport.cli import main
from trdreport.cli.progress import progress
from trdreport.records.loading import load_registry
from trdreport.work.store import open_store


def trdreport(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What the command says and its status; in this process, where all is imported already."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr(sys, "argv", ["trdreport", *arguments])
        patch.setattr(logging.root.manager, "disable", logging.root.manager.disable)
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())


def test_the_program_itself_answers() -> None:
    """Everything else runs in this process."""
    code = "from trdreport.cli import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", code, "validate", "--colour"], capture_output=True, check=False
    )
    assert run.returncode == 2
    assert b"No such option: --colour" in run.stderr


def test_good_records() -> None:
    run = trdreport("validate", "--registry", str(REGISTRIES / "valid"))
    assert run.returncode == 0
    assert "2 studies, 90 participants" in run.stdout


def test_wrong_records(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("n-negative")
    run = trdreport("validate", "--registry", str(root))
    assert run.returncode == 1
    assert run.stdout == ""
    assert f"{root}/studies/alpha2018.yaml:22:8: groups.TRD.n: must be at least 1" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_mistake_takes_one_line_whatever_the_record_says(
    overlaid: Callable[[str], Path],
) -> None:
    """Keys and ids of a record stand in messages; on a build server `::error` is a command."""
    root = overlaid("valid")
    path = root / "studies" / "alpha2018.yaml"
    text = path.read_text().replace("id: alpha2018", r'id: "a\n::error::b"', 1)
    path.write_text(text + 'unknown: 1\n"x\\n::error::\\e[2J\\x9b\\u202e": 1\n')
    path.rename(path.with_name("al\npha.yaml"))
    run = trdreport("validate", "--registry", str(root))
    assert run.returncode == 1
    *problems, count = run.stderr.split("\n")[:-1]
    assert all(line.startswith(f"{root}/") for line in problems)
    assert count.startswith(f"{len(problems)} mistakes")
    assert run.stderr.replace("\n", "").isprintable()
    assert r"x\n::error::\x1b[2J\x9b\u202e" in run.stderr


def test_wrong_record_stops_a_build_before_anything(
    overlaid: Callable[[str], Path], tmp_path: Path
) -> None:
    run = trdreport("build", "--registry", str(overlaid("alias")), "--site", str(tmp_path / "site"))
    assert run.returncode == 1
    assert not (tmp_path / "site").exists()


def test_calibrate_writes_a_record_that_validates(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("valid")
    options = (
        "--registry",
        str(root),
        "--studies",
        "2",
        "--reviews",
        "20",
        "--permutations",
        "100",
    )
    run = trdreport("calibrate", "vbm-both", *options)
    assert run.returncode == 0, run.stderr
    calibration = load_registry(root).calibration
    assert calibration is not None
    assert calibration.command.startswith("trdreport calibrate vbm-both --studies 2 --reviews 20")
    assert [(s.studies, float(s.reported), s.reviews) for s in calibration.simulated] == [
        (2, 0.0, 80), (2, 0.3, 20), (2, 0.5, 20), (2, 0.7, 20),
    ]  # fmt: skip


def test_a_build_that_must_equal_its_lock(
    overlaid: Callable[[str], Path], tmp_path: Path, cache: Path
) -> None:
    root, site = overlaid("valid"), tmp_path / "site"
    options = ("--registry", str(root), "--site", str(site), "--cache", str(cache), "--quick")
    missing = trdreport("build", *options, "--locked")
    assert missing.returncode == 1
    assert "results.lock.json:1:1: is missing" in missing.stderr
    assert not site.exists()
    assert trdreport("build", *options, "--update-lock").returncode == 0
    assert trdreport("build", *options, "--locked").returncode == 0
    published = (site / "index.html").read_bytes()
    study = root / "studies" / "alpha2018.yaml"
    unchanged = study.read_text()
    study.write_text(unchanged.replace("{x: -30, y: 2", "{x: -38, y: 22"))
    changed = trdreport("build", *options, "--locked")
    assert changed.returncode == 1
    assert "vbm-both: meeting point gone" in changed.stderr
    assert "differences; nothing was built" in changed.stderr
    assert "mistake" not in changed.stderr
    assert (site / "index.html").read_bytes() == published
    study.write_text(unchanged)
    lock = root / "results.lock.json"
    lock.write_text(lock.read_text().replace('"experiments": 2', '"experiments": 3', 1))
    told = trdreport("build", *options)
    assert told.returncode == 0
    assert "results differ from" in told.stdout


def test_progress_is_counted_in_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as step:
        for done in range(20, 201):
            step("robustness", done, 200, 20)
        step("setting the PDF")
    *lines, last = [line.partition("] ")[2] for line in capsys.readouterr().err.splitlines()]
    assert lines[0] == "robustness: 20 of 200, 20 from the store"
    assert lines[-1] == "robustness: 200 of 200, 20 from the store"
    assert len(lines) == 10
    assert last == "setting the PDF"


def test_a_study_begun_and_formatted(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("valid")
    options = (
        "--id", "gamma2020", "--label", "Gamma 2020", "--year", "2020", "--country", "Utopia",
        "--modality", "VBM", "--groups", "TRD=20,HC=22", "--registry", str(root),
    )  # fmt: skip
    run = trdreport("new", "study", *options)
    assert run.returncode == 0, run.stderr
    assert (root / "studies" / "gamma2020.yaml").is_file()
    wrong = trdreport("new", "study", *options[:10], "--groups", "XX=1", "--registry", str(root))
    assert wrong.returncode != 0
    assert "Traceback" not in wrong.stderr
    assert trdreport("format", "--registry", str(root), "--check").returncode == 1
    assert trdreport("format", "--registry", str(root)).returncode == 0
    assert trdreport("format", "--registry", str(root), "--check").returncode == 0


def test_an_update_and_its_study_are_begun(overlaid: Callable[[str], Path], tmp_path: Path) -> None:
    """What the reference says is not asked for; a second record can be begun beside the first."""
    root = overlaid("valid")
    records = ("--registry", str(root))
    update = ("new", "search", "--id", "update", "--database", "PubMed=12", *records)
    assert trdreport(*update, "--date", "1.1.2024").returncode == 2
    run = trdreport(*update, "--date", "2024-01-01")
    assert (run.returncode, run.stderr) == (0, "")
    (tmp_path / "delta.ris").write_text(
        "TY  - JOUR\nAU  - Delta, Di\nTI  - Grey matter\nPY  - 2023\nER  - \n"
    )
    study = ("new", "study", "--country", "Utopia", "--modality", "VBM", "--groups", "TRD=2,HC=2")
    cited = trdreport(*study, "--reference", str(tmp_path / "delta.ris"), "--count", *records)
    assert (cited.returncode, cited.stderr) == (0, "")
    assert cited.stdout.startswith(f"{root}/studies/delta2023.yaml written")
    assert len(cited.stdout.splitlines()) == 1
    named = ("--id", "eta", "--label", "Eta 2023", "--year", "2023", "--search", "original")
    told = trdreport(*study, *named, *records)
    assert (told.returncode, told.stderr) == (0, "")
    assert "@article{eta," in told.stdout
    assert "studies_included: 3" in told.stdout
    unknown = trdreport(*study, *named, "--search", "x", *records)
    assert unknown.returncode == 1
    assert "has no search 'x'; known are original, update" in unknown.stderr


def test_export_lists_what_is_lost() -> None:
    registry = ("--registry", str(REGISTRIES / "valid"))
    run = trdreport("export", "sleuth", "--run", "vbm-both.rough", *registry)
    assert run.returncode == 0
    assert run.stdout.startswith("//Reference=Talairach")
    assert "not carried over: names of regions" in run.stderr
    assert trdreport("export", "sleuth", "--run", "nothing", *registry).returncode == 2


def test_import_of_nonsense_writes_nothing(overlaid: Callable[[str], Path], tmp_path: Path) -> None:
    root = overlaid("valid")
    before = sorted(root.rglob("*"))
    (tmp_path / "foci.txt").write_text("1 2\n")
    run = trdreport("import", "sleuth", str(tmp_path / "foci.txt"), "--registry", str(root))
    assert run.returncode == 1
    assert "foci.txt:1:1: '1 2' is no focus" in run.stderr
    assert sorted(root.rglob("*")) == before


def test_diff_of_no_revision_is_a_plain_sentence(overlaid: Callable[[str], Path]) -> None:
    run = trdreport("diff", "HEAD", "--registry", str(overlaid("valid")))
    assert run.returncode == 2
    assert "is not in a git checkout" in run.stderr
    assert "Traceback" not in run.stderr


def test_calibrate_of_no_run_names_the_runs(overlaid: Callable[[str], Path]) -> None:
    run = trdreport("calibrate", "vbm", "--registry", str(overlaid("valid")))
    assert run.returncode == 2
    assert "vbm-both" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_store_is_shown_and_pruned(tmp_path: Path) -> None:
    missing = trdreport("store", "--cache", str(tmp_path / "store"))
    assert (missing.returncode, missing.stdout) == (0, f"{tmp_path}/store: nothing is stored\n")
    with open_store(tmp_path / "store") as opened:
        opened.remember("map", ("a",), partial(bytes, b"one"), bytes)
    shown = trdreport("store", "--cache", str(tmp_path / "store"))
    assert shown.stdout == "map: 1 entries, 0.0 MB\n"
    pruned = trdreport("store", "--cache", str(tmp_path / "store"), "--prune", "0")
    assert (pruned.returncode, pruned.stdout) == (0, "1 entries deleted\n")


@pytest.mark.parametrize("command", ["store", "build"])
def test_a_folder_of_other_files_is_no_store(
    command: str, overlaid: Callable[[str], Path], tmp_path: Path
) -> None:
    registry = overlaid("valid")
    before = {path: path.stat().st_mtime_ns for path in registry.rglob("*")}
    options = {"store": ("--prune", "0"), "build": ("--registry", str(registry), "--quick")}
    options["build"] += ("--site", str(tmp_path / "site"))
    for folder, message in (
        (registry, "holds 'analyses.yaml'" if command == "build" else "is not a store"),
        (Path("/dev/null"), "is not a folder"),
    ):
        done = trdreport(command, "--cache", str(folder), *options[command])
        assert done.returncode == 1
        assert f"{folder}:1:1: {message}" in done.stderr
        assert "Traceback" not in done.stderr
    assert {path: path.stat().st_mtime_ns for path in registry.rglob("*")} == before


@pytest.mark.parametrize(
    "command",
    [
        "build",
        "calibrate",
        "check",
        "diff",
        "edition",
        "export",
        "format",
        "import",
        "schema",
        "store",
        "validate",
    ],
)
def test_help_has_an_example(command: str) -> None:
    assert "Example: trdreport" in trdreport(command, "--help").stdout


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        run = trdreport("serve", "--port", port, "--site", str(tmp_path / "site"))
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == f"port {port} is taken; name another one with --port\n"
