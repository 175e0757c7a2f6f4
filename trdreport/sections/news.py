"""What is new, from the history of the records."""

from trdreport.sections.facts.computed import Computed
from trdreport.sections.facts.recent import News
from trdreport.sections.section import Section


def view(computed: Computed) -> tuple[News, ...] | None:
    """The newest changes of records and results; None where nothing is known of any."""
    return computed.news or None


SECTION = Section("news", "news", "What is new", view)
