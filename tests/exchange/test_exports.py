"""Exports for other tools hold what the registry holds, and list what they cannot."""

import csv
import io
import json

from nimare.studyset import Studyset

from tests.conftest import REGISTRIES
from trdreport.engine.selection import experiment_table
from trdreport.exchange import bibtex, csl, foci_csv, nimads, prisma, sleuth
from trdreport.records.bibliography import read_bibliography
from trdreport.records.loading import Registry, load_registry


def test_sleuth_of_a_run_holds_its_experiments(miola: Registry) -> None:
    table = experiment_table(miola, miola.run("all-trd-hc"))
    made = sleuth.write(miola, "all-trd-hc")
    back = sleuth.read(made.text, "x")
    assert [(e.study, e.sizes, len(e.foci)) for e in back] == [
        (e.unit, (e.sample_size,), len(e.foci)) for e in table.experiments
    ]
    assert back[0].space == "TAL"
    assert any("single groups" in lost for lost in made.lost)


def test_nimare_reads_the_studyset(miola: Registry) -> None:
    data = json.loads(nimads.write(miola).text)
    assert (
        len(Studyset(data, target=None).coordinates)
        == len(foci_csv.write(miola).text.splitlines()) - 1
    )


def test_prisma_has_the_keys_of_the_package(miola: Registry) -> None:
    made = prisma.write(miola)
    rows = {row["data"]: row["n"] for row in csv.DictReader(io.StringIO(made.text))}
    assert (rows["database_results"], rows["records_screened"]) == ("100", "80")
    assert (rows["dbr_assessed"], rows["dbr_excluded"], rows["new_studies"]) == ("9", "1", "8")
    assert rows["previous_studies"] == "NA"
    assert "reasons for exclusion" in made.lost


def test_the_bibliography() -> None:
    root = REGISTRIES / "valid"
    registry = load_registry(root)
    assert bibtex.write(registry).text == (root / "references.bib").read_text()
    items = json.loads(csl.write(registry).text)
    assert [item["id"] for item in items] == sorted(read_bibliography(root / "references.bib"))
    alpha = next(item for item in items if item["id"] == "alpha2018")
    assert [author["family"] for author in alpha["author"]] == ["Alpha", "Zeta"]
    assert alpha["issued"] == {"date-parts": [[2018]]}
