"""The part of the living registry that the published review had."""

from dataclasses import replace

import pytest

from trdreport.records.loading import Registry


@pytest.fixture(scope="session")
def published_review(miola: Registry) -> Registry:
    """The registry with the studies of the first search alone."""
    first = miola.searches[0]
    studies = tuple(s for s in miola.studies if s.year <= first.date.year)
    return replace(miola, searches=(first,), studies=studies)
