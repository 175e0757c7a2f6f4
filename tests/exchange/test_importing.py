"""An imported file becomes records with all its foci and people, or nothing at all."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.work.test_files import failing, full
from trdreport.errors import DataError, FileError
from trdreport.exchange import foci_csv
from trdreport.exchange.experiments import Exchanged, of_registry
from trdreport.exchange.importing import import_file, study_id
from trdreport.records.begun import begin
from trdreport.records.loading import load_registry
from trdreport.records.yamlfile import read_yaml
from trdreport.sections.studies import foci_csv as published_foci

Overlay = Callable[[str], Path]
SLEUTH = """//Reference=Talairach
//Gamma, 2020: TRD>HC
//Subjects=42
-18 -12 72
30 4 -20.5

//Gamma, 2020: HC>TRD
//Subjects=42
-18 12 72

//Delta, 2021: decreases
//Subjects=30
1 2 3
"""


def imported(
    root: Path, text: str, form: str = "sleuth", contrast: str | None = None
) -> list[Path]:
    file = root.parent / "foci.txt"
    file.write_text(text)
    paths, _ = import_file(begin(root), root, file, form, contrast)
    return paths


def test_foci_and_people_are_there(overlaid: Overlay) -> None:
    root = overlaid("valid")
    paths = imported(root, SLEUTH, contrast="HC>TRD")
    assert [path.name for path in paths] == ["delta-2021.yaml", "gamma-2020.yaml"]
    gamma = read_yaml(paths[1]).data
    assert [c["contrast"] for c in gamma["contrasts"]] == ["TRD>HC", "HC>TRD"]
    assert [len(c["foci"]) for c in gamma["contrasts"]] == [2, 1]
    assert {c["space"] for c in gamma["contrasts"]} == {"TAL"}
    assert str(gamma["contrasts"][0]["foci"][1]["z"]) == "-20.5"
    assert gamma["year"] == 2020
    assert "TRD>HC 42" in gamma["notes"][0]
    assert gamma["groups"]["TRD"]["n"] == "TODO"  # the sum does not say which group has how many
    assert read_yaml(paths[0]).data["contrasts"][0]["contrast"] == "HC>TRD"


def test_sizes_of_groups_are_taken_over(overlaid: Overlay) -> None:
    root = overlaid("valid")
    text = "study,contrast,x,y,z,space,n_more,n_less\ngamma,TRD>HC,1,2,3,MNI,20,22\n"
    (path,) = imported(root, text, "csv")
    groups = read_yaml(path).data["groups"]
    assert (groups["TRD"]["n"], groups["HC"]["n"]) == (20, 22)


def test_what_a_table_says_of_a_focus_is_taken_over(overlaid: Overlay) -> None:
    """By the names of a record's fields, or as the site's foci.csv has it."""
    root = overlaid("valid")
    text = "study,contrast,x,y,z,space,region,t_value,n_more\n"
    (path,) = imported(root, text + "gamma,TRD>HC,1,2,3,MNI,left: insula,-4.20,20\n", "csv")
    (focus,) = read_yaml(path).data["contrasts"][0]["foci"]
    assert (focus["region"], str(focus["t_value"])) == ("left: insula", "-4.20")
    text = "study,contrast,x,y,z,space,statistic,statistic_type,n_more\n"
    (path,) = imported(root, text + "delta,TRD>HC,1,2,3,MNI,3.9,z,20\n", "csv")
    assert str(read_yaml(path).data["contrasts"][0]["foci"][0]["z_value"]) == "3.9"


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("T_value", "4.2", "column 'T_value' that is not taken over; did you mean 't_value'"),
        ("size", "4.2", "column 'size' that is not taken over; known are study, "),
        ("z_value", "<4", "z_value: '<4' is no number"),
        ("statistic_type", "F", "statistic_type: 'F' is no statistic; write t or z"),
    ],
)
def test_nothing_a_table_says_is_lost_in_silence(
    column: str, value: str, told: str, overlaid: Overlay
) -> None:
    root = overlaid("valid")
    text = f"study,contrast,x,y,z,space,n_more,{column}\ngamma,TRD>HC,1,2,3,MNI,20,{value}\n"
    with pytest.raises(DataError, match=told):
        imported(root, text, "csv")


def files(root: Path) -> set[Path]:
    return set(root.rglob("*"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SLEUTH, "name one with --contrast"),
        (SLEUTH.replace("decreases", "TRD>XX"), "XX is no group; known are TRD, HC"),
        (SLEUTH.replace("1 2 3", "1 2"), "is no focus"),
        (SLEUTH.replace("Delta, 2021: decreases", "alpha2018: HC>TRD"), "is there already"),
        (SLEUTH.replace("Delta, 2021: decreases", "gamma 2020: HC>TRD"), "would be one study"),
    ],
)
def test_nothing_is_written_when_anything_is_wrong(text: str, told: str, overlaid: Overlay) -> None:
    root = overlaid("valid")
    before = files(root)
    with pytest.raises(DataError, match=told):
        imported(root, text)
    assert files(root) == before


def test_ids_are_made_of_names() -> None:
    assert study_id("Serra-Blasco et al., 2013") == "serra-blasco-et-al-2013"
    assert study_id("../../etc") == "etc"
    assert study_id("吴") == "study"


WRONG = ["\x00", "\x1b[2J", "\x7f", "\x85", "\u2028", "\ufeff", "\ud800", "\uffff"]
"""Characters that no record can hold or show."""


def nimads(study: str, contrast: str) -> str:
    point = {"coordinates": [1, 2, 3], "space": "MNI"}
    analysis = {"name": contrast, "metadata": {"sample_sizes": [20, 22]}, "points": [point]}
    return json.dumps({"studies": [{"id": study, "analyses": [analysis]}]})


@pytest.mark.parametrize("character", WRONG)
def test_a_name_that_no_record_can_hold_is_refused_with_its_place(
    character: str, overlaid: Overlay
) -> None:
    root = overlaid("valid")
    before = files(root)
    for study, contrast, place in (
        (f"a{character}b", "TRD>HC", "studies[0].id"),
        ("gamma", f"TRD>HC{character}", "studies[0].analyses[0].name"),
    ):
        with pytest.raises(DataError) as caught:
            imported(root, nimads(study, contrast), "nimads", "TRD>HC")
        (told,) = map(str, caught.value.problems)
        assert f"foci.txt:1:1: {place}: " in told
        assert "holds a control character" in told
        assert character not in told
    assert files(root) == before


@pytest.mark.parametrize(
    "name", ["吴 2011", 'O\'Brien: "a" # b', "true", "null", "{x", "- a", "*a", "a\\b", "Ω 1"]
)
def test_any_other_name_comes_back_from_the_record(name: str, overlaid: Overlay) -> None:
    (path,) = imported(overlaid("valid"), nimads(name, name), "nimads", "TRD>HC")
    data = read_yaml(path).data
    assert data["label"] == name
    assert name in data["notes"][0]


def test_a_table_tells_the_line_of_a_wrong_name(overlaid: Overlay) -> None:
    text = "study,contrast,x,y,z,space,n_more\nwu,a,1,2,3,MNI,2\nm\x1ba,a,1,2,3,MNI,2\n"
    with pytest.raises(DataError, match=r"foci\.txt:3:1: 'm\\x1ba' cannot name a study"):
        imported(overlaid("valid"), text, "csv")


@pytest.mark.parametrize("call", ["fsync", "link"])
def test_a_full_disk_leaves_none_of_the_records(
    call: str, overlaid: Overlay, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = overlaid("valid")
    before = files(root)
    monkeypatch.setattr(os, call, failing(getattr(os, call), 2, full()))
    with pytest.raises(FileError, match="No space left on device"):
        imported(root, SLEUTH, contrast="TRD>HC")
    assert files(root) == before


def test_a_disk_that_is_full_is_one_line_and_status_1(overlaid: Overlay, tmp_path: Path) -> None:
    root = overlaid("valid")
    before = files(root)
    (tmp_path / "foci.txt").write_text(SLEUTH)
    code = (
        "import os\nfrom tests.work.test_files import failing, full\n"
        "os.fsync = failing(os.fsync, 2, full())\n"
        "from trdreport.cli import main\nmain()"
    )
    arguments = ["import", "sleuth", tmp_path / "foci.txt", "--contrast", "TRD>HC"]
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--registry", root],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (1, "")
    told = f"{root}/studies/gamma-2020.yaml cannot be written: No space left on device\n"
    assert run.stderr == told
    assert files(root) == before


def test_our_own_tables_can_be_imported(overlaid: Overlay) -> None:
    root = overlaid("valid")
    registry = load_registry(root)
    for text in (published_foci(registry), foci_csv.table(of_registry(registry))):
        back = foci_csv.read(text, "foci.csv")
        assert set(back) == {each for each in of_registry(registry) if each.foci}


def test_names_that_a_spreadsheet_would_compute_come_back_from_a_table() -> None:
    focus = (Decimal("-1.50"), Decimal(2), Decimal(-3))
    given = [
        Exchanged(name, f"{name}>", "MNI", (20, 22), (focus,))
        for name in ("=1+1", "'=1", "-2", "@a", "+a", "'a")
    ]
    text = foci_csv.table(given)
    assert text.splitlines()[1] == "'=1+1,'=1+1>,-1.50,2,-3,MNI,20,22"
    assert list(foci_csv.read(text, "x")) == given
