"""Sentences with the works that they rest on."""

from collections.abc import Iterable
from dataclasses import dataclass

from trdreport.engine.methods import Sentence
from trdreport.records.bibliography import Reference
from trdreport.sections.facts.computed import Computed


@dataclass(frozen=True)
class Cited:
    """A sentence without its full stop, and its references."""

    text: str
    references: tuple[Reference, ...]


def cited(sentences: Iterable[Sentence], computed: Computed) -> tuple[Cited, ...]:
    """The sentences with their references at hand; raises KeyError for one that is not there."""
    known = {**computed.methods, **computed.registry.references}
    return tuple(Cited(s.text, tuple(known[key] for key in s.citations)) for s in sentences)
