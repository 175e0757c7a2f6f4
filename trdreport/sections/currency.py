"""How current the review is: what was searched, what waits, when it is to be searched again."""

from trdreport.checks.living import Currency, currency
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import Section


def view(computed: Computed) -> Currency:
    """What the section shows."""
    return currency(computed.registry)


SECTION = Section(
    id="currency",
    place="current",
    title="How current is it?",
    page="index.html",
    view=view,
)
