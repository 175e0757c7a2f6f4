"""Editions stay as they were recorded, and each says what changed since the one before."""

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.conftest import REGISTRIES
from tests.registries.living import edit, edition, lock, results, update
from tests.sections.rendering import said, site, words
from tests.test_cli import trdreport
from trdreport.engine.versions import to_plain, version_of, version_of_edition
from trdreport.errors import DataError
from trdreport.exchange.citing import citation, citation_files, linked_data
from trdreport.figures.templates import default_templates
from trdreport.publish.assembling import data_files
from trdreport.publish.editions import (
    TABLES,
    Announced,
    check_recordable,
    diff_page,
    edition_files,
    version_at,
)
from trdreport.publish.packing import ro_crate
from trdreport.records.editions import frozen_file, frozen_text, sha256
from trdreport.records.loading import load_registry
from trdreport.sections import changes
from trdreport.sections.facts.clusters import cluster_id
from trdreport.sections.facts.computed import Computed
from trdreport.work.scheduling import one_by_one
from trdreport.work.store import open_store

MOVED = ("{x: -30, y: 2, z: -18", "{x: -34, y: 4, z: -18")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The tiny registry, in no checkout."""
    root = tmp_path / "registry"
    shutil.copytree(REGISTRIES / "valid", root)
    return root


@pytest.fixture
def one(root: Path, cache: Path) -> Path:
    """The same with its first edition."""
    edition(root, cache, "one", "2023-01-01", "The first.")
    return root


def refused(root: Path, name: str = "two", day: str = "2024-06-01") -> list[str]:
    """Why an edition may not be recorded."""
    with pytest.raises(DataError) as caught:
        check_recordable(load_registry(root), Announced(name, date.fromisoformat(day)))
    return [str(problem).replace(f"{root}/", "") for problem in caught.value.problems]


def problems(root: Path) -> list[str]:
    with pytest.raises(DataError) as caught:
        load_registry(root)
    return [str(problem).replace(f"{root}/", "") for problem in caught.value.problems]


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_an_edition_says_what_the_records_and_the_lock_say(one: Path) -> None:
    registry = load_registry(one)
    (found,) = registry.editions
    assert found.edition.digest == registry.digest
    assert found.edition.participants == registry.participants
    assert found.edition.foci == sum(len(c.foci) for s in registry.studies for c in s.contrasts)
    verdicts = list(json.loads((one / "results.lock.json").read_text())["verdicts"].values())
    assert found.edition.verdicts == {v: verdicts.count(v) for v in verdicts}
    assert found.edition.clusters[0].startswith("vbm-both: left amygdala (-30, 2, -18), p FWE 0.0")
    assert trdreport("format", "--check", "--registry", str(one / "editions")).returncode == 0


def test_an_edition_leaves_the_digest_of_the_records_alone(root: Path, cache: Path) -> None:
    before = load_registry(root).digest
    edition(root, cache, "one", "2023-01-01")
    assert load_registry(root).digest == before


def test_frozen_data_give_back_what_was_pooled_to_the_bit(one: Path) -> None:
    registry = load_registry(one)
    found = version_of_edition(registry.editions[0])
    now = version_of(registry, found.lock, found.name)
    assert {id_: p.inputs for id_, p in found.poolings.items()} == {
        id_: p.inputs for id_, p in now.poolings.items()
    }
    assert found.records == now.records
    assert frozen_text(to_plain(found)) == frozen_text(to_plain(now))


def test_the_command_writes_both_files_and_says_so(root: Path, cache: Path) -> None:
    lock(root, cache)
    options = ("--date", "2023-01-01", "--registry", str(root), "--cache", str(cache))
    done = trdreport("edition", "one", *options, "--note", "A note: with a colon.")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"{root}/editions/one.yaml written", f"{root}/editions/one.json written",
    ]  # fmt: skip
    assert load_registry(root).editions[0].edition.note == "A note: with a colon."
    again = trdreport("edition", "one", *options)
    assert again.returncode == 1
    assert "one.yaml:1:1: is there already; choose another name" in again.stderr
    assert trdreport("edition", "One", *options).returncode == 2
    assert trdreport("edition", "two", "--date", "1.7.2026").returncode == 2


def test_a_registry_without_a_lock_or_with_another_is_refused(root: Path, cache: Path) -> None:
    assert refused(root) == [
        "results.lock.json:1:1: is missing; run trdreport build --update-lock, look at the"
        " results, and commit"
    ]
    lock(root, cache)
    edit(root, *MOVED)
    (problem,) = refused(root)
    assert problem.startswith("results.lock.json:1:1: is not of these records (vbm-both, vbm-more,")


def test_a_lock_with_other_findings_is_refused(root: Path, cache: Path) -> None:
    lock(root, cache)
    edit(root, '"volume_mm3": ', '"volume_mm3": 1', "results.lock.json")
    options = ("--date", "2023-01-01", "--registry", str(root), "--cache", str(cache))
    done = trdreport("edition", "one", *options)
    assert done.returncode == 1
    assert "results.lock.json:1:1: vbm-both: significant cluster at" in done.stderr
    assert not (root / "editions").exists()


def test_an_edition_of_nothing_new_or_of_an_earlier_day_is_refused(one: Path, cache: Path) -> None:
    assert refused(one) == [
        "editions/one.yaml:5:9: digest: nothing changed in the records since this edition; there"
        " is nothing to record"
    ]
    edit(one, "year: 2018", "year: 2018  # as printed")
    lock(one, cache)
    assert refused(one, day="2023-01-01") == [
        "editions/one.yaml:3:7: date: 2023-01-01 is not after this newest edition; give a later"
        " --date"
    ]
    check_recordable(load_registry(one), Announced("two", date(2023, 1, 2)))


def test_what_is_not_committed_is_refused(one: Path, cache: Path) -> None:
    git(one.parent, "init", "-q")
    git(one.parent, "add", ".")
    git(one.parent, "commit", "-qm", "one")
    edit(one, "year: 2018", "year: 2018  # as printed")
    (one / "extractions").mkdir()
    (one / "extractions" / ".draft").write_text("")
    lock(one, cache)
    assert refused(one) == [
        "extractions/.draft:1:1: is not committed as it is; commit it first",
        "studies/alpha2018.yaml:1:1: is not committed as it is; commit it first",
    ]
    git(one.parent, "add", ".")
    git(one.parent, "commit", "-qm", "two")
    check_recordable(load_registry(one), Announced("two", date(2024, 6, 1)))


def test_frozen_data_that_were_rewritten_are_an_error(one: Path) -> None:
    path = frozen_file(one, "one")
    path.write_text(path.read_text().replace("Alpha 2018", "Alpha 2019"))
    line = (one / "editions/one.yaml").read_text().splitlines()[5]
    assert line.startswith("frozen: ")
    assert problems(one) == [
        "editions/one.yaml:6:9: frozen: is not the SHA-256 of one.json; an edition is never"
        " rewritten, so restore both of its files from the history"
    ]
    path.unlink()
    assert problems(one) == [
        "editions/one.yaml:6:9: frozen: one.json, its frozen data, is missing; restore it from the"
        " history"
    ]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("digest: ", "digest: 0", "5:9: digest"),
        ("date: 2023-01-01", "date: 2023-01-02", "3:7: date"),
        ("participants: 90", "participants: 91", "9:15: participants"),
        ("note: The first.", "note: The last.", "7:7: note"),
    ],
)
def test_a_record_of_an_edition_that_was_rewritten_is_an_error(
    one: Path, old: str, new: str, field: str
) -> None:
    path = one / "editions/one.yaml"
    text = path.read_text().replace(old, new, 1)
    path.write_text(re.sub(r"digest: 0(.{63}).", r"digest: 0\1", text))
    assert problems(one) == [
        f"editions/one.yaml:{field}: differs from one.json, which was recorded with it; an edition"
        " is never rewritten, so restore both of its files from the history"
    ]


def renamed(root: Path, old: str, new: str, **fields: Any) -> None:
    """An edition under another name, sound in itself, as a merge of two branches leaves one."""
    data = json.loads(frozen_file(root, old).read_text())
    data["edition"] |= {"id": new, **fields}
    text = frozen_text(data)
    frozen_file(root, new).write_text(text)
    record = yaml.safe_load((root / f"editions/{old}.yaml").read_text())
    record |= {**data["edition"], "frozen": sha256(text)}
    lines = yaml.safe_dump(record, sort_keys=False)
    (root / f"editions/{new}.yaml").write_text(re.sub(r"date: '(.*)'", r"date: \1", lines))


def test_editions_out_of_order_are_errors(one: Path) -> None:
    renamed(one, "one", "two", date="2024-01-01")
    (problem,) = problems(one)
    assert problem.startswith("editions/two.yaml:1:1: follows no edition, and so does one;")
    renamed(one, "one", "two", date="2022-01-01", after="one")
    (problem,) = problems(one)
    assert "date: 2022-01-01 is not after edition one (2023-01-01)" in problem
    renamed(one, "one", "two", date="2024-01-01", after="none")
    (problem,) = problems(one)
    assert "after: there is no edition 'none'" in problem
    renamed(one, "one", "two", date="2024-01-01", after="one")
    assert [e.edition.id for e in load_registry(one).editions] == ["one", "two"]
    renamed(one, "one", "three", date="2025-01-01", after="one")
    (problem,) = problems(one)
    assert "editions/three.yaml" in problem
    assert "follows one, and so does two; remove the one that is not published" in problem


def test_files_that_belong_to_no_edition_are_errors(one: Path) -> None:
    (one / "editions/other.json").write_text("{}")
    (one / "editions/notes.txt").write_text("")
    assert problems(one) == [
        "editions/notes.txt:1:1: is not a .yaml file; rename or remove it",
        "editions/other.json:1:1: has no other.yaml beside it; restore that, or remove this file",
    ]


def test_old_numbers_stay_at_their_address_two_editions_later(one: Path, cache: Path) -> None:
    computed = results(one, cache)
    with open_store(cache) as store:
        first = {f.name: f.make(store) for f in data_files(computed) if f.name in TABLES}
    at_once = edition_files(computed)
    update(one)
    edition(one, cache, "two", "2024-06-01")
    edit(one, *MOVED)
    edition(one, cache, "three", "2024-07-01")
    later = edition_files(results(one, cache))
    old = {name: content for name, content in later.items() if name.startswith("editions/one/")}
    assert old == {name: c for name, c in at_once.items() if name != "feed.xml"}
    kept = {name: old[f"editions/one/{name}"].decode().splitlines() for name in TABLES}
    for name, content in first.items():
        header, *lines = content.decode().splitlines()
        meeting = [line for line in lines if name != "clusters.csv" or "alpha2018;beta2019" in line]
        assert kept[name] == [header, *meeting]
    assert len(kept["clusters.csv"]) > 1
    rows = list(csv.DictReader(io.StringIO(old["editions/one/clusters.csv"].decode())))
    table = json.loads(old["editions/one/clusters.json"])
    assert [list(row.values()) for row in rows] == table["rows"]
    assert len([name for name in later if name.endswith("edition.json")]) == 3


def addresses(computed: Computed) -> dict[str, tuple[float, float, float]]:
    registry = computed.registry
    return {
        cluster_id(registry, run.id, readout, cluster): cluster.peak
        for run in registry.plan.runs
        if (result := computed.done(run))
        for readout in result.readouts
        for cluster in readout.clusters
    }


def test_a_cluster_keeps_its_address_and_what_comes_back_too(one: Path, cache: Path) -> None:
    """Foci move away from the first cluster of `rough`; the second, then the largest, stays."""
    away = (
        ("x: 40, y: -20, z: 50", "x: 0, y: 50, z: 20", "studies/alpha2018.yaml"),
        ("x: 44, y: -20, z: 50", "x: 50, y: 0, z: -20", "studies/beta2019.yaml"),
    )
    before = addresses(results(one, cache))
    assert before["vbm-both.rough-fwe-2"] == (-28.0, 2.0, -12.0)
    for old, new, file in away:
        edit(one, old, new, file)
    after = addresses(results(one, cache))
    assert "vbm-both.rough-fwe-1" not in after
    assert after["vbm-both.rough-fwe-2"] == (-28.0, 2.0, -12.0)
    edition(one, cache, "two", "2024-06-01")
    assert addresses(results(one, cache)) == after
    # what went comes back to its address, and a link to it is right again
    for old, new, file in away:
        edit(one, new, old, file)
    assert addresses(results(one, cache)) == before


def test_a_cluster_at_a_new_place_has_an_address_that_no_edition_gave_away(
    one: Path, cache: Path
) -> None:
    edit(one, "x: 40, y: -20, z: 50", "x: 0, y: 50, z: 20")
    edit(one, "x: 44, y: -20, z: 50", "x: 2, y: 52, z: 22", "studies/beta2019.yaml")
    found = addresses(results(one, cache))
    assert "vbm-both-fwe-2" not in found
    x, y, z = found["vbm-both-fwe-3"]
    assert (abs(x) < 4, 48 < y < 54, 18 < z < 24) == (True, True, True)
    assert found["vbm-both-fwe-1"] == (-30.0, 2.0, -18.0)
    edition(one, cache, "two", "2024-06-01")
    edit(one, "x: 0, y: 50, z: 20", "x: 40, y: -20, z: 50")
    edit(one, "x: 2, y: 52, z: 22", "x: 44, y: -20, z: 50", "studies/beta2019.yaml")
    assert addresses(results(one, cache))["vbm-both-fwe-2"] == (42.0, -20.0, 50.0)


def test_without_editions_addresses_are_the_numbers_of_clusters(computed: Computed) -> None:
    for run in computed.registry.plan.runs:
        if result := computed.done(run):
            for readout in result.readouts:
                for cluster in readout.clusters:
                    name = cluster_id(computed.registry, run.id, readout, cluster)
                    assert name.endswith(f"-{cluster.number}")


def test_the_page_tells_a_draft_from_the_edition_before_it(living: Computed) -> None:
    text = said(changes.SECTION, living)
    assert "Draft after edition one of 2023-01-01 Compared with edition one of 2023-01-01" in text
    assert "Studies added: Gamma 2023." in text
    assert "Alpha 2018, value wrong in print: N (TRD): 20 → 40." in text
    assert "2 experiments before, 3 now" in text
    _, pages, article = site(living)
    assert "Edition one of 2023-01-01 The first. The first edition" in words(
        pages["changes/one.html"]
    )
    assert "The first edition: there is none" not in words(article)  # print has the newest alone
    assert 'href="changes/one.html"' in pages["changes.html"]
    rows = {row[0]: row[1:4] for row in next(iter(changes.SECTION.tables(living))).rows}
    assert rows["Edition one of 2023-01-01"] == ("2", "90", "4")
    assert rows["Draft after edition one of 2023-01-01"] == ("3", "140", "6")


def test_a_field_that_was_corrected_is_called_as_readers_call_it(one: Path, cache: Path) -> None:
    edit(one, "n: 20", "n: 21")
    text = said(changes.SECTION, results(one, cache))
    assert "Records corrected: Alpha 2018: N (TRD): 20 → 21." in text
    assert "Studies added: none. Studies removed: none." in text


def test_verdicts_that_changed_are_told_in_words(one: Path, cache: Path) -> None:
    edit(one, "n: 20", "n: 21")
    text = said(changes.SECTION, results(one, cache))
    assert re.search(r"participants trd: reproduced before, not reproduced now", text)


def test_maps_before_and_after_are_drawn_where_findings_changed(living: Computed) -> None:
    (sketch, _) = changes.SECTION.figures(living)
    before, after, *_ = sketch.draw.args  # type: ignore[union-attr]
    (one, two) = living.history[0].runs[0].maps
    assert (before.stat == one.maps["stat"]).all()  # type: ignore[union-attr]
    assert (after.stat == two.maps["stat"]).all()  # type: ignore[union-attr]
    assert (after.stat == living.results["vbm-both"].maps["stat"]).all()  # type: ignore[union-attr]
    assert "edition one of 2023-01-01" in sketch.caption


def test_every_page_and_citation_carries_the_edition_or_says_draft(
    one: Path, cache: Path, living: Computed
) -> None:
    for computed, stated, name, day in (
        (results(one, cache), "edition one of 2023-01-01", "one", "2023-01-01"),
        (living, "draft after edition one of 2023-01-01", "draft after one", None),
    ):
        registry = computed.registry
        capital = stated[0].upper() + stated[1:]
        _, pages, article = site(computed)
        assert all(capital in words(text) for text in pages.values())
        assert f"Living meta-analysis, {stated}" in words(article)
        assert f"{capital}. Computed by" in citation(registry, "1").report
        files = {n: c.decode() for n, c in citation_files(registry, "1").items()}
        cff = yaml.safe_load(files["citation.cff"])
        assert cff["version"] == name
        assert str(cff.get("date-released")) == str(day)
        assert f"note = {{{stated}," in files["citation.bib"]
        assert f"ET  - {name}\n" in files["citation.ris"]
        linked = json.loads(linked_data(registry, 0))
        assert (linked["version"], linked.get("datePublished")) == (name, day)
        crate = json.loads(ro_crate(registry, {}, "1"))["@graph"][1]
        searched = str(registry.searches[-1].date)
        assert (crate["version"], crate["datePublished"]) == (name, day or searched)


def test_before_the_first_edition_nothing_speaks_of_any(computed: Computed) -> None:
    _, pages, article = site(computed)
    assert "changes.html" not in pages
    for text in (*pages.values(), article):
        assert "feed.xml" not in text
        assert not re.search(r"\beditions?\b", words(text))
    assert edition_files(computed) == {}


ATOM = "{http://www.w3.org/2005/Atom}"


def one_text(node: ET.Element, name: str) -> str:
    """The text of an element that must be there once."""
    (found,) = node.findall(f"{ATOM}{name}")
    assert found.text
    return found.text


def atom_ids(feed: ET.Element) -> Iterator[str]:
    """Ids of a feed and its entries; raises AssertionError where a rule of RFC 4287 is broken."""
    assert feed.tag == f"{ATOM}feed"
    assert feed.findall(f"{ATOM}author/{ATOM}name")  # so that no entry needs one
    (itself,) = (n for n in feed.findall(f"{ATOM}link") if n.get("rel") == "self")
    assert itself.get("href") == "feed.xml"
    for node in (feed, *feed.findall(f"{ATOM}entry")):
        one_text(node, "title")
        when = one_text(node, "updated")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", when)
        datetime.fromisoformat(when)
        kinds = [
            (n.get("rel"), n.get("type"), n.get("hreflang")) for n in node.findall(f"{ATOM}link")
        ]
        assert len(set(kinds)) == len(kinds)
        assert all(n.get("href") for n in node.findall(f"{ATOM}link"))
        id_ = one_text(node, "id")
        assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", id_)
        yield id_
    for entry in feed.findall(f"{ATOM}entry"):
        (content,) = entry.findall(f"{ATOM}content")
        assert content.get("type") == "html"
        assert content.text
        ET.fromstring(f"<div>{content.text}</div>")  # noqa: S314 (our own)


def test_the_feed_is_valid_and_its_ids_stay(one: Path, cache: Path) -> None:
    def feed() -> ET.Element:
        return ET.fromstring(edition_files(results(one, cache))["feed.xml"])  # noqa: S314

    early = list(atom_ids(feed()))
    edit(one, "label: Alpha 2018", 'label: "Alpha <2018> & Söhne"')
    edition(one, cache, "two", "2024-06-01", "<b>bold</b> & more")
    found = feed()
    late = list(atom_ids(found))
    assert len(set(late)) == 3
    assert late[0] == early[0]
    assert late[2] == early[1]
    assert one_text(found, "updated") == "2024-06-01T00:00:00Z"
    text = one_text(found.findall(f"{ATOM}entry")[0], "content")
    assert "<p>&lt;b&gt;bold&lt;/b&gt; &amp; more</p>" in text
    assert "Alpha &lt;2018&gt; &amp; Söhne" in text
    _, pages, _ = site(results(one, cache))
    for link in found.iter(f"{ATOM}link"):
        file, _, place = str(link.get("href")).partition("#")
        assert file == "feed.xml" or f'id="{place or "main"}"' in pages[file]
    assert (
        'type="application/atom+xml" title="What changed" href="../feed.xml"'
        in pages["studies/alpha2018.html"]
    )


def test_two_revisions_make_a_page_that_needs_nothing_else(root: Path, cache: Path) -> None:
    lock(root, cache)
    git(root.parent, "init", "-q")
    git(root.parent, "add", ".")
    git(root.parent, "commit", "-qm", "one")
    update(root)
    lock(root, cache)
    with open_store(cache) as store:
        page = diff_page(
            version_at(root, "HEAD"), version_at(root, None), default_templates(), store, one_by_one
        )
    text = words(page)
    assert "Compared with revision HEAD" in text
    assert "Studies added: Gamma 2023." in text
    images = re.findall(r'<img src="([^"]{30})', page)
    assert len(images) == 2
    assert all(image.startswith("data:image/png;base64,") for image in images)
    assert not re.findall(r'(?:href|src)="(?!data:|#)', page)


def test_a_page_of_two_revisions_needs_their_locks(root: Path) -> None:
    git(root.parent, "init", "-q")
    git(root.parent, "add", ".")
    git(root.parent, "commit", "-qm", "one")
    page = root.parent / "diff.html"
    run = trdreport("diff", "HEAD", "--registry", str(root), "--html", str(page))
    assert run.returncode == 2
    assert "revision HEAD has no results.lock.json" in " ".join(run.stderr.split())
    assert not page.exists()


def test_a_profile_that_today_does_not_know_costs_the_map_alone(one: Path, cache: Path) -> None:
    """The models go on; the numbers of an edition do not depend on them."""
    data = json.loads(frozen_file(one, "one").read_text())
    for profile in data["version"]["profiles"].values():
        profile["method"] = "SDM"
    text = frozen_text(data)
    frozen_file(one, "one").write_text(text)
    path = one / "editions/one.yaml"
    path.write_text(re.sub(r"frozen: .*", f"frozen: {sha256(text)}", path.read_text()))
    edit(one, *MOVED)
    computed = results(one, cache)
    assert list(changes.SECTION.figures(computed)) == []
    assert "findings before and after" in said(changes.SECTION, computed)
