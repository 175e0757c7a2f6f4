"""An entry of the store is made anew when code changes that its maker reaches, and only then."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from trdreport.publish.build import build
from trdreport.records.loading import load_registry
from trdreport.work import fingerprints
from trdreport.work.fingerprints import PACKAGE, Sources, fingerprint
from trdreport.work.store import Store, Wanted

PERMUTED = {
    "analysis", "fewest-removed", "fail-safe", "leave-one-out", "looks", "specifications",
}  # fmt: skip
"""Kinds of entries that are computed with the null of ALE."""


@pytest.fixture(scope="module")
def wanted(
    tiny_registry: Path, tiny_site: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[Wanted[Any]]:
    """All that a build asks the store for."""
    asked: list[Wanted[Any]] = []
    remember_all = Store.remember_all

    def recorded(store: Store, wanted: Sequence[Wanted[Any]], *rest: Any) -> list[Any]:
        asked.extend(wanted)
        return remember_all(store, wanted, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "remember_all", recorded)
        site = tmp_path_factory.mktemp("again") / "site"
        build(load_registry(tiny_registry), site, ROOT / "templates", cache=cache)
    assert tiny_site.is_dir()
    return asked


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package, to be edited."""
    copy = tmp_path / "trdreport"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


Changed = Callable[[str, str, str], list[Wanted[Any]]]


@pytest.fixture
def changed(wanted: list[Wanted[Any]], package: Path) -> Changed:
    """What a build makes anew after one edit of one file."""
    unedited = [fingerprint(each.make) for each in wanted]

    def edit(file: str, old: str, new: str) -> list[Wanted[Any]]:
        path = package / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        after = Sources(package)
        pairs = zip(wanted, unedited, strict=True)
        return [each for each, was in pairs if after.fingerprint(each.make) != was]

    return edit


def test_a_copy_of_the_package_gives_the_same(wanted: list[Wanted[Any]], package: Path) -> None:
    assert {each.kind for each in wanted} >= {*PERMUTED, "difference", "map", "figure", "pdf"}
    copy = Sources(package)
    assert all(copy.fingerprint(each.make) == fingerprint(each.make) for each in wanted)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("sections/figures/foci.py", "before any pooling", "before pooling"),
        ("sections/figures/robustness.py", "Bars: 95 %", "Bars, 95 %"),
        ("sections/tables/clusters.py", '"""', '"""More words. '),
        ("engine/analysis.py", "Run one analysis; raises", "One analysis; raises"),
        ("engine/kernel.py", "TRUNCATION_SIGMAS = 4.0", "TRUNCATION_SIGMAS = 4.0  # a remark"),
        ("engine/run.py", "LARGE = 5_000_000", "LARGE = 6_000_000"),
        ("work/scheduling.py", "MOST_LOST = 3", "MOST_LOST = 4"),
        ("engine/claims.py", "def findings(", "def more() -> int:\n    return 1\n\ndef findings("),
        ("cli/__init__.py", "\ndef main(", "\nprint()\n\n\ndef main("),
        ("model/study.py", "class Study(Record):\n", "class Study(Record):\n    more: int = 1\n"),
        ("records/loading.py", "\ndef load_registry(", "\nMORE = 1\n\n\ndef load_registry("),
        ("publish/rendering.py", "\ndef ", "\nMORE = 1\n\n\ndef "),
        ("work/store.py", "\nKINDS = ", "\nMORE = 1\nKINDS = "),
    ],
)  # fmt: skip
def test_an_edit_beside_the_computing_makes_nothing_anew(
    changed: Changed, file: str, old: str, new: str
) -> None:
    assert changed(file, old, new) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "computed"),
    [
        ("engine/kernel.py", "SIGMAS = 4.0", "SIGMAS = 5.0", {*PERMUTED, "difference"}),
        ("engine/null_loops.py", "] + ", "] - ", PERMUTED),
        ("engine/clusters.py", "lexsort((-p", "lexsort((p", {*PERMUTED, "difference"}),
        ("engine/stopping.py", "FIRST_LOOK = ", "FIRST_LOOK = 1 + ", PERMUTED),
        ("brain/search_volume.py", "LITY = 0.2", "LITY = 0.3", {*PERMUTED, "difference"}),
    ],
)  # fmt: skip
def test_an_edit_of_the_computing_makes_all_of_it_anew_and_draws_nothing(
    wanted: list[Wanted[Any]], changed: Changed, file: str, old: str, new: str, computed: set[str]
) -> None:
    edited = changed(file, old, new)
    assert {each.kind for each in edited} == computed
    assert len(edited) == sum(each.kind in computed for each in wanted)


