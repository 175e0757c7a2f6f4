"""Each fault in a registry is reported where it is, with what to do about it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.registries.patching import FAULTS, lay
from trdreport.errors import DataError
from trdreport.records.loading import load_registry

Overlay = Callable[[str], Path]


def problems(root: Path) -> list[str]:
    with pytest.raises(DataError) as caught:
        load_registry(root)
    return [str(problem).replace(f"{root}/", "") for problem in caught.value.problems]


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_reported_exactly(fault: str, overlaid: Overlay) -> None:
    root = overlaid("valid")
    expected = lay(FAULTS[fault], root)
    assert problems(root) == expected


def test_the_base_of_the_cases_is_valid(overlaid: Overlay) -> None:
    assert len(load_registry(overlaid("valid")).studies) == 2


def test_problems_of_several_files_come_together(overlaid: Overlay) -> None:
    root = overlaid("n-negative")
    plan = root / "analyses.yaml"
    plan.write_text(plan.read_text().replace("permutations: 100\n", "permutations: 1\n"))
    study = root / "studies" / "beta2019.yaml"
    study.write_text(study.read_text().replace("year: 2019", "year: next"))
    assert [line.split(":")[0] for line in problems(root)] == [
        "analyses.yaml",
        "studies/alpha2018.yaml",
        "studies/beta2019.yaml",
    ]


def test_a_symlink_is_refused(overlaid: Overlay) -> None:
    root = overlaid("valid")
    study = root / "studies" / "alpha2018.yaml"
    elsewhere = root.parent / "elsewhere.yaml"
    study.rename(elsewhere)
    study.symlink_to(elsewhere)
    assert problems(root) == [
        "studies/alpha2018.yaml:1:1: is a symbolic link; put the file itself here"
    ]


@pytest.mark.parametrize(
    "name", ["studies", "screened", "extractions", "references.bib", "results.lock.json"]
)
def test_links_are_refused_wherever_they_are(name: str, overlaid: Overlay) -> None:
    root = overlaid("valid")
    elsewhere = root.parent / "elsewhere"
    if (root / name).exists():
        (root / name).rename(elsewhere)
    else:
        elsewhere.mkdir()
        (elsewhere / "passwd").write_text("not to be read")
    (root / name).symlink_to(elsewhere)
    what = "folder" if elsewhere.is_dir() else "file"
    assert problems(root) == [f"{name}:1:1: is a symbolic link; put the {what} itself here"]


def test_a_huge_file_is_refused_unread(overlaid: Overlay) -> None:
    root = overlaid("valid")
    with (root / "studies" / "alpha2018.yaml").open("a") as stream:
        stream.write("# filler\n" * 600_000)
    (found,) = problems(root)
    assert "5,4" in found
    assert found.endswith("more than 1,000,000; is this the right file?")


def test_another_encoding_is_refused(overlaid: Overlay) -> None:
    root = overlaid("valid")
    (root / "studies" / "alpha2018.yaml").write_bytes("label: André\n".encode("latin-1"))
    assert problems(root) == [
        "studies/alpha2018.yaml:1:1: is not UTF-8 text (byte 11); save it as UTF-8"
    ]


def test_deep_nesting_is_refused(overlaid: Overlay) -> None:
    root = overlaid("valid")
    (root / "studies" / "alpha2018.yaml").write_text("id: " + "[" * 5000)
    (found,) = problems(root)
    assert "nested deeper than 20 levels" in found


def test_a_folder_named_like_a_record_is_refused(overlaid: Overlay) -> None:
    root = overlaid("valid")
    (root / "studies" / "gamma2019.yaml").mkdir()
    assert any("gamma2019.yaml:1:1: is not a regular file" in line for line in problems(root))


def test_a_missing_file_is_named(overlaid: Overlay) -> None:
    root = overlaid("valid")
    os.remove(root / "search.yaml")
    assert problems(root) == ["search.yaml:1:1: is missing; every registry has this file"]


def test_an_endless_whole_number_is_an_error_not_a_crash(overlaid: Overlay) -> None:
    root = overlaid("valid")
    study = root / "studies" / "alpha2018.yaml"
    study.write_text(study.read_text().replace("n: 20", "n: " + "9" * 6000))
    assert problems(root) == [
        "studies/alpha2018.yaml:22:8: groups.TRD.n: is a number of 6,000 characters; write at"
        " most 40"
    ]


def test_a_registry_that_is_not_there(tmp_path: Path) -> None:
    assert problems(tmp_path / "nowhere")[0].endswith(
        "is not a folder; name one with --registry DIR"
    )
