"""What is new comes from the history of the records."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REGISTRIES
from trdreport.exchange.exporting import export_prisma
from trdreport.records.loading import load_registry
from trdreport.sections.news import news
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


def test_nothing_is_new_outside_a_checkout(tmp_path: Path) -> None:
    shutil.copytree(REGISTRIES / "valid", tmp_path / "registry")
    assert news(tmp_path / "registry", Store(None)) == ()


def test_an_update_search_has_a_flow_of_its_own(updated_site: Path) -> None:
    """One of the two studies came with the first search, the other with an update."""
    page = (updated_site / "studies.html").read_text()
    assert "New studies included in review (n = 1)" in page
    assert "Total studies in review (n = 2)" in page
    assert "of which in previous version (n = 1)" in page
    rows = {
        line.split(",")[0]: line.rsplit(",", 1)[1]
        for line in export_prisma(load_registry(updated_site.parent / "registry")).text.splitlines()
    }
    assert (rows["previous_studies"], rows["new_studies"], rows["total_studies"]) == ("1", "1", "2")
