"""The bibliography as CSL-JSON."""

from trdreport.exchange.citing import csl_json
from trdreport.exchange.experiments import Exported
from trdreport.records.loading import Registry


def write(registry: Registry) -> Exported:
    """Every entry of references.bib."""
    return Exported(csl_json(registry))
