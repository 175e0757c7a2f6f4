"""A site is replaced whole or not at all, and never somebody else's folder."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from trdreport.errors import DataError
from trdreport.publish import swapping
from trdreport.publish.packing import zipped
from trdreport.publish.site import MARKER, check_replaceable, mend, staged, write_files


def publish(site: Path, text: str) -> None:
    with staged(site) as stage:
        write_files(stage, {"index.html": text.encode(), "data/a.csv": b"1"})


def test_a_new_site_takes_the_place_of_the_old(tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(site, "one")
    publish(site, "two")
    assert (site / "index.html").read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_tracked_files_are_kept(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "README.md").write_text("read me")
    publish(site, "one")
    assert (site / "README.md").read_text() == "read me"


def fail_half_way(site: Path) -> None:
    with staged(site) as stage:
        write_files(stage, {"index.html": b"two"})
        raise RuntimeError("half-way")


def test_a_failed_build_leaves_the_old_site(tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(site, "one")
    with pytest.raises(RuntimeError, match="half-way"):
        fail_half_way(site)
    assert (site / "index.html").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_killed_build_leaves_the_old_site(tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(site, "one")
    code = (
        "import sys, time; from pathlib import Path;"
        "from trdreport.publish.site import staged, write_files\n"
        "with staged(Path(sys.argv[1])) as stage:\n"
        "    write_files(stage, {'index.html': b'two'}); print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(site)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=10)
    assert (site / "index.html").read_text() == "one"
    publish(site, "three")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "thesis.docx").write_text("years of work")
    with pytest.raises(DataError, match="did not make"):
        publish(site, "one")
    assert (site / "thesis.docx").read_text() == "years of work"


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "real")
    with pytest.raises(DataError, match="symbolic link"):
        check_replaceable(tmp_path / "site")


def test_the_marker_is_written(tmp_path: Path) -> None:
    publish(tmp_path / "site", "one")
    assert (tmp_path / "site" / MARKER).is_file()


def test_what_a_person_added_stays(tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(site, "one")
    own = {"CNAME": "x.org", ".nojekyll": "", ".well-known/a": "b", "data/mine.csv": "1,2"}
    write_own(site, own)
    (site / "link").symlink_to("nowhere")
    (site / "secret").mkdir(mode=0o700)
    inode = (site / "CNAME").stat().st_ino
    publish(site, "two")
    publish(site, "three")
    assert {name: (site / name).read_text() for name in own} == own
    assert os.readlink(site / "link") == "nowhere"
    assert (site / "secret").stat().st_mode & 0o777 == 0o700
    assert (site / "CNAME").stat().st_ino == inode
    assert (site / "index.html").read_text() == "three"


def write_own(site: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text)


def test_what_is_no_longer_made_goes_unless_a_person_changed_it(tmp_path: Path) -> None:
    site = tmp_path / "site"
    with staged(site) as stage:
        write_files(stage, {"index.html": b"1", "studies/a.html": b"a", "studies/b.html": b"b"})
    (site / "studies" / "b.html").write_text("notes of mine")
    publish(site, "two")
    assert [path.name for path in (site / "studies").iterdir()] == ["b.html"]
    assert (site / "studies" / "b.html").read_text() == "notes of mine"


def test_a_file_in_the_way_is_named_and_kept(tmp_path: Path) -> None:
    site = tmp_path / "site"
    with staged(site) as stage:
        write_files(stage, {"index.html": b"one"})
    write_own(site, {"data/a.csv": "mine"})
    with pytest.raises(DataError, match=r"data/a\.csv:1:1: was not made by trdreport .* move it"):
        publish(site, "two")
    assert (site / "data" / "a.csv").read_text() == "mine"
    assert (site / "index.html").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_folders_beside_the_site_are_removed_only_when_a_build_made_them(tmp_path: Path) -> None:
    site = tmp_path / "s[i]te*"
    others = [
        ".s[i]te*-old-thesis", ".s[i]te*-new-2024", ".s[i]te*-0123456789abcdef", ".site-new-x",
    ]  # fmt: skip
    for name in others:
        write_own(tmp_path, {f"{name}/kept": "years of work"})
    copied = tmp_path / ".s[i]te*-fedcba9876543210"
    copied.mkdir()
    (copied / "made-by-trdreport").write_text("made by trdreport build\nanother name\n1\n")
    killed(site, "os.kill(os.getpid(), signal.SIGKILL)")
    assert len(list(tmp_path.iterdir())) == 6
    publish(site, "one")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*others, copied.name, site.name]
    )


def killed(site: Path, where: str, before: str = "") -> None:
    """Run a build of the site that says `three` and dies at a certain place."""
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from trdreport.publish import swapping; from trdreport.publish.site import *\n"
        "def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)\n"
        f"{before}\n"
        "with staged(Path(sys.argv[1])) as stage:\n"
        f"    write_files(stage, {{'index.html': b'three'}}); {where}\n"
    )
    run = subprocess.run([sys.executable, "-c", code, str(site)], check=False, timeout=60)
    assert run.returncode == -signal.SIGKILL


def test_a_build_killed_after_the_exchange_leaves_the_new_site(tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(site, "one")
    write_own(site, {"CNAME": "x.org"})
    # Something is added in the moment before the exchange.
    killed(
        site,
        "pass",
        "exchange = swapping._exchange\n"
        "def late(one, other):\n"
        "    (other / 'late').write_text('added'); return exchange(one, other)\n"
        "swapping._exchange = late\n"
        "swapping._rescue = die",
    )
    assert (site / "index.html").read_text() == "three"
    assert (site / "CNAME").read_text() == "x.org"
    mend(site)
    assert (site / "late").read_text() == "added"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_the_next_build_mends_the_gap_where_folders_cannot_be_exchanged(tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(site, "one")
    killed(
        site,
        "pass",
        "rename, swapping._exchange = os.rename, lambda *_: False\n"
        "def once(*names): rename(*names); die()\n"
        "swapping.os.rename = once",
    )
    assert not site.exists()
    mend(site)
    assert (site / "index.html").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_without_exchange_and_hard_links_files_of_a_person_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    site = tmp_path / "site"
    publish(site, "one")
    write_own(site, {"CNAME": "x.org"})
    monkeypatch.setattr(swapping, "_exchange", lambda *_: False)
    monkeypatch.setattr(os, "link", refuse)
    publish(site, "two")
    assert (site / "CNAME").read_text() == "x.org"
    assert (site / "index.html").read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_reader_always_finds_a_whole_site(tmp_path: Path) -> None:
    site, seen, done = tmp_path / "site", set(), threading.Event()
    publish(site, "0")

    def read() -> None:
        while not done.is_set():
            try:
                seen.add((site / "index.html").read_text())
            except FileNotFoundError as error:
                seen.add(str(error))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 200):
        publish(site, str(number))
    done.set()
    reader.join()
    assert len(seen) > 10
    assert seen <= {str(number) for number in range(200)}


@pytest.mark.parametrize("name", [".git", "sub/.git"])
@pytest.mark.parametrize("worktree", [True, False])
def test_a_checkout_is_refused(name: str, worktree: bool, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(site, "one")
    (site / name).parent.mkdir(exist_ok=True)
    if worktree:
        (site / name).write_text("gitdir: /elsewhere")
    else:
        subprocess.run(["git", "init", "-q", (site / name).parent], check=True)
    with pytest.raises(DataError, match=r"\.git:1:1: is of a checkout.* copy its files here"):
        publish(site, "two")
    assert (site / name).exists()
    assert (site / "index.html").read_text() == "one"


@pytest.mark.parametrize("where", ["site", "site/records", "site/new/cache"])
def test_a_source_in_the_site_is_refused(where: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="lies inside the site"):
        check_replaceable(tmp_path / "site", [tmp_path / "registry", tmp_path / where])


def test_sources_beside_the_site_are_fine(tmp_path: Path) -> None:
    check_replaceable(tmp_path / "site", [tmp_path / "site-records", tmp_path])


def test_a_site_without_a_list_of_its_files_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / MARKER).write_text("made by trdreport build\n")
    with pytest.raises(DataError, match="no list of its files; delete it"):
        publish(site, "one")


@pytest.mark.parametrize(
    "name",
    ["../x", "a/../../x", "/etc/x", "a//b", "a/./b", ".git/config", "a\\..\\x", "C:x", "a\n", ""],
)
def test_a_name_that_leads_out_of_the_site_is_refused(name: str, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with pytest.raises(DataError, match="cannot be a file of the site"), staged(site) as stage:
        write_files(stage, {"index.html": b"", name: b"out"})
    with pytest.raises(DataError, match="cannot be a file of the site"):
        zipped({name: b"out"})
    assert not list(tmp_path.rglob("*"))
