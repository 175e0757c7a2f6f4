"""From saving a record to the page in a browser showing it, with `trdreport serve --quick`.

One focus of the review is moved while Chromium shows the study's page; the time ends when the page
has reloaded itself and shows the new coordinate. The median of three edits after the first build.
"""

import argparse
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.builds import set_permutations
from benchmarks.recording import PROGRAM, ROOT, record

LIMIT_S = 600.0
CHROMIUM = Path("/usr/bin/chromium")
STUDY = "guo2012-falff"


def move(path: Path, y: int) -> None:
    """Move the first focus of the study along y."""
    path.write_text(re.sub(r"(\{x: -9, y: )(-?\d+)", rf"\g<1>{y}", path.read_text(), count=1))


def seconds_to_show(page: Page, path: Path, places: Sequence[int]) -> list[float]:
    """Seconds of each edit until the page has the row of the focus in its new place."""
    times = []
    for y in places:
        started = time.perf_counter()
        move(path, y)
        row = f'tr[data-mni^="-9,{y},"]'
        page.wait_for_selector(row, state="attached", timeout=LIMIT_S * 1000)
        times.append(time.perf_counter() - started)
    return times


def main() -> None:
    """Parse the command line, serve, edit, and record the time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--permutations", type=int, help="a trial with fewer of them")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        shutil.copytree(ROOT / "registry", folder / "registry")
        if asked.permutations:
            set_permutations(folder / "registry", asked.permutations)
        command: list[str | Path] = [PROGRAM, "serve", "--quick", "--port", "0"]
        for part in ("registry", "site", "cache"):
            command += [f"--{part}", folder / part]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 (our own command)
            try:
                address = next(line for line in server.stdout or () if line.startswith("http"))
                browser = playwright.chromium.launch(
                    executable_path=CHROMIUM if CHROMIUM.exists() else None,
                    args=["--no-sandbox"],
                )
                page = browser.new_page()
                page.goto(f"{address.strip()}studies/{STUDY}.html")
                times = seconds_to_show(
                    page, folder / "registry" / "studies" / f"{STUDY}.yaml", (-71, -72, -73)
                )
                browser.close()
            finally:
                server.send_signal(signal.SIGINT)
    record(serve_edit_s=round(statistics.median(times), 1))


if __name__ == "__main__":
    main()
