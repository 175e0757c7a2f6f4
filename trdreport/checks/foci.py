"""Foci that may be misplaced, mislabelled or counted twice."""

from collections.abc import Iterator

from trdreport.brain.extent import mm_outside_brain
from trdreport.brain.spaces import convert
from trdreport.checks.doubt import Doubt, study_file
from trdreport.model.study import ContrastResult, Study
from trdreport.records.loading import Registry

OUTSIDE_MM = 1.0
"""A focus nearer than this to the brain counts as in it: voxels have an extent."""

MISLABELLED_MM = 6.0
"""How much farther outside the brain all foci must lie under the space they are given in."""

ONE_SIDED = 6
"""So many foci on one side alone come by chance once in 32."""


def _outside(registry: Registry, result: ContrastResult, space: str) -> list[float]:
    """Distance in mm of each focus from the brain, taken to be in `space`."""
    mni = convert(result.positions(), space, "MNI", registry.plan.transform)
    distances = mm_outside_brain(mni)
    return [float(distance) for distance in distances]


def outside_the_brain(registry: Registry) -> Iterator[Doubt]:
    """A focus lies in the brain."""
    for study in registry.studies:
        for index, result in enumerate(study.contrasts):
            for number, distance in enumerate(_outside(registry, result, result.space)):
                if distance > OUTSIDE_MM:
                    focus = result.foci[number]
                    yield Doubt(
                        "OUTSIDE",
                        "note",
                        (study.id,),
                        f"{study.label}, {result.contrast}: ({focus.x}, {focus.y}, {focus.z}) lies"
                        f" {distance:.1f} mm outside the brain mask",
                        study_file(study.id),
                        ("contrasts", index, "foci", number),
                    )


def likely_other_space(registry: Registry) -> Iterator[Doubt]:
    """A study's foci do not fit the brain better in the other space."""
    for study in registry.studies:
        for space, other in (("MNI", "TAL"), ("TAL", "MNI")):
            own = [
                (index, result)
                for index, result in enumerate(study.contrasts)
                if result.space == space and result.foci
            ]
            here = sum(sum(_outside(registry, result, space)) for _, result in own)
            there = sum(sum(_outside(registry, result, other)) for _, result in own)
            if here > there + MISLABELLED_MM:
                yield Doubt(
                    "SPACE",
                    "warning",
                    (study.id,),
                    f"{study.label}: its foci given in {space} lie {here:.1f} mm outside the brain"
                    f" in all; read as {other} they lie {there:.1f} mm outside",
                    study_file(study.id),
                    ("contrasts", own[0][0], "space"),
                )


def one_sided(registry: Registry) -> Iterator[Doubt]:
    """Six foci or more are not all on one side: a sign may be missing."""
    for study in registry.studies:
        x = [focus.x for result in study.contrasts for focus in result.foci]
        if len(x) >= ONE_SIDED and (min(x) > 0 or max(x) < 0):
            side = "right" if min(x) > 0 else "left"
            yield Doubt(
                "SIDE",
                "note",
                (study.id,),
                f"{study.label}: all {len(x)} foci are on the {side}; signs may be missing (by"
                f" chance once in {2 ** (len(x) - 1)})",
                study_file(study.id),
                ("contrasts",),
            )


def found_twice(registry: Registry) -> Iterator[Doubt]:
    """No focus stands in two studies, nor in two comparisons of one."""
    seen: dict[tuple[object, ...], tuple[Study, str]] = {}
    for study in sorted(registry.studies, key=lambda study: study.id):
        for index, result in enumerate(study.contrasts):
            for number, focus in enumerate(result.foci):
                key = (result.space, focus.x, focus.y, focus.z)
                if key in seen and seen[key] != (study, result.contrast):
                    first, contrast = seen[key]
                    yield Doubt(
                        "TWICE",
                        "note",
                        tuple(dict.fromkeys((study.id, first.id))),
                        f"{study.label}, {result.contrast}: ({focus.x}, {focus.y}, {focus.z}) is"
                        f" also a focus of {first.label}, {contrast}",
                        study_file(study.id),
                        ("contrasts", index, "foci", number),
                    )
                seen.setdefault(key, (study, result.contrast))