def test_an_edit_of_the_atlas_computes_only_what_names_regions(changed: Changed) -> None:
    edited = changed(
        "brain/desikan_killiany.py", "CEREBELLUM_BEHIND_MM = -32.0", "CEREBELLUM_BEHIND_MM = -3.0"
    )
    assert {each.kind for each in edited} >= {"analysis", "atlas", "regions"}
    assert not {each.kind for each in edited} & {*PERMUTED - {"analysis"}, "map", "pdf", "template"}


def test_an_edit_of_one_drawing_draws_only_its_figures(
    wanted: list[Wanted[Any]], changed: Changed
) -> None:
    edited = changed("figures/brains.py", "markersize=7", "markersize=8")
    sources, drawing = Sources(PACKAGE), "trdreport.figures.brains:foci_glass_brain"
    glass = {id(each) for each in wanted if drawing in sources.reached(each.make)[0]}
    assert {id(each) for each in edited} == glass
    assert {each.kind for each in edited} == {"figure"}
    assert sum(each.kind == "figure" for each in wanted) > len(edited)


def test_another_version_of_a_library_makes_anew_what_uses_it(
    wanted: list[Wanted[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [fingerprint(each.make) for each in wanted]
    versions, newer = fingerprints._versions, Sources(PACKAGE)
    monkeypatch.setattr(
        fingerprints, "_versions", lambda name: versions(name) + ".1" * (name == "numba")
    )
    pairs = zip(wanted, before, strict=True)
    assert {e.kind for e, was in pairs if newer.fingerprint(e.make) != was} == PERMUTED


def test_every_library_of_the_package_has_a_version() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            for name in {each.partition(".")[0] for each in names} - {"trdreport"}:
                if name not in sys.stdlib_module_names:
                    version = fingerprints._versions(name).split()[1]
                    assert version[0].isdigit(), f"{path}: {name}"


BUILD = """
import sys
from pathlib import Path
from trdreport.publish.build import build
from trdreport.records.loading import load_registry
if __name__ == "__main__":
    registry, site, templates, cache = map(Path, sys.argv[1:])
    build(load_registry(registry), site, templates, cache=cache, quick=True)
"""


def test_a_build_after_an_edit_of_a_caption_computes_and_draws_nothing(
    tiny_registry: Path, cache: Path, tmp_path: Path
) -> None:
    """Only the report, which has the caption, is set again; an edited kernel computes all anew.

    The build before the edit is done in this process, into the store that tests share.
    """
    shutil.copytree(PACKAGE, tmp_path / "trdreport")  # with the compiled loops
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    (tmp_path / "script.py").write_text(BUILD)
    store, site = tmp_path / "cache", tmp_path / "site"
    build(load_registry(tiny_registry), site, ROOT / "templates", cache=cache, quick=True)
    shutil.copytree(cache, store)

    def made() -> dict[str, int]:
        """Number of new entries of each kind."""
        before = set(store.rglob("*"))
        subprocess.run(
            [
                sys.executable, "script.py", tiny_registry, site, tmp_path / "templates", store,
            ],
            cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, check=True,
        )  # fmt: skip
        new = [path.parent.name for path in set(store.rglob("*")) - before if path.is_file()]
        return {kind: new.count(kind) for kind in new if kind != "cache"}

    def edit(file: str, old: str, new: str) -> None:
        path = tmp_path / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))

    kinds = [path.parent.name for path in store.rglob("*") if path.is_file()]
    assert kinds.count("analysis") >= 3
    assert kinds.count("figure") > 0
    edit("trdreport/sections/figures/foci.py", "before any pooling", "before pooling")
    edit("templates/parts/masthead.html", "<h1", '<h1 title="Report"')
    edit("trdreport/cli/__init__.py", "\ndef main(", "\nprint()\n\n\ndef main(")
    assert made() == {"pdf": 1}
    assert "before pooling" in (site / "index.html").read_text() + "".join(
        path.read_text() for path in site.rglob("*.html")
    )
    edit("trdreport/engine/kernel.py", "TRUNCATION_SIGMAS = 4.0", "TRUNCATION_SIGMAS = 4.0 + 0")
    assert made() == {"analysis": 3}
