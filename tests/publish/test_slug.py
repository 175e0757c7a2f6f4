"""No name in the data leads a file out of its place, or takes the place of another."""

import json
import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import REGISTRIES
from tests.sections.rendering import TEMPLATES, blank_gallery
from trdreport.model.slug import slug
from trdreport.publish.assembling import assembled, data_files
from trdreport.publish.build import site_files
from trdreport.publish.computing import compute
from trdreport.publish.packing import packaged
from trdreport.publish.rendering import assets, environment
from trdreport.publish.site import staged, write_files
from trdreport.records.loading import load_registry
from trdreport.work.store import open_store

HOSTILE = "x?/../../../../victim/evil"
NAMES = (
    HOSTILE,
    "task fMRI",
    "Größe",
    "größe",
    "GRÖSSE",
    "vbm",
    "VBM",
    "x-foci",
    "#",
    "?",
    "n" * 300,
)

ANALYSES = """  - id: {id}
    title: Named {id}
    question: Do the increases converge?
    profile: plain
    modalities: [{modality}]
    contrasts: [TRD>HC]
    pools_directions: false
    post_hoc: true
"""
ALIKE = ("alpha2018", "vbm-both-rough", "regions-x", "cluster-vbm-both", "under")
"""Ids of analyses that are like names of studies, runs, figures, rows and sections."""


@given(st.text())
def test_a_slug_is_safe_anywhere(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(name))
    assert len(slug(name)) <= 50


@given(one=st.text(alphabet="aA-ä /."), other=st.text(alphabet="aA-ä /."))
def test_two_names_never_share_a_slug(one: str, other: str) -> None:
    assert (slug(one) == slug(other)) == (one == other)


def test_a_name_like_a_slug_of_another_differs_from_it() -> None:
    assert slug(slug("VBM")) != slug("VBM")
    assert slug("rs-fmri") == "rs-fmri"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """A folder with a registry of difficult names and, deep below it, its site without pictures."""
    root = tmp_path_factory.mktemp("names")
    registry = root / "registry"
    shutil.copytree(REGISTRIES / "valid", registry)
    quoted = json.dumps(HOSTILE)
    for path in registry.rglob("*.yaml"):
        path.write_text(re.sub(r"\bVBM\b", lambda _: quoted, path.read_text()))
    review = registry / "review.yaml"
    more = "".join(
        f"  {json.dumps(name)}: {{label: {json.dumps(name)}, measures: {{GMV: volume}}}}\n"
        for name in NAMES[1:]
    )
    text = review.read_text().replace("ssri: {short", '"Größe a": {short')
    review.write_text(text.replace("scales:\n", f"{more}scales:\n", 1))
    for path in (registry / "studies").glob("*.yaml"):
        path.write_text(path.read_text().replace("ssri:", '"Größe a":'))
    plan = registry / "analyses.yaml"
    own = "".join(ANALYSES.format(id=each, modality=quoted) for each in ALIKE)
    plan.write_text(
        plan.read_text().replace("multiverse:\n", f"{own.lstrip(chr(10))}multiverse:\n")
    )
    site = root / "a" / "site"
    env, style = environment(TEMPLATES), assets(TEMPLATES)
    with open_store(cache) as store, staged(site) as stage:
        computed = compute(load_registry(registry), TEMPLATES, store, quick=True)
        data = data_files(computed)
        report = assembled(computed, data)
        gallery = blank_gallery(report.sketches)  # their names are asked, not what they show
        files = style | site_files(computed, report, data, gallery, env, store)
        files |= {"report.pdf": b"", "report-archive.pdf": b""}
        write_files(stage, files | packaged(computed.registry, files, "0", archive=True))
    return root


class Places(HTMLParser):
    """Ids and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in ("href", "src", "data-scene"):
                self.addresses.append(value or "")


def test_nothing_is_written_outside_the_site(root: Path) -> None:
    assert {path.name for path in root.iterdir()} == {"registry", "a"}
    assert [path.name for path in (root / "a").iterdir()] == ["site"]
    (archive,) = (root / "a" / "site" / "data").glob("*.zip")
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
    assert not [name for name in names if ".." in name or not re.fullmatch(r"[\w./-]+", name)]
    assert sum(
        re.fullmatch(r"figures/regions-.*-map\.svg", name) is not None for name in names
    ) == (len(NAMES))


def test_every_address_of_every_page_leads_somewhere(root: Path) -> None:
    site = root / "a" / "site"
    for page in site.rglob("*.html"):
        for address in Places(page.read_text()).addresses:
            parts = urlsplit(address)
            if parts.scheme or not parts.path:
                continue
            assert (page.parent / unquote(parts.path)).is_file(), (page, address)


def test_no_two_places_of_a_page_share_an_anchor(root: Path) -> None:
    for page in (root / "a" / "site").rglob("*.html"):
        ids = Places(page.read_text()).ids
        assert sorted(ids) == sorted(set(ids)), page


def test_an_analysis_and_a_study_of_one_id_have_a_scene_each(root: Path) -> None:
    site = root / "a" / "site"
    for kind, title in (("analyses", "Named alpha2018"), ("studies", "Alpha 2018")):
        scene = f"viewer/scenes/{kind}/alpha2018.js"
        assert f'data-scene="../{scene}"' in (site / kind / "alpha2018.html").read_text()
        assert f'"title":"{title}"' in (site / scene).read_text()


def test_a_run_and_an_analysis_that_sound_alike_have_a_table_each(root: Path) -> None:
    """`vbm-both-rough` is an analysis, `vbm-both.rough` another one under a further profile."""
    tables = root / "a" / "site" / "data" / "tables"
    for run in ("vbm-both-rough", "vbm-both.rough"):
        assert list(tables.glob(f"clusters-{run}-uncorrected-*.csv"))
