"""What a disk does not take is said once, in a sentence, and the old site stays."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_stopping import MAIN, digests

ON_A_SMALL_DISK = """
mount -t tmpfs -o size="$1" none "$2" || exit 99
shift 2
"$@"
"""


@pytest.fixture
def on_a_small_disk() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs a build with a folder that is a disk of so many bytes, for this build alone."""

    def run(size: int, folder: Path, *options: object) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [
                "unshare", "--mount", "--map-root-user", "sh", "-c", ON_A_SMALL_DISK, "sh",
                str(size), folder, sys.executable, "-c", MAIN, "build", *map(str, options),
            ],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode == 99 or "unshare" in done.stderr:
            pytest.skip("no disk can be mounted here")
        return done

    return run


@pytest.mark.slow
def test_a_full_store_is_warned_of_once_and_the_site_is_built(
    on_a_small_disk: Callable[..., "subprocess.CompletedProcess[str]"],
    tiny_registry: Path,
    tmp_path: Path,
) -> None:
    store, site = tmp_path / "store", tmp_path / "site"
    store.mkdir()
    options = ("--quick", "--registry", tiny_registry, "--site", site, "--cache", store)
    done = on_a_small_disk(1_000_000, store, *options)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("nothing can be stored: No space left on device") == 1
    assert (site / "report.pdf").is_file()


@pytest.mark.slow
def test_a_full_disk_of_the_site_is_one_sentence_and_the_old_site_stays(
    tiny_registry: Path, tiny_site: Path, cache: Path, tmp_path: Path
) -> None:
    """The site lies on the small disk, with room for itself and not for a second one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    size = 4096 + sum(4096 + path.stat().st_size for path in tiny_site.rglob("*")) * 3 // 2
    script = """
mount -t tmpfs -o size="$1" none "$2" || exit 99
cp -R "$3" "$2/site" && shift 3 || exit 98
"$@"
status=$?
ls -A "$DISK" && find "$DISK/site" -type f -exec sha256sum {} +
exit $status
"""
    done = subprocess.run(
        [
            "unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh",
            str(size), disk, tiny_site, sys.executable, "-c", MAIN, "build",
            "--registry", tiny_registry, "--site", disk / "site", "--cache", cache,
        ],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "DISK": str(disk)},
    )  # fmt: skip
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("no disk can be mounted here")
    assert done.returncode == 1, done.stderr
    (told,) = [line for line in done.stderr.splitlines() if not line.startswith("[")]
    assert told == f"{disk}/site cannot be written: No space left on device"
    names, *rows = done.stdout.splitlines()
    assert names == "site"
    left = {row[66:].removeprefix(f"{disk}/site/"): row[:64] for row in rows}
    assert left == digests(tiny_site)
