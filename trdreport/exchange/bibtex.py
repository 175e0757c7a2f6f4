"""The bibliography as BibTeX, as it is."""

from trdreport.exchange.experiments import Exported
from trdreport.model.kinds import BIBLIOGRAPHY
from trdreport.records.loading import Registry


def write(registry: Registry) -> Exported:
    """The bytes of references.bib."""
    return Exported(registry.contents[BIBLIOGRAPHY].decode())
