"""How to cite the review and this report."""

from collections.abc import Iterator

from trdreport.exchange.citing import TOOL, Citation, citation, citation_files
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import DataFile, Heading, Section, ready


def view(computed: Computed) -> Citation:
    """Both in words."""
    return citation(computed.registry, computed.versions[TOOL])


def files(computed: Computed) -> Iterator[DataFile]:
    """Both for reference managers."""
    kinds = {"citation.bib": "BibTeX", "citation.ris": "RIS", "citation.cff": "CFF"}
    for name, content in citation_files(computed.registry, computed.versions[TOOL]).items():
        yield ready(name, content, Heading.TOOLS, f"how to cite, {kinds[name]}")


SECTION = Section(
    id="cite",
    place="cite",
    title="How to cite",
    page="downloads.html",
    view=view,
    files=files,
)
