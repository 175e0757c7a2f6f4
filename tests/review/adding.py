"""One more study over a copy of the living registry, as an update search would find it."""

import re
import shutil
from pathlib import Path

from tests.conftest import ROOT
from trdreport.checks.living import months_later
from trdreport.records.loading import load_registry

ADDED = "added-by-a-test"


def with_one_more(root: Path) -> Path:
    """The living registry in the folder `root`, with one study and the search that found it."""
    shutil.copytree(ROOT / "registry", root)
    registry = load_registry(root)
    newest = registry.searches[-1]
    date = months_later(newest.date, 12)
    text = (root / "studies" / "yamamura2016.yaml").read_text()
    for field, value in {"id": ADDED, "citation": ADDED, "label": "Added", "search": ADDED}.items():
        text = re.sub(rf"(?m)^{field}: .*", f"{field}: {value}", text)
    text = re.sub(r"(?m)^year: .*", f"year: {date.year}", text)
    text = re.sub(r"(?m)^cohort: .*", f"cohort: {ADDED}", text)
    text = text.replace("document: yamamura2016", f"document: {ADDED}")
    text = re.sub(r"\{x: (-?)(\d+),", lambda m: f"{{x: {m[1]}{int(m[2]) // 2 + 3},", text)
    (root / "studies" / f"{ADDED}.yaml").write_text(text)
    with (root / "references.bib").open("a") as bib:
        bib.write(f"\n@article{{{ADDED},\n  title = {{One more}},\n  year = {{{date.year}}},\n}}\n")
    with (root / "search.yaml").open("a") as search:
        search.write(f"""  - id: {ADDED}
    date: {date}
    databases:
      - {{name: PubMed, records: 3}}
    query: depression
    other_methods: []
    prisma:
      records_identified: 3
      duplicates_removed: 1
      records_screened: 2
      records_excluded: 1
      reports_sought: 1
      reports_not_retrieved: 0
      reports_assessed: 1
      reports_excluded: 0
      exclusion_reasons: []
      studies_included: 1
      reports_included: 1
      studies_before: {sum(s.prisma.studies_included for s in registry.searches)}
      reports_before: {sum(s.prisma.reports_included for s in registry.searches)}
    sources:
      - {{covers: [prisma], document: miola2023, place: our search, page: not_available}}
""")
    return root
