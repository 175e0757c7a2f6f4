"""Builds of generated reviews, each from an empty store and a process of its own.

`real_50_full_s`: 50 experiments with 700 foci, robustness, fail-safe N and multiverse included.
`robust_300_s`: 300 studies with 10 foci each, four analyses, the same robustness. `scale_300_…`:
the same 300 studies without it; the size of the site and of its largest page, and the memory of
the largest process.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks.builds import set_permutations
from benchmarks.recording import build, megabytes, record, seconds
from benchmarks.synthetic import write_review

LIMIT_S = 3600.0


def main() -> None:
    """Parse the command line and record the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a trial with tiny reviews")
    small = parser.parse_args().small
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_review(folder / "registry", 6 if small else 50)
        if small:
            set_permutations(folder / "registry", 100)
        record(real_50_full_s=seconds(build(folder, limit_s=LIMIT_S)), limit_s=LIMIT_S)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_review(folder / "registry", 6 if small else 300, foci=10, profiles=1)
        if small:
            set_permutations(folder / "registry", 100)
        site = build(folder, "--quick", limit_s=LIMIT_S)
        pages = [page.stat().st_size for page in (folder / "site").rglob("*.html")]
        record(
            scale_300_site_s=seconds(site),
            scale_300_site_mb=megabytes(folder / "site") if site else None,
            scale_300_largest_page_kb=round(max(pages) / 1e3) if site else None,
            scale_300_peak_gib=round(site.peak_gib, 2) if site else None,
            limit_s=LIMIT_S,
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_review(folder / "registry", 6 if small else 300, foci=10, profiles=1)
        if small:
            set_permutations(folder / "registry", 100)
        record(robust_300_s=seconds(build(folder, limit_s=LIMIT_S)), limit_s=LIMIT_S)


if __name__ == "__main__":
    main()
