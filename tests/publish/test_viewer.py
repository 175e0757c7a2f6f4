"""The brain viewer shows what the maps and the atlas hold, and whoever cannot run it is told."""

import base64
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from matplotlib.image import imread
from numpy.typing import NDArray
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from scipy import ndimage

from tests.publish.browsing import (
    FLAGS,
    SOFTWARE_WEBGL,
    chromium,
    launched,
    listen,
    on_disk,
    served,
    violations,
)
from trdreport.brain.atlas import load_atlas
from trdreport.brain.spaces import MNI_TO_TALAIRACH

pytestmark = pytest.mark.slow

ANALYSIS = "analyses/vbm-both.html"
STUDY = "studies/alpha2018.html"

PLAIN, ROUGH = "A small profile (plain)", "Rougher choices (rough)"
AMYGDALA, POSTCENTRAL = (-30, 2, -18), (42, -20, 50)
"""Peaks of the tiny registry; the second lies half-way between the foci of two studies."""

START, LINK = (-24, -62, -33), "#at=-24,-62,-33"
"""A place in the left cerebellum and the link to it."""

WINDOW: ViewportSize = {"width": 700, "height": 600}

REACH_MM = 12
"""How far the viewer looks for a region."""

DRAWN = """field => {
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return document.querySelector("#viewer canvas").toDataURL();
}"""
"""Draws once more: a canvas keeps its pixels only until the browser has shown them."""

SWITCHED = """async select => {
  const load = niivue.NVImage.loadFromBase64;
  const loads = [];
  niivue.NVImage.loadFromBase64 = (...given) => {
    loads.push(load.apply(niivue.NVImage, given));
    return loads.at(-1);
  };
  for (const value of ["1", "0"]) {
    select.value = value;
    select.dispatchEvent(new Event("input", { bubbles: true }));
  }
  for (let known = -1; known !== loads.length; ) {
    known = loads.length;
    await Promise.all(loads);
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  }
  niivue.NVImage.loadFromBase64 = load;
}"""
"""Chooses the second map and at once the first again, and waits until nothing is loading."""

Place = tuple[int, ...]
Picture = NDArray[np.float32]


@dataclass(frozen=True)
class Viewer:
    """The viewer of an open page, and where its crosshair was at first if that was kept."""

    page: Page
    start: Place = ()

    def part(self, selector: str) -> Locator:
        return self.page.locator("#viewer").locator(selector)

    def field(self, name: str) -> Locator:
        return self.part(f"[name={name}]")

    @property
    def canvas(self) -> Locator:
        return self.part("canvas")

    @property
    def place(self) -> Place:
        return tuple(int(self.field(axis).input_value()) for axis in "xyz")

    @property
    def words(self) -> str:
        return self.part(".readout").inner_text()

    @property
    def region(self) -> str:
        return self.part(".readout b").inner_text()

    @property
    def ale(self) -> float:
        found = re.search(r"ALE ([\d.e+-]+)\)", self.words)
        assert found, self.words
        return float(found[1])

    def wait(self) -> "Viewer":
        """Until it is open."""
        expect(self.page.locator("#viewer")).to_have_attribute("data-state", "open")
        return self

    def go(self, place: Place) -> None:
        """Move the crosshair as somebody does who types numbers."""
        for axis, value in zip("xyz", place, strict=True):
            self.field(axis).fill(str(value))

    def show(self, title: str) -> None:
        """Choose a map unless it is there, and wait for it: without a graphics card it is slow."""
        chosen = self.field("run").locator("option:checked").inner_text()
        if title != chosen:
            self.field("run").select_option(title)
        told = expect(self.part(".readout"))
        if title == ROUGH:
            told.to_contain_text(re.compile("Talairach.*ALE"))
        else:
            told.not_to_contain_text("Talairach")

    def view(self, name: str) -> None:
        self.part(f"[name=view][value={name}]").check()

    def picture(self) -> Picture:
        """What the canvas shows above its colour bar, as rows of red, green and blue."""
        url = self.field("x").evaluate(DRAWN)
        return pixels(base64.b64decode(url.partition(",")[2]))

    def coloured(self) -> int:
        """How many pixels have the colours of the map."""
        red, _, blue = np.moveaxis(self.picture(), 2, 0)
        return int(np.count_nonzero(red > blue + 0.3))


def pixels(png: bytes) -> Picture:
    picture = imread(io.BytesIO(png))[:, :, :3]
    return picture[: int(0.85 * len(picture))]


