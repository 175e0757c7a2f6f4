"""The grid of a multiverse: every meaningful combination of defensible choices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from trdreport.brain.spaces import Coordinate
from trdreport.engine.estimators import estimator
from trdreport.engine.results import ExperimentTable
from trdreport.engine.selection import experiment_table
from trdreport.model.plan import Mask, Multiverse, Profile, Run
from trdreport.records.loading import Registry

LEVELS = {
    "exact": "exact", "voxel": "nearest voxel",
    "sum": "all groups", "patients": "patients", "smaller_group": "smaller group",
}  # fmt: skip


@dataclass(frozen=True)
class Claimed:
    """What the paper says at one readout: clusters at these peaks (MNI mm), or none."""

    readout: str
    peaks: tuple[Coordinate, ...]


@dataclass(frozen=True)
class Cell:
    """Specifications that differ in the cluster-forming p alone: one estimation serves them."""

    table: ExperimentTable
    profiles: tuple[Profile, ...]


Contents = frozenset[tuple[int, frozenset[Coordinate]]]
"""Sample sizes and foci of experiments."""


def cells(registry: Registry, run: Run, multiverse: Multiverse) -> Iterator[Cell]:
    """The specifications of an analysis by the method of its profile.

    Where pooling by cohort changes nothing, it is no specification of its own.
    """
    seen: set[tuple[str, str, str, str, Contents]] = set()
    for where, foci, size, unit in product(
        multiverse.spaces, multiverse.foci, multiverse.sample_size, multiverse.unit
    ):
        profile = run.profile.model_copy(
            update={
                "space": where.space,
                "transform": where.transform,
                "foci": foci,
                "sample_size": size,
                "unit": unit,
                "permutations": multiverse.permutations,
            }
        )
        table = experiment_table(registry, Run(run.analysis, run.profile_id, profile))
        key = (where.space, where.transform, foci, size, _contents(table))
        if key in seen:
            continue
        seen.add(key)
        for mask in multiverse.mask:
            yield Cell(
                table,
                tuple(
                    profile.model_copy(update={"mask": mask, "cluster_forming_p": p})
                    for p in multiverse.cluster_forming_p
                ),
            )


def _contents(table: ExperimentTable) -> Contents:
    """What estimation sees of a table, whatever its units are called."""
    return frozenset(
        (experiment.sample_size, frozenset(focus.position for focus in experiment.foci))
        for experiment in table.experiments
    )


def other_cells(registry: Registry, run: Run, multiverse: Multiverse) -> Iterator[Cell]:
    """Specifications by other methods than the profile's: its other choices, by unit."""
    seen: set[tuple[str, Contents]] = set()
    others = [name for name in multiverse.other_estimators if name != run.profile.method]
    for method, unit in product(others, multiverse.unit):
        profile = run.profile.model_copy(
            update={
                "method": method,
                "unit": unit,
                "permutations": multiverse.other_permutations,
            }
        )
        table = experiment_table(registry, Run(run.analysis, run.profile_id, profile))
        if (method, _contents(table)) not in seen:
            seen.add((method, _contents(table)))
            yield Cell(table, (profile,))


def choices(profile: Profile, *, corrected: bool = True) -> Mapping[str, str]:
    """A profile's level of each factor, in words.

    The uncorrected readout has a threshold of its own and no cluster-forming p. The kernels of
    some methods know neither sample sizes nor places between voxels.
    """
    sized = estimator(profile.method).sized
    levels = {
        "estimator": profile.method,
        "space": profile.space if profile.space == "MNI" else f"TAL, {profile.transform}",
        "foci": LEVELS[profile.foci] if sized else LEVELS["voxel"],
        "sample size": LEVELS[profile.sample_size] if sized else "not used",
        "unit": profile.unit,
        "mask": mask_name(profile.mask),
    }
    if corrected:
        levels["cluster-forming p"] = f"{profile.cluster_forming_p.normalize():f}"
    return levels


def mask_name(mask: Mask) -> str:
    """A mask in words."""
    kind = "grey matter" if "gm" in mask.source else "brain"
    return f"{kind}, dilated {mask.dilate_voxels}" if mask.dilate_voxels else kind
