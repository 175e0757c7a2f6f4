"""Exports for other tools hold what the registry holds, and list what they cannot."""

import csv
import io
import json

from nimare.studyset import Studyset

from tests.conftest import ROOT
from trdreport.engine.selection import experiment_table
from trdreport.exchange import bibtex, csl, foci_csv, nimads, prisma, sleuth
from trdreport.records.bibliography import read_bibliography
from trdreport.records.loading import Registry


def test_sleuth_of_a_run_holds_its_experiments(real_registry: Registry) -> None:
    table = experiment_table(real_registry, real_registry.run("all-trd-hc"))
    made = sleuth.write(real_registry, "all-trd-hc")
    back = sleuth.read(made.text, "x")
    assert [(e.study, e.sizes, len(e.foci)) for e in back] == [
        (e.unit, (e.sample_size,), len(e.foci)) for e in table.experiments
    ]
    assert back[0].space == "TAL"
    assert any("single groups" in lost for lost in made.lost)


def test_nimare_reads_the_studyset(real_registry: Registry) -> None:
    data = json.loads(nimads.write(real_registry).text)
    assert (
        len(Studyset(data, target=None).coordinates)
        == len(foci_csv.write(real_registry).text.splitlines()) - 1
    )


def test_prisma_has_the_keys_of_the_package(real_registry: Registry) -> None:
    made = prisma.write(real_registry)
    rows = {row["data"]: row["n"] for row in csv.DictReader(io.StringIO(made.text))}
    assert (rows["database_results"], rows["records_screened"]) == ("1929", "1495")
    assert (rows["dbr_assessed"], rows["dbr_excluded"], rows["new_studies"]) == ("26", "18", "8")
    assert rows["previous_studies"] == "NA"
    assert "reasons for exclusion" in made.lost


def test_the_bibliography(real_registry: Registry) -> None:
    root = ROOT / "registry"
    assert bibtex.write(real_registry).text == (root / "references.bib").read_text()
    items = json.loads(csl.write(real_registry).text)
    assert [item["id"] for item in items] == sorted(read_bibliography(root / "references.bib"))
    wu = next(item for item in items if item["id"] == "wu2011")
    assert wu["author"][0]["family"] == "Wu"
    assert wu["issued"] == {"date-parts": [[2011]]}
