"""Builds of the review, one after the other in one run, each a process of its own.

With 10,000 permutations for every analysis of both profiles and without robustness (`--quick`):
cold (empty store), and after one focus moved that enters 6 of the 26 runs. As it is published,
robustness included: cold, nothing changed, the words of a caption changed, one focus moved.
"""

import argparse
import re
import shutil
import tempfile
from pathlib import Path

from benchmarks.recording import ROOT, build, megabytes, record, seconds

CAPTION = ("sections/evidence.html", "Statements by region or network and modality")


def move_a_focus(registry: Path) -> None:
    """Move the first focus of the first study by 2 mm."""
    path = sorted((registry / "studies").glob("*.yaml"))[0]
    text = path.read_text()
    moved = re.sub(r"(\{x: -?\d+, y: )(-?\d+)", lambda m: f"{m[1]}{int(m[2]) + 2}", text, count=1)
    if moved == text:
        raise SystemExit(f"{path}: no focus to move")
    path.write_text(moved)


def word_a_caption(templates: Path) -> None:
    """Change the words of one caption of the templates."""
    name, words = CAPTION
    text = (templates / name).read_text()
    if words not in text:
        raise SystemExit(f"{templates / name}: no caption '{words}'")
    (templates / name).write_text(text.replace(words, f"{words}, counted"))


def set_permutations(registry: Path, number: int) -> None:
    """Every profile of the plan with this number of permutations, and all else that has one."""
    plan = registry / "analyses.yaml"
    plan.write_text(re.sub(r"permutations: \d+", f"permutations: {number}", plan.read_text()))


def quick(folder: Path, permutations: int) -> None:
    """Record the builds without robustness."""
    shutil.copytree(ROOT / "registry", folder / "registry")
    set_permutations(folder / "registry", permutations)
    record(cold_build_s=seconds(build(folder, "--quick")))
    move_a_focus(folder / "registry")
    record(one_edit_s=seconds(build(folder, "--quick")))


def full(folder: Path, permutations: int | None) -> None:
    """Record the builds with robustness, as published unless `permutations` says otherwise."""
    shutil.copytree(ROOT / "registry", folder / "registry")
    templates = folder / "templates"
    shutil.copytree(ROOT / "templates", templates)
    if permutations:
        set_permutations(folder / "registry", permutations)
    options = ("--templates", templates)
    record(full_build_s=seconds(build(folder, *options)), site_mb=megabytes(folder / "site"))
    record(warm_build_s=seconds(build(folder, *options)))
    word_a_caption(templates)
    record(caption_edit_s=seconds(build(folder, *options)))
    move_a_focus(folder / "registry")
    record(one_edit_full_s=seconds(build(folder, *options)))


def main() -> None:
    """Parse the command line and record the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--permutations", type=int, help="a trial with fewer of them")
    asked = parser.parse_args()
    for part, permutations in ((quick, asked.permutations or 10_000), (full, asked.permutations)):
        with tempfile.TemporaryDirectory() as name:
            part(Path(name), permutations)


if __name__ == "__main__":
    main()
