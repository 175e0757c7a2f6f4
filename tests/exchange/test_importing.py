"""An imported file becomes records with all its foci and people, or nothing at all."""

from collections.abc import Callable
from pathlib import Path

import pytest

from trdreport.errors import DataError
from trdreport.exchange.importing import import_file, study_id
from trdreport.records.loading import load_registry
from trdreport.records.yamlfile import read_yaml

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
    return import_file(load_registry(root), root, file, form, contrast)


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
