"""The part of the living registry that the published review had."""

import pytest

from trdreport.records.loading import Registry


@pytest.fixture(scope="session")
def published_review(real_registry: Registry) -> Registry:
    """The registry as the published paper knew it."""
    return real_registry.as_published