def colours(picture: Picture) -> int:
    """How many different colours a picture has."""
    return len(np.unique(np.rint(picture * 255).astype(int) @ (1 << 16, 1 << 8, 1)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that draws in three dimensions without a graphics card."""
    with chromium([*FLAGS, *SOFTWARE_WEBGL]) as browser:
        yield browser


@pytest.fixture(scope="module")
def opened(browser: Browser, tiny_site: Path) -> Iterator[Viewer]:
    """The viewer of an analysis; the tests of this module move about in it."""
    with browser.new_context(viewport=WINDOW, reduced_motion="reduce") as context:
        heard = listen(context)
        page = context.new_page()
        page.goto(on_disk(tiny_site) + ANALYSIS + LINK)
        yield Viewer(page, Viewer(page).wait().place)
        assert heard.said == []
        assert heard.elsewhere(on_disk(tiny_site)) == []


@pytest.fixture
def viewer(opened: Viewer) -> Viewer:
    """The same with its first map, the axial view and the crosshair in the middle.

    Without a graphics card one plane is drawn much faster than the brain in three dimensions.
    """
    opened.show(PLAIN)
    opened.view("axial")
    for name, value in (("threshold", "0.004"), ("opacity", "100")):
        if opened.field(name).input_value() != value:
            opened.field(name).fill(value)
    opened.field("foci").check()
    opened.go((0, 0, 0))
    return opened


def stat_map(site: Path, profile: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The published map of an analysis and its affine."""
    image = nib.load(site / "data" / "maps" / "vbm-both" / f"vbm-both_{profile}_stat.nii.gz")
    return image.get_fdata(), image.affine


@pytest.mark.parametrize("where", ["disk", "server"])
def test_the_viewer_is_loaded_only_when_asked(
    where: str, browser: Browser, tiny_site: Path
) -> None:
    """A page costs 3 MB only for those who want to look around, and asks no other host."""
    with served(tiny_site) as server, browser.new_context(viewport=WINDOW) as context:
        address = on_disk(tiny_site) if where == "disk" else server
        heard = listen(context)
        page = context.new_page()
        page.goto(address + ANALYSIS)
        assert [url for url in heard.asked if "/viewer/" in url] == []
        page.get_by_role("button", name="Open the viewer").press("Enter")
        viewer = Viewer(page).wait()
        assert sum("niivue" in url for url in heard.asked) == 1
        assert viewer.place == AMYGDALA
        assert colours(pixels(viewer.canvas.screenshot())) > 100
        assert heard.said == []
        assert heard.elsewhere(address) == []
        # The button that had the focus is gone; arrow keys work at once.
        expect(viewer.canvas).to_be_focused()


def test_numbers_move_the_crosshair_and_name_the_region(viewer: Viewer) -> None:
    """Places all over the brain have the name that the tables give them."""
    atlas = load_atlas()
    random = np.random.default_rng(5)
    somewhere = zip(
        *(random.integers(*span, 30) for span in ((-70, 70), (-100, 70), (-60, 75))), strict=True
    )
    cerebellum = [(-20, -60, -34), (24, -64, -34), (0, -60, -30)]
    compared = 0
    for numbers in (AMYGDALA, *cerebellum, *somewhere):
        place = tuple(int(value) for value in numbers)
        label = atlas.label(tuple(float(value) for value in place))
        if label.distance_mm > REACH_MM - 1:
            continue
        viewer.go(place)
        away = f"{label.distance_mm:.0f} mm from the " if label.distance_mm else ""
        assert viewer.region == away + label.name, place
        assert f"MNI {', '.join(map(str, place))}" in viewer.words
        compared += 1
    assert compared > 15
    viewer.go((0, 70, 90))
    assert viewer.region == "outside every region of the atlas"


def test_the_read_out_gives_the_value_of_the_map(viewer: Viewer, tiny_site: Path) -> None:
    """At the voxel that holds the place, in the analysis's own space."""
    values, affine = stat_map(tiny_site, "plain")
    for place in (AMYGDALA, POSTCENTRAL, (-26, 6, -14), (38, -16, 44), (0, 0, 0)):
        viewer.go(place)
        voxel = np.linalg.inv(affine) @ (*place, 1)
        expected = values[tuple(np.rint(voxel[:3]).astype(int))]
        assert viewer.ale == pytest.approx(expected, rel=0.006, abs=1e-9), place


def test_the_read_out_names_the_nearest_foci(viewer: Viewer, tiny_site: Path) -> None:
    """Nearest first, with study, contrast, place and distance; each leads to its study."""
    viewer.go((46, -20, 50))
    assert (
        "2 foci within 10 mm: Beta 2019 HC > TRD at 44, -20, 50, 2 mm away;"
        " Alpha 2018 HC > TRD at 40, -20, 50, 6 mm away" in viewer.words
    )
    links = [link.get_attribute("href") or "" for link in viewer.part(".readout a").all()]
    assert links == ["../studies/beta2019.html", "../studies/alpha2018.html"]
    assert all(((tiny_site / ANALYSIS).parent / link).is_file() for link in links)
    viewer.go((0, 0, 0))
    assert "No focus within 10 mm." in viewer.words


def test_a_number_outside_the_picture_moves_nothing(viewer: Viewer) -> None:
    """Nor does an empty field on the way to another number."""
    before = viewer.words
    for wrong in ("900", ""):
        viewer.field("x").fill(wrong)
        assert viewer.words == before


def test_keys_move_the_crosshair_by_a_millimetre(viewer: Viewer) -> None:
    """The page stays where it is meanwhile, and Tab leaves the picture."""
    viewer.canvas.focus()
    keys = ("ArrowRight", "ArrowRight", "ArrowUp", "PageDown", "PageDown", "PageDown")
    for key in keys:
        viewer.canvas.press(key)
    assert viewer.place == (2, 1, -3)
    for key in ("ArrowLeft", "ArrowDown", "PageUp"):
        viewer.canvas.press(key)
    assert viewer.place == (1, 0, -2)
    assert "MNI 1, 0, -2" in viewer.words
    pressed = 'new KeyboardEvent("keydown", { key: "PageUp", bubbles: true, cancelable: true })'
    assert not viewer.canvas.evaluate(f"canvas => canvas.dispatchEvent({pressed})")
    viewer.page.keyboard.press("Tab")
    assert viewer.page.evaluate("document.activeElement.form !== undefined")


def test_the_threshold_cuts_the_map(viewer: Viewer, tiny_site: Path) -> None:
    """By number and by slider, which keep together; above the top of the map nothing is left."""
    top = float(stat_map(tiny_site, "plain")[0].max())
    viewer.go(POSTCENTRAL)
    viewer.field("threshold").fill("0.001")
    assert float(viewer.field("threshold-range").input_value()) == pytest.approx(0.1 / top, abs=1)
    low = viewer.coloured()
    viewer.field("threshold-range").fill("60")
    assert float(viewer.field("threshold").input_value()) == pytest.approx(0.6 * top, rel=0.01)
    assert 0 < viewer.coloured() < low
    viewer.field("threshold").fill("1")
    assert float(viewer.field("threshold").input_value()) == pytest.approx(top, rel=0.001)
    assert viewer.coloured() < 0.02 * low


def test_opacity_fades_the_map(viewer: Viewer) -> None:
    """By number and by slider, which keep together."""
    viewer.go(POSTCENTRAL)
    assert viewer.coloured() > 0
    viewer.field("opacity-range").fill("0")
    assert viewer.field("opacity").input_value() == "0"
    assert viewer.coloured() == 0
    viewer.field("opacity").fill("80")
    assert viewer.field("opacity-range").input_value() == "80"
    assert viewer.coloured() > 0


def test_foci_can_be_hidden(viewer: Viewer) -> None:
    """They lie over the map and may cover it."""
    viewer.go(POSTCENTRAL)
    viewer.field("opacity").fill("0")
    with_foci = viewer.picture()
    viewer.field("foci").uncheck()
    without = viewer.picture()
    assert np.count_nonzero(np.abs(with_foci - without).max(axis=2) > 0.2) > 20


def test_each_view_shows_another_picture(viewer: Viewer) -> None:
    """All planes, one of them, or the whole brain."""
    pictures = []
    for name in ("all", "axial", "coronal", "sagittal", "render"):
        viewer.view(name)
        picture = viewer.picture()
        assert colours(picture) > 50, name
        assert not any(np.array_equal(picture, other) for other in pictures), name
        pictures.append(picture)


def test_a_click_in_the_picture_moves_the_crosshair(viewer: Viewer) -> None:
    """In the axial view right of the middle is the right side, and height does not change."""
    box = viewer.canvas.bounding_box()
    assert box
    for part, side in ((0.6, "right"), (0.4, "left")):
        viewer.canvas.click(position={"x": part * box["width"], "y": 0.4 * box["height"]})
        expect(viewer.part(".readout b")).to_contain_text(side)
        x, y, z = viewer.place
        assert x > 10 if side == "right" else x < -10
        assert y > 0
        assert z == 0
        assert f"MNI {x}, {y}, {z}" in viewer.words


def test_clusters_and_foci_can_be_chosen_by_name(viewer: Viewer) -> None:
    """Each choice moves the crosshair there."""
    options = viewer.field("cluster").locator("option").all_inner_texts()
    assert len(options) == 5
    assert options[1:3] == [
        "-30, 2, -18: left amygdala, p FWE 0.01",
        "42, -20, 50: right postcentral gyrus, p FWE 0.02",
    ]
    for index, place in ((2, POSTCENTRAL), (1, AMYGDALA)):
        viewer.field("cluster").select_option(index=index)
        assert viewer.place == place
    assert viewer.field("focus").locator("option").count() == 5
    viewer.field("focus").select_option("Beta 2019 HC > TRD 44, -20, 50")
    assert viewer.place == (44, -20, 50)
    assert "Beta 2019 HC > TRD at 44, -20, 50, 0 mm away" in viewer.words


def test_rows_and_figures_of_places_lead_into_the_viewer(viewer: Viewer) -> None:
    """Every cluster, place where experiments meet, and brain figure has such a button."""
    marked = viewer.page.locator("[data-mni]")
    assert marked.get_by_role("button", name="show in viewer").count() == marked.count() > 4
    for id_, place in (
        ("cluster-vbm-both-fwe-2", POSTCENTRAL),
        ("cluster-vbm-both-fwe-1", AMYGDALA),
        ("figure-vbm-both-fwe-2", POSTCENTRAL),
    ):
        element = viewer.page.locator(f"[id='{id_}']")
        element.get_by_role("button", name="show in viewer").click()
        expect(viewer.field("x")).to_have_value(str(place[0]))
        assert viewer.place == place
        expect(viewer.page.locator("#viewer")).to_be_in_viewport()


def test_a_row_of_another_map_shows_that_map(viewer: Viewer) -> None:
    """A cluster found under other choices is looked at in the map in which it was found."""
    row = viewer.page.locator("[id='cluster-vbm-both.rough-fwe-1']")
    row.get_by_role("button", name="show in viewer").click()
    expect(viewer.part(".readout")).to_contain_text("Talairach")
    assert viewer.place == (42, -20, 51)
    assert viewer.field("run").locator("option:checked").inner_text() == ROUGH


def test_a_talairach_map_is_shown_in_mni_space(opened: Viewer, tiny_site: Path) -> None:
    """The map is carried over, and the read-out gives the place in both spaces."""
    opened.show(ROUGH)
    values, affine = stat_map(tiny_site, "rough")
    to_talairach = MNI_TO_TALAIRACH["icbm_other2tal"]
    for place in (AMYGDALA, POSTCENTRAL, (-26, 6, -14), (38, -16, 44)):
        opened.go(place)
        talairach = to_talairach @ (*place, 1)
        told = re.search(r"Talairach (-?\d+), (-?\d+), (-?\d+);", opened.words)
        assert told
        assert [int(value) for value in told.groups()] == np.rint(talairach[:3]).tolist()
        voxel = (np.linalg.inv(affine) @ talairach)[:3, None]
        expected = ndimage.map_coordinates(values, voxel, order=1)[0]
        assert opened.ale == pytest.approx(expected, rel=0.006), place


def test_quick_changes_of_the_map_end_with_the_last(opened: Viewer) -> None:
    """Arrow keys in the choice of maps ask for one before the last is there; none stays below."""
    opened.view("axial")
    opened.go(POSTCENTRAL)
    opened.field("run").evaluate(SWITCHED)
    assert opened.field("run").input_value() == "0"
    assert "Talairach" not in opened.words
    assert opened.coloured() > 0
    opened.field("opacity").fill("0")
    assert opened.coloured() == 0


def test_a_link_to_a_position_opens_there(viewer: Viewer) -> None:
    """A reader can send others to what was seen; the page of these tests was opened so."""
    viewer.go(START)
    assert viewer.region == "left cerebellum"
    assert viewer.part("a.here").get_attribute("href") == LINK
    assert viewer.page.url.endswith(LINK)
    assert viewer.start == START
    viewer.page.evaluate("location.hash = '#at=-30,2,-18'")
    expect(viewer.part(".readout b")).to_have_text("left amygdala")
    expect(viewer.page.locator("#viewer")).to_be_in_viewport()
    viewer.page.go_back()
    expect(viewer.part(".readout b")).to_have_text("left cerebellum")


def test_a_fragment_that_is_no_place_does_no_harm(browser: Browser, tiny_site: Path) -> None:
    """Others may put anything behind an address."""
    with browser.new_context() as context:
        heard = listen(context)
        page = context.new_page()
        page.goto(on_disk(tiny_site) + STUDY + "#%E0%A4%A")
        expect(page.get_by_role("button", name="Open the viewer")).to_be_enabled()
        for fragment in ("#at=1,2", "#at=x,y,z", "#nothing", "#%", "#'"):
            page.evaluate("fragment => { location.hash = fragment }", fragment)
        expect(page.get_by_role("button", name="Open the viewer")).to_be_enabled()
        assert heard.said == []
        assert [url for url in heard.asked if "niivue" in url] == []


def test_the_open_viewer_is_accessible_and_fits_a_phone(viewer: Viewer) -> None:
    """Its controls have names and contrast, in the light and in the dark."""
    viewer.go(POSTCENTRAL)
    viewer.page.set_viewport_size({"width": 360, "height": 800})
    too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert viewer.page.evaluate(too_wide) <= 0
    found = []
    for colours in ("light", "dark"):
        viewer.page.emulate_media(color_scheme=colours)
        found += violations(viewer.page)
    viewer.page.set_viewport_size(WINDOW)
    assert found == []


def test_a_study_shows_its_foci(browser: Browser, tiny_site: Path) -> None:
    """There is no map; a row's button opens the viewer at its focus."""
    with (tiny_site / "data" / "tables" / "foci-alpha2018.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    with browser.new_context(viewport=WINDOW) as context:
        heard = listen(context)
        page = context.new_page()
        page.goto(on_disk(tiny_site) + STUDY)
        buttons = page.get_by_role("button", name="show in viewer")
        assert buttons.count() == len(rows) == 2
        buttons.nth(1).click()
        viewer = Viewer(page).wait()
        expect(viewer.field("x")).to_have_value("40")
        assert viewer.place == (40, -20, 50)
        assert "Alpha 2018 HC > TRD at 40, -20, 50, 0 mm away" in viewer.words
        assert "ALE" not in viewer.words
        for name in ("threshold", "opacity", "cluster", "run"):
            expect(viewer.field(name)).to_be_hidden()
        assert viewer.field("focus").locator("option").count() == 1 + len(rows)
        red, green, blue = np.moveaxis(viewer.picture(), 2, 0)
        assert np.count_nonzero(np.maximum(green, blue) > red + 0.3) > 20
        assert heard.said == []


def test_without_webgl_a_sentence_says_so(browser: Browser, tiny_site: Path) -> None:
    """The figures say the same and stay."""
    with (
        launched(browser.browser_type, [*FLAGS, "--disable-3d-apis"]) as plain,
        plain.new_context() as context,
    ):
        heard = listen(context)
        page = context.new_page()
        page.goto(on_disk(tiny_site) + ANALYSIS)
        figures = page.locator("figure:visible").count()
        page.get_by_role("button", name="Open the viewer").click()
        alert = page.get_by_role("alert")
        expect(alert).to_be_visible()
        expect(alert).to_contain_text("this browser has no WebGL 2")
        expect(alert).to_contain_text("figures and tables of this page say the same")
        expect(page.locator("#viewer .stage")).to_be_hidden()
        assert page.locator("figure:visible").count() == figures > 0
        assert [url for url in heard.asked if "niivue" in url] == []
        assert heard.said == []


def test_a_file_that_cannot_be_loaded_is_told(browser: Browser, tiny_site: Path) -> None:
    """A connection may end half-way."""
    page = browser.new_page(viewport=WINDOW)
    page.route("**/atlas.js", lambda route: route.abort())
    page.goto(on_disk(tiny_site) + ANALYSIS)
    page.get_by_role("button", name="Open the viewer").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot load ../viewer/atlas.js")
    page.close()


@pytest.mark.parametrize("file", [ANALYSIS, STUDY])
def test_without_scripts_no_button_promises_a_viewer(
    file: str, browser: Browser, tiny_site: Path
) -> None:
    """A sentence says what it needs."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(on_disk(tiny_site) + file)
        expect(page.locator("#viewer .open")).to_be_visible()
        expect(page.locator("#viewer .open")).to_contain_text("Needs JavaScript and WebGL 2")
        assert page.get_by_role("button").count() == 0
        expect(page.locator("#viewer .stage")).to_be_hidden()
