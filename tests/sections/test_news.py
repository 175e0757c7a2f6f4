"""What is new comes from the history of the records."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REGISTRIES
from trdreport.sections.facts.recent import news
from trdreport.work.store import Store


def commit(folder: Path, message: str) -> None:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for arguments in (("add", "-A"), ("commit", "-qm", message, "--date", "2026-02-03T00:00:00")):
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    root = tmp_path / "work" / "registry"
    shutil.copytree(REGISTRIES / "valid", root)
    subprocess.run(["git", "init", "-q"], cwd=root.parent, check=True)
    commit(root.parent, "start")
    return root


def test_each_change_of_the_records_is_told(registry: Path) -> None:
    study = registry / "studies" / "alpha2018.yaml"
    study.write_text(study.read_text().replace("n: 20", "n: 21"))
    commit(registry.parent, "one more participant")
    study.write_text(study.read_text() + "# a comment\n")
    commit(registry.parent, "a comment changes nothing")
    shutil.copy(study, registry / "studies" / "gamma2020.yaml")
    commit(registry.parent, "a study")
    found = news(registry, Store(None))
    assert [entry.subject for entry in found] == ["a study", "one more participant"]
    assert found[0].added == ("gamma2020",)
    assert found[1].changed == (("studies/alpha2018.yaml", 1),)
    assert found[0].results is None


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\f", "\v", "\x1b[2J", "\x01"])
def test_no_subject_of_a_commit_stops_the_news(registry: Path, mark: str) -> None:
    study = registry / "studies" / "alpha2018.yaml"
    study.write_text(study.read_text().replace("n: 20", "n: 21"))
    commit(registry.parent, f"one{mark}more")
    study.write_text(study.read_text().replace("n: 21", "n: 22"))
    commit(registry.parent, "and one")
    found = news(registry, Store(None))
    assert [entry.changed for entry in found] == [(("studies/alpha2018.yaml", 1),)] * 2
    assert found[1].subject.startswith("one")
    assert found[1].subject.isprintable()


def test_settings_of_the_user_do_not_change_the_news(registry: Path) -> None:
    study = registry / "studies" / "alpha2018.yaml"
    study.write_text(study.read_text().replace("n: 20", "n: 21"))
    commit(registry.parent, "one more participant")
    before = news(registry, Store(None))
    for key, value in (
        ("log.showSignature", "true"), ("log.follow", "true"), ("color.ui", "always"),
        ("log.decorate", "full"), ("log.date", "relative"), ("core.pager", "false"),
        ("format.pretty", "oneline"), ("i18n.logOutputEncoding", "UTF-16"),
    ):  # fmt: skip
        subprocess.run(["git", "config", key, value], cwd=registry, check=True)
    assert news(registry, Store(None)) == before != ()


def test_news_are_told_once_a_shallow_clone_is_deepened(registry: Path, tmp_path: Path) -> None:
    study = registry / "studies" / "alpha2018.yaml"
    study.write_text(study.read_text().replace("n: 20", "n: 21"))
    commit(registry.parent, "one more participant")
    clone, store = tmp_path / "clone", Store(tmp_path / "store")
    source = registry.parent.as_uri()
    subprocess.run(["git", "clone", "-q", "--depth", "1", source, str(clone)], check=True)
    assert news(clone / "registry", store) == ()
    subprocess.run(["git", "fetch", "-q", "--unshallow"], cwd=clone, check=True)
    assert [entry.subject for entry in news(clone / "registry", store)] == ["one more participant"]


def test_two_registries_of_one_checkout_tell_their_own_news(registry: Path, tmp_path: Path) -> None:
    other = registry.parent / "other" / "registry"
    shutil.copytree(registry, other)
    commit(registry.parent, "another review")
    for root, number in ((registry, 21), (other, 22)):
        study = root / "studies" / "alpha2018.yaml"
        study.write_text(study.read_text().replace("n: 20", f"n: {number}"))
    beta = other / "studies" / "beta2019.yaml"
    beta.write_text(beta.read_text() + "\n# nothing\n")
    beta.rename(other / "studies" / "gamma2020.yaml")
    commit(registry.parent, "both")
    store = Store(tmp_path / "store")
    first, second = (news(root, store)[0] for root in (registry, other))
    assert (first.added, second.added) == ((), ("gamma2020",))


def test_nothing_is_new_outside_a_checkout(tmp_path: Path) -> None:
    shutil.copytree(REGISTRIES / "valid", tmp_path / "registry")
    assert news(tmp_path / "registry", Store(None)) == ()
