"""What changed between two revisions of a real git checkout."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REGISTRIES
from trdreport.engine.diff import diff
from trdreport.records.history import HistoryError, at_revision, changes, snapshot


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """The tiny registry, committed once."""
    root = tmp_path / "work" / "registry"
    shutil.copytree(REGISTRIES / "valid", root)
    git(root.parent, "init", "-q")
    git(root.parent, "add", ".")
    git(root.parent, "commit", "-qm", "start")
    return root


def edit(registry: Path, old: str, new: str, name: str = "studies/alpha2018.yaml") -> None:
    path = registry / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def told(registry: Path) -> list[str]:
    return [f"{change.file}: {change}" for change in diff(registry, "HEAD", None).records]


def test_nothing_changed(registry: Path) -> None:
    assert told(registry) == []
    assert "no change" in diff(registry, "HEAD", None).text()


def test_a_field_and_its_values(registry: Path) -> None:
    edit(registry, "n: 20", "n: 21")
    assert told(registry) == ["studies/alpha2018.yaml: groups.TRD.n: 20 → 21"]


def test_a_printed_digit_is_a_change(registry: Path) -> None:
    edit(registry, "female_percent: 50.0", "female_percent: 50.00")
    assert told(registry) == ["studies/alpha2018.yaml: groups.TRD.female_percent: 50.0 → 50.00"]


def test_a_comment_is_none(registry: Path) -> None:
    edit(registry, "year: 2018", "year: 2018  # as printed")
    assert told(registry) == []


def test_a_focus_put_in_front_moves_no_other(registry: Path) -> None:
    edit(registry, "    foci:\n", "    foci:\n      - {x: 10, y: 20, z: 30}\n")
    assert told(registry) == [
        "studies/alpha2018.yaml: contrasts[TRD>HC].foci[(10, 20, 30)]: {x: 10, y: 20, z: 30} added"
    ]


def test_a_study_removed_and_one_added(registry: Path) -> None:
    (registry / "studies" / "beta2019.yaml").rename(registry / "studies" / "gamma2020.yaml")
    assert told(registry) == [
        "studies/beta2019.yaml: removed", "studies/gamma2020.yaml: added",
    ]  # fmt: skip


def test_two_revisions(registry: Path) -> None:
    edit(registry, "n: 20", "n: 21")
    git(registry, "commit", "-qam", "more people")
    edit(registry, "n: 21", "n: 22")
    found = diff(registry, "HEAD~1", "HEAD")
    assert [str(change) for change in found.records] == ["groups.TRD.n: 20 → 21"]
    assert "HEAD~1 to HEAD" in found.text()


def test_results_are_compared_by_their_locks(registry: Path) -> None:
    assert "HEAD has no results.lock.json" in diff(registry, "HEAD", None).text()
    lock = registry / "results.lock.json"
    lock.write_text('{"format": 1, "runs": {}, "verdicts": {"a": "reproduced"}}')
    git(registry, "add", ".")
    git(registry, "commit", "-qm", "lock")
    lock.write_text('{"format": 1, "runs": {}, "verdicts": {"a": "not reproduced"}}')
    markdown = diff(registry, "HEAD", None).markdown()
    assert "- published value a: reproduced before, not reproduced now" in markdown


def test_markup_in_a_record_is_text_in_markdown(registry: Path) -> None:
    edit(registry, "Excluded.", "<img src=x>*bold*")
    markdown = diff(registry, "HEAD", None).markdown()
    assert r"\<img src=x\>\*bold\*" in markdown


def test_outside_a_checkout(tmp_path: Path) -> None:
    shutil.copytree(REGISTRIES / "valid", tmp_path / "registry")
    with (
        pytest.raises(HistoryError, match="is not in a git checkout"),
        at_revision(tmp_path / "registry", "HEAD"),
    ):
        pass


@pytest.mark.parametrize("revision", ["nowhere", "--help", "HEAD~9"])
def test_an_unknown_revision(registry: Path, revision: str) -> None:
    with (
        pytest.raises(HistoryError, match=f"there is no revision '{revision}'"),
        at_revision(registry, revision),
    ):
        pass


def test_a_record_that_was_broken_then(registry: Path) -> None:
    edit(registry, "year: 2018", "year: [2018")
    git(registry, "commit", "-qam", "broken")
    edit(registry, "year: [2018", "year: 2018")
    with pytest.raises(HistoryError, match=r"at 'HEAD' cannot be read: studies/alpha2018\.yaml:"):
        diff(registry, "HEAD", None)


def test_a_revision_before_the_registry(registry: Path) -> None:
    git(registry.parent, "checkout", "-q", "--orphan", "other")
    git(registry.parent, "rm", "-rq", "--cached", ".")
    git(registry.parent, "commit", "-q", "--allow-empty", "-m", "empty")
    with pytest.raises(HistoryError, match="has no folder registry"):
        diff(registry, "other", None)


def test_snapshots_know_their_names(registry: Path) -> None:
    one = snapshot(registry, "now")
    assert one.name == "now"
    assert changes(one, one) == []
