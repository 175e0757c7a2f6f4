"""Lay a change over a copy of the valid registry; README.md has the format."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Change:
    """The hunks of a change, each a path with its lines, and what must be said if it is a fault."""

    name: str
    hunks: list[tuple[str, list[str]]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def read(files: Iterable[Path]) -> dict[str, Change]:
    """All changes by name; raises AssertionError for a line without a sign or a name used twice."""
    found: dict[str, Change] = {}
    for file in sorted(files):
        for line in filter(None, file.read_text().splitlines()):
            sign, text = line[:2], line[2:]
            if sign == "# ":
                assert text not in found, f"{file.name}: {text} stands twice"
                change = found[text] = Change(text)
            elif sign == "@ ":
                change.hunks.append((text, []))
            elif sign == "! ":
                change.messages.append(text)
            else:
                assert sign in ("- ", "+ ", "  "), f"{file.name}: no sign before {line!r}"
                change.hunks[-1][1].append(line)
    return found


def lay(change: Change, root: Path) -> list[str]:
    """Write the change into the registry at `root`; returns the messages it must give.

    Raises AssertionError for a hunk that does not stand in its file exactly once.
    """
    for path, lines in change.hunks:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_patched(file.read_text() if file.exists() else "", lines))
    paths = dict.fromkeys(path for path, _ in change.hunks)
    places = [place for path in paths for place in _marks(root, path)]
    return [f"{place}: {text}" for place, text in zip(places, change.messages, strict=True)]


def _patched(text: str, lines: list[str]) -> str:
    old = "".join(f"{line[2:]}\n" for line in lines if line[0] != "+").replace("^", "")
    new = "".join(f"{line[2:]}\n" for line in lines if line[0] != "-")
    if not old:
        return new
    assert f"\n{text}".count(f"\n{old}") == 1, f"stands not exactly once in the file:\n{old}"
    return f"\n{text}".replace(f"\n{old}", f"\n{new}").removeprefix("\n")


def _marks(root: Path, path: str) -> list[str]:
    """`path:line:column` of every ^ of a file, which are taken out."""
    lines, places = (root / path).read_text().split("\n"), []
    for index in range(len(lines)):
        while "^" in lines[index]:
            places.append(f"{path}:{index + 1}:{lines[index].index('^') + 1}")
            lines[index] = lines[index].replace("^", "", 1)
    (root / path).write_text("\n".join(lines))
    return places


HERE = Path(__file__).parent
FAULTS = read((HERE / "faults").glob("*.diff"))
CHANGES = FAULTS | read(HERE.glob("*.diff"))
