"""Lay a fault of `faults/*.diff` over a copy of the valid registry; README.md has the format."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """One fault: the hunks that make it, each a path with its lines, and what must be said."""

    name: str
    hunks: list[tuple[str, list[str]]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def read_faults() -> dict[str, Fault]:
    """All faults by name; raises AssertionError for a line without a sign and a name used twice."""
    found: dict[str, Fault] = {}
    for file in sorted((Path(__file__).parent / "faults").glob("*.diff")):
        for line in filter(None, file.read_text().splitlines()):
            sign, text = line[:2], line[2:]
            if sign == "# ":
                assert text not in found, f"{file.name}: {text} stands twice"
                fault = found[text] = Fault(text)
            elif sign == "@ ":
                fault.hunks.append((text, []))
            elif sign == "! ":
                fault.messages.append(text)
            else:
                assert sign in ("- ", "+ ", "  "), f"{file.name}: no sign before {line!r}"
                fault.hunks[-1][1].append(line)
    return found


def lay(fault: Fault, root: Path) -> list[str]:
    """Write the fault into the registry at `root`; returns the messages it must give.

    Raises AssertionError for a hunk that does not stand in its file exactly once.
    """
    for path, lines in fault.hunks:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_patched(file.read_text() if file.exists() else "", lines))
    paths = dict.fromkeys(path for path, _ in fault.hunks)
    places = [place for path in paths for place in _marks(root, path)]
    return [f"{place}: {text}" for place, text in zip(places, fault.messages, strict=True)]


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


FAULTS = read_faults()
