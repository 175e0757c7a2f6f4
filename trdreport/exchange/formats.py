"""The formats of other tools, by name: which module reads and writes each.

A module that reads has `read(text, name)`, which gives experiments or raises DataError with every
mistake. One that writes has `write(registry)`, where `per_run` is set `write(registry, run)`, which
gives the text and what the format cannot carry. A new format is a module and an entry here. Modules
are imported when they are used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Final


@dataclass(frozen=True)
class Format:
    """What can be done with a format."""

    words: str
    module: str
    reads: bool = False
    writes: bool = False
    per_run: bool = False

    def load(self) -> ModuleType:
        """The module with `read`, `write` or both."""
        return import_module(f"trdreport.exchange.{self.module}")


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "sleuth": Format("Sleuth text of GingerALE", "sleuth", True, True, per_run=True),
        "nimads": Format("NIMADS studyset", "nimads", reads=True, writes=True),
        "nimare": Format("NiMARE's older JSON", "nimare", reads=True),
        "csv": Format("table with one row a focus", "foci_csv", reads=True, writes=True),
        "bibtex": Format("bibliography", "bibtex", writes=True),
        "csl-json": Format("bibliography", "csl", writes=True),
        "prisma": Format("search for the R package PRISMA2020", "prisma", writes=True),
    }
)
"""Formats by the name that the command line takes."""

READ: Final = tuple(name for name, form in FORMATS.items() if form.reads)
WRITTEN: Final = tuple(name for name, form in FORMATS.items() if form.writes)
