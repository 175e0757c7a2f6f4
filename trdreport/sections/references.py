"""The references of the review and of the methods."""

from collections.abc import Iterator

from trdreport.exchange.citing import csl_json
from trdreport.model.kinds import BIBLIOGRAPHY
from trdreport.records.bibliography import Reference
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import DataFile, Heading, Section, ready


def view(computed: Computed) -> tuple[Reference, ...]:
    """Every reference by its key; the review's own entry where both have one."""
    both = {**computed.methods, **computed.registry.references}
    return tuple(reference for _, reference in sorted(both.items()))


def files(computed: Computed) -> Iterator[DataFile]:
    """The bibliography for other tools."""
    registry = computed.registry
    yield ready("references.json", csl_json(registry), Heading.TOOLS, "bibliography, CSL-JSON")
    if BIBLIOGRAPHY in registry.contents:
        text = registry.contents[BIBLIOGRAPHY]
        yield ready(f"registry/{BIBLIOGRAPHY}", text, Heading.TOOLS, "bibliography, BibTeX")


SECTION = Section(
    id="references",
    place="references",
    title="References",
    page="methods.html",
    view=view,
    files=files,
)
