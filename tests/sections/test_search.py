"""An update of the search has a flow of its own."""

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import REGISTRIES
from tests.sections.rendering import planned, rendered
from trdreport.exchange import prisma
from trdreport.records.loading import load_registry
from trdreport.sections import search


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    root = tmp_path / "registry"
    shutil.copytree(REGISTRIES / "valid", root)
    return root


SEARCH = """
  - id: update
    date: 2024-01-01
    databases:
      - {name: PubMed, records: 12}
    query: depression
    other_methods: []
    prisma:
      records_identified: 12
      duplicates_removed: 2
      records_screened: 10
      records_excluded: 8
      reports_sought: 2
      reports_not_retrieved: 0
      reports_assessed: 2
      reports_excluded: 1
      exclusion_reasons:
        - {reason: No whole-brain search, criterion: E6, reports: 1}
      studies_included: 1
      reports_included: 1
      studies_before: 1
      reports_before: 1
    sources:
      - {covers: [prisma], document: review2020, place: Update, page: not_reported}
"""


def test_an_update_search_has_a_flow_of_its_own(registry: Path) -> None:
    """One of the two studies came with the first search, the other with an update."""
    file = registry / "search.yaml"
    text = file.read_text()
    for name in ("studies_included", "reports_included"):
        text = re.sub(rf"{name}: 2", f"{name}: 1", text)
    text = re.sub(r"reports_excluded: (\d+)", lambda m: f"reports_excluded: {int(m[1]) + 1}", text)
    text = re.sub(r"exclusion_reasons:\n(\s+- .*\n)+", "exclusion_reasons: not_reported\n", text)
    file.write_text(text.rstrip() + SEARCH)
    study = registry / "studies" / "beta2019.yaml"
    study.write_text(study.read_text().replace("search: original", "search: update"))
    loaded = load_registry(registry)
    page = rendered(search.SECTION, planned(loaded))
    assert "New studies included in review (n = 1)" in page
    assert "Total studies in review (n = 2)" in page
    assert "Studies in previous version (n = 1)" in page
    rows = {
        line.split(",")[0]: line.rsplit(",", 1)[1]
        for line in prisma.write(loaded).text.splitlines()
    }
    assert (rows["previous_studies"], rows["new_studies"], rows["total_studies"]) == ("1", "1", "2")
