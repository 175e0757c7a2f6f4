"""A site is replaced whole or not at all, and never somebody else's folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from trdreport.errors import DataError
from trdreport.publish.site import MARKER, check_replaceable, staged, write_files


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
