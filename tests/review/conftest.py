"""The part of the living registry that the published review had."""

from dataclasses import replace

import pytest

from trdreport.records.loading import Registry


@pytest.fixture(scope="session")
def published_review(real_registry: Registry) -> Registry:
    """The registry with the studies of the first search alone."""
    first = real_registry.searches[0]
    studies = tuple(s for s in real_registry.studies if s.year <= first.date.year)
    return replace(real_registry, searches=(first,), studies=studies)
