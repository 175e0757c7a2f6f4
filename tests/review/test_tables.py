"""The tables print what the records of this review say."""

import csv
import io

from trdreport.records.loading import Registry
from trdreport.sections.tables import Table
from trdreport.sections.tables.studies import foci_table, studies_csv, study_foci_table, study_table


def cells_of(table: Table, index: int = 0) -> dict[str, str]:
    """A row by the titles of its columns."""
    return dict(zip(table.titles, table.rows[index], strict=True))


def test_table_1_prints_the_values_of_the_records(published_review: Registry) -> None:
    table = study_table(published_review)
    cells = {r["Study"]: r for r in (cells_of(table, i) for i in range(len(table.rows)))}
    sandu, guo = cells["Sandu 2017"], cells["Guo 2012 fALFF"]
    assert sandu["N (TRD / TSD / HC)"] == "41 / 40 / 44"
    assert sandu["Age, years (TRD)"] == "47.1 ± 8"
    assert sandu["Illness duration (TRD / TSD)"] == "18.90 ± 9.21 years / 18.01 ± 11.56 years"
    assert sandu["Symptom score (TRD / TSD)"] == "34.20 ± 7.19 / 12.70 ± 13.78"
    assert "lithium 12.20 (25.00)" in sandu["Medication by class, % (TRD / TSD)"]
    assert guo["Illness duration (TRD / TSD)"] == "35.5 ± 49.89 months / 2.59 ± 1.33 months"
    assert guo["Onset age, years (TRD / TSD)"] == "not reported"
    assert guo["Medication by class, % (TRD / TSD)"].endswith("; TSD: treatment naive")
    assert cells["Machino 2014"]["Symptom score (TRD / TSD)"] == "13.90 ± 4.33 / not applicable"


def test_foci_have_a_row_each_as_published(published_review: Registry) -> None:
    table = foci_table(published_review)
    wanted = [
        (study.label, result.contrast.replace(">", " > "), *map(str, (f.x, f.y, f.z)))
        for study in published_review.studies
        for result in study.contrasts
        for f in result.foci
    ]
    names = ("Study", "Contrast", "x, mm", "y, mm", "z, mm")
    rows = [cells_of(table, index) for index in range(len(table.rows))]
    assert [tuple(row[name] for name in names) for row in rows] == wanted
    own = study_foci_table(published_review, published_review.study("sandu2017"))
    assert cells_of(own)["Peak t"] == "4.82"
    assert "Peak z" not in own.titles
    assert len(own.points) == len(own.rows)


def test_studies_csv_keeps_its_columns(published_review: Registry) -> None:
    heading, *rows = csv.reader(io.StringIO(studies_csv(published_review)))
    assert ",".join(heading) == "study,label,year,country,cohort,modality,measure,n_trd,n_tsd,n_hc"
    found = next(r for r in rows if r[0] == "machino2014")
    assert found == ["machino2014", "Machino 2014", "2014", "Japan", "machino2014", "VBM", "GMV",
                     "29", "0", "29"]  # fmt: skip
