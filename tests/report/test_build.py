"""A built site holds one truth in HTML, PDF and CSV."""

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import nibabel as nib
import pytest
from nimare.studyset import Studyset

from tests.conftest import ROOT
from trdreport.errors import DataError
from trdreport.registry.loading import load_registry, registry_digest
from trdreport.report.build import build

CONTRACT = {
    "studies.csv": "study,label,year,country,cohort,modality,measure,n_trd,n_hc",
    "foci.csv": "study,contrast,x,y,z,space,region,statistic,statistic_type",
    "analyses.csv": "analysis,profile,title,experiments,foci,participants,status",
    "clusters.csv": (
        "analysis,profile,readout,cluster,x,y,z,space,volume_mm3,ale,p_uncorrected,z_value,p_fwe,"
        "significant,label,contributing"
    ),
    "claims.csv": "claim,analysis,quantity,published,computed,verdict",
    "robustness.csv": "analysis,kind,item,outcome",
    "checks.csv": "code,severity,studies,message",
}


class Tables(HTMLParser):
    """Rows of cell texts of every table by the id of its section."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.rows: list[list[str]] = []
        self.in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "section" and "table-block" in (values.get("class") or ""):
            self.rows = self.tables.setdefault(values["id"] or "", [])
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.in_cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.in_cell = False
        elif tag == "section":
            self.rows = []

    def handle_data(self, data: str) -> None:
        if self.in_cell:
            self.rows[-1][-1] += data


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="") as stream:
        return list(csv.reader(stream))


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_columns_of_the_contract(name: str, tiny_site: Path) -> None:
    assert (tiny_site / "data" / name).read_text().startswith(CONTRACT[name])


def test_html_and_csv_agree_cell_by_cell(tiny_site: Path) -> None:
    parser = Tables()
    for page in sorted(tiny_site.rglob("*.html")):
        parser.feed(page.read_text())
    assert {"table-1", "table-2", "reproduction", "analyses"} <= set(parser.tables)
    assert any(name.startswith("clusters-") for name in parser.tables)
    for name, table in parser.tables.items():
        # A table of clusters stands on the page of its analysis and on the page of all results.
        written = rows(tiny_site / "data" / "tables" / f"{name}.csv")
        assert table in (written, written * 2)


def test_every_cell_is_in_the_pdf(tiny_site: Path) -> None:
    run = subprocess.run(
        ["pdftotext", "-layout", str(tiny_site / "report.pdf"), "-"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    words = set(run.stdout.split())
    for name in ("table-1", "table-2", "analyses"):
        for row in rows(tiny_site / "data" / "tables" / f"{name}.csv")[1:]:
            missing = [word for cell in row for word in cell.split() if word not in words]
            assert not missing


def test_the_pdf_is_sound_and_tagged(tiny_site: Path) -> None:
    pdf = tiny_site / "report.pdf"
    subprocess.run(["qpdf", "--check", str(pdf)], check=True, capture_output=True)
    run = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True)
    assert "Tagged:          yes" in run.stdout
    assert "Title:           Tiny review" in run.stdout


def test_maps_have_a_grid_and_a_sidecar(tiny_site: Path) -> None:
    maps = sorted((tiny_site / "data" / "maps").rglob("*.nii.gz"))
    assert maps
    for path in maps:
        assert nib.load(path).shape == (91, 109, 91)
        sidecar = path.with_name(path.name.replace(".nii.gz", ".json"))
        described = json.loads(sidecar.read_text())
        space = {"plain": "MNI152", "rough": "Talairach (Lancaster)"}[described["profile"]["id"]]
        assert described["space"] == space
        assert path.name.split("_")[1] == described["profile"]["id"]


def test_nimare_reads_the_studyset(tiny_site: Path) -> None:
    studyset = Studyset(str(tiny_site / "data" / "studyset.json"), target=None)
    assert len(studyset.coordinates) == len(rows(tiny_site / "data" / "foci.csv")) - 1


def test_an_analysis_with_too_few_experiments_is_said_not_to_run(
    overlaid: Callable[[str], Path], tmp_path: Path, cache: Path
) -> None:
    root = overlaid("valid")
    study = root / "studies" / "alpha2018.yaml"
    text = study.read_text()
    study.write_text(
        text[: text.index("  - contrast: TRD>HC")] + text[text.index("  - contrast: HC>TRD") :]
    )
    published = root / "published.yaml"
    published.write_text(published.read_text().split("results:")[0] + "results: []\n")
    site = tmp_path / "site"
    build(load_registry(root), site, ROOT / "templates", cache=cache)
    status = {row[0]: row[-1] for row in rows(site / "data" / "analyses.csv")}
    assert status["vbm-more"] == "not run: 1 experiment with foci; a meta-analysis needs two"
    page = (site / "analyses" / "vbm-more.html").read_text()
    assert "Not run: 1 experiment" in page
    assert "cannot be answered yet" in page
    assert "Not compared: vbm-more was not run" in (site / "robustness.html").read_text()


def test_robustness_holds_every_kind_for_every_run(tiny_site: Path) -> None:
    found = rows(tiny_site / "data" / "robustness.csv")
    kinds: dict[str, set[str]] = {}
    for row in found[1:]:
        kinds.setdefault(row[1], set()).add(row[0])
    assert kinds == {
        "contribution": {"vbm-both", "vbm-more"},
        "leave-one-out": {"vbm-both", "vbm-more"},
        "fail-safe-n": {"vbm-both", "vbm-more"},
        "specification": {"vbm-both"},
    }
    reasons = {row[3] for row in found if row[1] == "specification" and "SCALE" in row[2]}
    assert reasons == {"not run: NiMARE has no family-wise correction for SCALE"}
    published = [row for row in found if row[-1] == "true"]
    assert len(published) == 1
    assert "space=MNI; foci=exact; sample size=all groups; unit=study" in published[0][2]


def test_each_result_ends_in_plain_words(tiny_site: Path) -> None:
    page = (tiny_site / "analyses" / "vbm-both.html").read_text()
    assert page.count(">In plain words<") == 2  # under either profile
    first = page[page.index(">In plain words<") :]
    assert "This rests on two of two experiments" in first
    trust = (tiny_site / "robustness.html").read_text()
    for table in ("claims-robustness", "fail-safe", "units", "comparisons"):
        assert f'id="{table}"' in trust
    methods = (tiny_site / "methods.html").read_text()
    assert 'id="guidelines"' in methods
    assert "cannot be known" in methods


def test_a_quick_build_says_what_it_leaves_out(tmp_path: Path, cache: Path) -> None:
    site = tmp_path / "site"
    registry = load_registry(ROOT / "tests" / "registries" / "valid")
    build(registry, site, ROOT / "templates", quick=True, cache=cache)
    trust = (site / "robustness.html").read_text()
    assert "left the robustness analyses out" in trust
    assert "left the robustness analyses out" in (site / "analyses" / "vbm-both.html").read_text()
    assert 'id="claims-robustness"' not in trust
    assert {row[1] for row in rows(site / "data" / "robustness.csv")[1:]} == {"contribution"}


def test_a_broken_record_leaves_the_site(
    tiny_site: Path, overlaid: Callable[[str], Path], tmp_path: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(tiny_site, site)
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*")}
    with pytest.raises(DataError):
        build(load_registry(overlaid("n-negative")), site, ROOT / "templates")
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*")} == before


def test_the_same_registry_gives_the_same_bytes(tiny_site: Path, tmp_path: Path) -> None:
    again = tmp_path / "elsewhere" / "site"
    build(load_registry(ROOT / "tests" / "registries" / "valid"), again, ROOT / "templates")
    for path in sorted(p for p in tiny_site.rglob("*") if p.is_file()):
        assert (again / path.relative_to(tiny_site)).read_bytes() == path.read_bytes(), path.name


def test_the_digest_follows_the_records(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("valid")
    before = registry_digest(root)
    study = root / "studies" / "alpha2018.yaml"
    study.write_text(study.read_text().replace("Utopia", "Arcadia"))
    assert registry_digest(root) != before
