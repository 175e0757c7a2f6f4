"""What changed between two revisions of a real git checkout."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REGISTRIES
from trdreport.engine.diff import diff
from trdreport.engine.lock import make_lock
from trdreport.engine.results import NotRun
from trdreport.engine.selection import experiment_table
from trdreport.errors import DataError
from trdreport.records.checkout import HistoryError
from trdreport.records.history import changes, past, snapshot
from trdreport.records.loading import load_registry


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
    assert told(registry) == ["studies/alpha2018.yaml: groups.TRD.n (N): 20 → 21"]


def test_a_printed_digit_is_a_change(registry: Path) -> None:
    edit(registry, "female_percent: 50.0", "female_percent: 50.00")
    assert told(registry) == [
        "studies/alpha2018.yaml: groups.TRD.female_percent (Women, %): 50.0 → 50.00"
    ]


def test_a_field_that_is_no_more_has_no_label(registry: Path) -> None:
    """Records of another time are compared as data."""
    edit(registry, "quality:", "colour: grey\nquality:")
    assert told(registry) == ["studies/alpha2018.yaml: colour: grey added"]


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
    assert [str(change) for change in found.records] == ["groups.TRD.n (N): 20 → 21"]
    assert "HEAD~1 to HEAD" in found.text()


def test_results_are_compared_by_their_locks(registry: Path) -> None:
    assert "HEAD has no results.lock.json" in diff(registry, "HEAD", None).text()
    lock = registry / "results.lock.json"
    lock.write_text('{"format": 1, "runs": {}, "verdicts": {"a": "reproduced"}}')
    git(registry, "add", ".")
    git(registry, "commit", "-qm", "lock")
    lock.write_text('{"format": 1, "runs": {}, "verdicts": {"a": "not reproduced"}}')
    markdown = diff(registry, "HEAD", None).markdown()
    assert "- `published value a: reproduced before, not reproduced now`" in markdown


def test_a_lock_that_was_forgotten_is_told(registry: Path) -> None:
    plan = load_registry(registry)
    found = {run.id: NotRun(run.id, experiment_table(plan, run), "") for run in plan.plan.runs}
    (registry / "results.lock.json").write_text(make_lock(plan, found, {}, ()).text())
    git(registry, "add", ".")
    git(registry, "commit", "-qm", "lock")
    assert diff(registry, "HEAD", None).text().endswith("Results:\n  no change")
    edit(registry, "x: -30, y: 2", "x: -38, y: 2")
    text = diff(registry, "HEAD", None).text()
    assert "results.lock.json is not of these records (vbm-both, vbm-more, vbm-both.rough)" in text
    assert "no change" not in text


LINES = re.compile(r"(?:  )?- (?:no change|(`+).*\1)|#+ What this changes \(.*\)|\*\*\w+\*\*|")
"""Every line of the comment: our own words, or one code span."""

HOSTILE = "`x` ``@user`` <img src=x> [a](https://example.org) #1\u2028\u202e"


def test_nothing_in_a_record_a_name_or_a_lock_is_markup_in_the_comment(registry: Path) -> None:
    lock = registry / "results.lock.json"
    old, new = ({"format": 1, "runs": {}, "verdicts": {f"{HOSTILE}\n## All checks passed": word}}
                for word in ("a", "b\n\n@user"))  # fmt: skip
    lock.write_text(json.dumps(old))
    git(registry, "add", ".")
    git(registry, "commit", "-qm", "lock")
    lock.write_text(json.dumps(new))
    edit(registry, "Excluded.", json.dumps(HOSTILE))
    study = registry / "studies" / "alpha2018.yaml"
    study.write_text(study.read_text() + '"`\\n# key @user": 1\n')
    (registry / "studies" / "```\n# file @user.yaml").write_text("a: 1\n")
    markdown = diff(registry, "HEAD", None).markdown()
    assert all(LINES.fullmatch(line) for line in markdown.split("\n"))
    assert markdown.replace("\n", "").replace("→", "").isprintable()
    shown = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", markdown)
    assert not re.search(r"[@<`]|user|example|key|file|checks", shown)


def test_what_is_hidden_from_an_archive_is_not_hidden_from_a_comparison(registry: Path) -> None:
    """Attributes of the change itself say what `git archive` leaves out or rewrites."""
    (registry / ".gitattributes").write_text("studies/alpha2018.yaml export-ignore export-subst\n")
    edit(registry, "n: 20", "n: 21")
    git(registry, "add", ".")
    git(registry, "commit", "-qm", "hidden")
    records = diff(registry, "HEAD~1", "HEAD").records
    assert [f"{change.file}: {change}" for change in records] == [
        "studies/alpha2018.yaml: groups.TRD.n (N): 20 → 21"
    ]


def test_links_and_submodules_of_a_revision_are_not_followed(registry: Path) -> None:
    (registry / "studies" / "link.yaml").symlink_to("/etc/hostname")
    (registry / "results.lock.json").symlink_to("/etc/passwd")
    git(registry, "add", ".")
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=registry, check=True, capture_output=True, text=True
    ).stdout.strip()
    entry = f"160000,{commit},registry/studies/module.yaml"
    git(registry, "update-index", "--add", "--cacheinfo", entry)
    git(registry, "commit", "-qm", "links")
    found = past(registry, "HEAD")
    assert found.lock is None
    assert set(found.files) == set(past(registry, "HEAD~1").files)


def test_variables_and_replaced_objects_do_not_lead_elsewhere(
    registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(registry, "n: 20", "n: 21")
    git(registry, "commit", "-qam", "more people")
    git(registry, "replace", "HEAD~1", "HEAD")
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    monkeypatch.setenv("GIT_TRACE", "1")
    records = diff(registry, "HEAD~1", "HEAD").records
    assert [str(change) for change in records] == ["groups.TRD.n (N): 20 → 21"]


def test_a_lock_that_is_no_text_is_a_mistake_of_the_data(registry: Path) -> None:
    (registry / "results.lock.json").write_bytes(b"\xff")
    with pytest.raises(DataError, match="is not UTF-8 text"):
        diff(registry, "HEAD", None)
    git(registry, "add", ".")
    git(registry, "commit", "-qm", "broken")
    with pytest.raises(HistoryError, match="is not UTF-8 text"):
        past(registry, "HEAD")


def test_outside_a_checkout(tmp_path: Path) -> None:
    shutil.copytree(REGISTRIES / "valid", tmp_path / "registry")
    with pytest.raises(HistoryError, match="is not in a git checkout"):
        past(tmp_path / "registry", "HEAD")


@pytest.mark.parametrize("revision", ["nowhere", "--help", "HEAD~9"])
def test_an_unknown_revision(registry: Path, revision: str) -> None:
    with pytest.raises(HistoryError, match=f"there is no revision '{revision}'"):
        past(registry, revision)


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
