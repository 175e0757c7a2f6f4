"""Regions in which the studies of a modality report differences, before any pooling."""

import json
from dataclasses import dataclass
from functools import partial

from pydantic import TypeAdapter

from trdreport.model.fields import split_contrast
from trdreport.records.loading import Registry
from trdreport.work.store import Store

REGION_REACH_MM = 5
"""A focus this near to a region counts as in it: the cortex of one atlas is not that of another."""

_NAMES = TypeAdapter(frozenset[str])


@dataclass(frozen=True)
class Reported:
    """Regions with a focus where the cases have more, and where they have less.

    Where the review has no cases, every region with a focus is in both.
    """

    higher: frozenset[str]
    lower: frozenset[str]


def reported(registry: Registry, modality: str, store: Store) -> Reported:
    """The regions of the foci of one modality."""
    case = registry.review.cases
    more: list[list[float]] = []
    less: list[list[float]] = []
    for study in registry.studies:
        for result in study.contrasts if study.imaging.modality == modality else ():
            first, second = split_contrast(result.contrast)
            places = registry.mni(result).tolist()
            more += places if case in (None, first) else []
            less += places if case in (None, second) else []
    return Reported(_regions(more, store), _regions(less, store))


def _regions(mni: list[list[float]], store: Store) -> frozenset[str]:
    inputs = (json.dumps(mni), str(REGION_REACH_MM))
    make = partial(_names, mni, REGION_REACH_MM)
    return store.remember("regions", inputs, make, _NAMES.validate_json)


def _names(mni: list[list[float]], reach_mm: float) -> bytes:
    from trdreport.brain.atlas import load_atlas

    labels = [load_atlas().label((x, y, z)) for x, y, z in mni]
    names = {label.name for label in labels if label.distance_mm <= reach_mm}
    return json.dumps(sorted(names)).encode()
