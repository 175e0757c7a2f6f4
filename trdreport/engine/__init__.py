"""From a registry to results: selection, estimation, clusters, claims, lock."""
