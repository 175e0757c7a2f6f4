"""A built site holds one truth in HTML, PDF and CSV."""

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import nibabel as nib
import pikepdf
import pytest
import yaml
from nimare.studyset import Studyset
from pybtex.database import parse_string

from tests.conftest import ROOT
from trdreport.engine.lock import Lock
from trdreport.errors import DataError
from trdreport.exchange.delimited import unguarded
from trdreport.publish.build import build
from trdreport.records.loading import load_registry

CONTRACT = {
    "studies.csv": "study,label,year,country,cohort,modality,measure,n_trd,n_hc",
    "foci.csv": "study,contrast,x,y,z,space,region,statistic,statistic_type,n_more,n_less",
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
        file = rows(tiny_site / "data" / "tables" / f"{name}.csv")
        written = [[unguarded(cell) for cell in row] for row in file]
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
    specifications = [row[2] for row in found if row[1] == "specification"]
    assert sum("estimator=KDA" in choices for choices in specifications) == 1
    at = found[0].index("published")
    published = [row for row in found if row[at] == "true"]
    assert len(published) == 1
    assert "space=MNI; foci=exact; sample size=all groups; unit=study" in published[0][2]


def test_a_broken_record_leaves_the_site(
    tiny_site: Path, overlaid: Callable[[str], Path], tmp_path: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(tiny_site, site)
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*")}
    with pytest.raises(DataError):
        build(load_registry(overlaid("n-negative")), site, ROOT / "templates")
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*")} == before


@pytest.mark.slow
def test_the_same_registry_gives_the_same_bytes(
    tiny_registry: Path, tiny_site: Path, tmp_path: Path
) -> None:
    """In another folder, process, time zone, locale and order of hashes, from nothing."""
    root = tmp_path / "other records"
    shutil.copytree(tiny_registry, root)
    again = tmp_path / "elsewhere" / "site"
    environment = os.environ | {
        "TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    code = "from trdreport.cli import main; main()"
    subprocess.run(
        [
            sys.executable, "-c", code, "build", "--archive", "--no-cache",
            "--registry", root, "--site", again,
        ],
        check=True, capture_output=True, cwd=tmp_path, env=environment,
    )  # fmt: skip
    paths = {path.relative_to(tiny_site) for path in tiny_site.rglob("*") if path.is_file()}
    assert {path.relative_to(again) for path in again.rglob("*") if path.is_file()} == paths
    for path in sorted(paths):
        assert (again / path).read_bytes() == (tiny_site / path).read_bytes(), path


def test_the_manifest_and_the_zip_hold_what_the_site_holds(tiny_site: Path) -> None:
    listed = {row[0]: row for row in rows(tiny_site / "data" / "manifest.csv")[1:]}
    assert "index.html" in listed
    for name, (_, size, digest) in listed.items():
        content = (tiny_site / name).read_bytes()
        assert len(content) == int(size)
        assert hashlib.sha256(content).hexdigest() == digest
    (packed,) = (tiny_site / "data").glob("*.zip")
    with zipfile.ZipFile(packed) as archive:
        assert archive.testzip() is None
        assert "data/manifest.csv" in archive.namelist()
        assert "figures/foci-all.svg" in archive.namelist()
        for name in archive.namelist():
            assert archive.read(name) == (tiny_site / name).read_bytes()
    not_listed = {"data/manifest.csv", f"data/{packed.name}", ".trdreport-site"}
    files = {p.relative_to(tiny_site).as_posix() for p in tiny_site.rglob("*") if p.is_file()}
    assert files - set(listed) == not_listed


def test_the_crate_describes_files_that_are_there(tiny_site: Path) -> None:
    crate = json.loads((tiny_site / "ro-crate-metadata.json").read_text())
    entries = {entry["@id"]: entry for entry in crate["@graph"]}
    parts = [part["@id"] for part in entries["./"]["hasPart"]]
    assert "data/foci.csv" in parts
    for part in parts:
        content = (tiny_site / part).read_bytes()
        assert entries[part]["sha256"] == hashlib.sha256(content).hexdigest()


def test_thresholded_maps_are_parts_of_the_whole_one(tiny_site: Path) -> None:
    folder = tiny_site / "data" / "maps" / "vbm-both"
    whole, exploratory = (
        nib.load(folder / f"vbm-both_plain_{name}.nii.gz").get_fdata()
        for name in ("stat", "stat_exploratory")
    )
    above = exploratory > 0
    assert above.any()
    assert (exploratory[above] == whole[above]).all()
    assert exploratory[above].min() > whole[(whole > 0) & ~above].mean()


def test_every_figure_comes_as_image_vector_and_data(tiny_site: Path) -> None:
    stems = {path.stem for path in (tiny_site / "figures").glob("*.png")}
    assert stems == {path.stem for path in (tiny_site / "figures").glob("*.svg")}
    assert {"prisma", "samples", "medication", "definitions-map", "foci-all"} <= stems
    for page in tiny_site.rglob("*.html"):
        for data in re.findall(r'href="([^"]+)">its data<', page.read_text()):
            assert (page.parent / data).stat().st_size > 20


def test_figures_and_tables_of_the_pdf_are_counted_from_one(tiny_site: Path) -> None:
    run = subprocess.run(
        ["pdftotext", str(tiny_site / "report.pdf"), "-"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for word in ("Figure", "Table"):
        printed = [int(n) for n in re.findall(rf"^{word} (\d+)\.", run.stdout, re.MULTILINE)]
        assert len(printed) > 5
        assert printed == list(range(1, len(printed) + 1))


def test_every_picture_of_the_pdf_has_words_in_its_place(tiny_site: Path) -> None:
    for name in ("report.pdf", "report-archive.pdf"):
        with pikepdf.open(tiny_site / name) as pdf:
            assert str(pdf.Root.Lang) == "en"
            assert pdf.Root.ViewerPreferences.DisplayDocTitle
            figures = list(structure(pdf.Root.StructTreeRoot, "/Figure"))
            assert figures
            assert all(str(figure.get("/Alt", "")).strip() for figure in figures)


def structure(element: pikepdf.Object, kind: str) -> Iterator[pikepdf.Object]:
    """Elements of one kind in the tree of a tagged PDF."""
    if isinstance(element, pikepdf.Array):
        for inner in element:
            yield from structure(inner, kind)
    elif isinstance(element, pikepdf.Dictionary):
        if element.get("/S") == kind:
            yield element
        if "/K" in element:
            yield from structure(element.K, kind)


def test_the_archive_pdf_carries_the_data(tiny_site: Path) -> None:
    with pikepdf.open(tiny_site / "report-archive.pdf") as pdf:
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
        attached = pdf.attachments["foci.csv"].get_file().read_bytes()
    assert attached == (tiny_site / "data" / "foci.csv").read_bytes()


def test_links_of_the_pdf_lead_to_files_and_pages_that_are_there(tiny_site: Path) -> None:
    with pikepdf.open(tiny_site / "report.pdf") as pdf:
        actions = [
            annotation.get("/A", {}) for page in pdf.pages for annotation in page.get("/Annots", [])
        ]
        addresses = {str(action.URI) for action in actions if "/URI" in action}
    local = {address for address in addresses if not address.startswith("https://")}
    assert local
    for address in local:
        assert (tiny_site / address.partition("#")[0]).is_file(), address


def test_references_for_managers_have_the_review(tiny_site: Path) -> None:
    data = tiny_site / "data"
    ris = (data / "citation.ris").read_text()
    assert ris.startswith("TY  - JOUR\n")
    assert ris.count("ER  - ") == 2
    assert "@article{review2020" in (data / "citation.bib").read_text()
    parse_string((data / "citation.bib").read_text(), "bibtex")
    described = yaml.safe_load((data / "citation.cff").read_text())
    assert described["cff-version"] == "1.2.0"


def test_the_digest_follows_the_records(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("valid")
    before = load_registry(root).digest
    study = root / "studies" / "alpha2018.yaml"
    study.write_text(study.read_text().replace("Utopia", "Arcadia"))
    assert load_registry(root).digest != before


def test_a_record_edited_during_a_build_is_published_as_it_was_computed_with(
    overlaid: Callable[[str], Path], tmp_path: Path, cache: Path
) -> None:
    root, site = overlaid("valid"), tmp_path / "site"
    registry = load_registry(root)
    study = root / "studies" / "alpha2018.yaml"
    before = study.read_bytes()

    def edit(_: Lock) -> None:
        study.write_text(study.read_text().replace("Utopia", "Arcadia"))
        (root / "studies" / "late2020.yaml").write_text("a: study")

    build(
        registry,
        site,
        ROOT / "templates",
        quick=True,
        pdf=False,
        archive=True,
        cache=cache,
        accept=edit,
    )
    assert study.read_bytes() != before
    published = site / "data" / "registry" / "studies"
    assert (published / "alpha2018.yaml").read_bytes() == before
    assert not (published / "late2020.yaml").exists()
    with zipfile.ZipFile(*(site / "data").glob("*.zip")) as archive:
        assert archive.read("data/registry/studies/alpha2018.yaml") == before


@pytest.mark.parametrize("inside", ["registry", "templates", "cache"])
def test_what_a_site_is_made_from_may_not_lie_in_it(
    inside: str, tiny_registry: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    sources = {name: tmp_path / name for name in ("registry", "templates", "cache")}
    sources[inside] = site / inside
    shutil.copytree(tiny_registry, sources["registry"])
    shutil.copytree(ROOT / "templates", sources["templates"])
    registry = load_registry(sources["registry"])
    with pytest.raises(DataError, match=f"site/{inside}:1:1: lies inside the site"):
        build(registry, site, sources["templates"], cache=sources["cache"])
    assert (sources["registry"] / "review.yaml").is_file()
