"""Simulated reviews: the family-wise error of a run, and its power by number of studies.

A simulated study takes its sample size and its number of foci from a study of the run. Without a
planted centre its foci lie anywhere in the mask, and every significant cluster is a false alarm.
With one, a study reports it with a given probability, off by a Gaussian along each axis.
"""

import gc
import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version

import numpy as np
import yaml
from scipy.spatial import KDTree

from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import SAME_PLACE_MM, Coordinate, apply
from trdreport.engine.codec import table_json
from trdreport.engine.results import Experiment, ExperimentTable, SourcedFocus
from trdreport.engine.simulation import Truth, simulated_foci, voxel_tree
from trdreport.errors import DataError, file_problem
from trdreport.model.plan import Profile, Run
from trdreport.records.schema import schema_line
from trdreport.work.scheduling import Scheduler, one_by_one
from trdreport.work.store import Store, Tell, Wanted

SPREAD_MM = 5.0
"""Spread of the foci that report a planted centre: about what templates and subjects make."""

REVIEWS_A_PIECE = 20

REPORTED = (0.0, 0.3, 0.5, 0.7)
"""Probabilities with which a study reports the centre; with 0 none is planted."""


@dataclass(frozen=True)
class Setting:
    """Simulated reviews of so many studies that report a centre with this probability."""

    studies: int
    reported: float
    reviews: int
    seed: int


@dataclass(frozen=True)
class Scope:
    """What a calibration covers: numbers of studies, and reviews for each setting."""

    studies: tuple[int, ...]
    reviews: int
    permutations: int
    seed: int


@dataclass(frozen=True)
class Simulation:
    """What became of the reviews of one setting; `errors_mm` has one entry for each find."""

    setting: Setting
    found: int
    errors_mm: tuple[float, ...]


def calibrate(
    model: ExperimentTable,
    profile: Profile,
    settings: Sequence[Setting],
    store: Store = Store(None),  # noqa: B008 (frozen)
    *,
    scheduler: Scheduler = one_by_one,
    tell: Tell = lambda *_: None,
) -> list[Simulation]:
    """Simulate every setting; the same for the same seeds. `scheduler` does what is not stored."""
    parts = [
        (index, range(start, min(start + REVIEWS_A_PIECE, setting.reviews)))
        for index, setting in enumerate(settings)
        for start in range(0, setting.reviews, REVIEWS_A_PIECE)
    ]
    given = (table_json(model), profile.model_dump_json(exclude={"title"}))
    wanted = [
        Wanted(
            "calibration",
            (*given, repr(settings[index]), repr(reviews)),
            partial(_simulate, model, profile, settings[index], reviews),
            json.loads,
        )
        for index, reviews in parts
    ]
    made = store.remember_all(wanted, scheduler, tell)
    simulations = []
    for index, setting in enumerate(settings):
        of_setting = [part for (i, _), part in zip(parts, made, strict=True) if i == index]
        errors = tuple(error for part in of_setting for error in part["errors"])
        simulations.append(Simulation(setting, sum(part["found"] for part in of_setting), errors))
    return simulations


def simulated_table(
    model: ExperimentTable, profile: Profile, setting: Setting, review: int
) -> tuple[ExperimentTable, tuple[Coordinate, ...]]:
    """The experiments of one simulated review, and the planted centre where there is one."""
    brain = _brain(profile)
    seed = int(np.random.SeedSequence([setting.seed, setting.studies, review]).generate_state(1)[0])
    generator = np.random.default_rng([setting.seed, setting.studies, review])
    centre = brain.data[int(generator.integers(brain.n))]
    centres = ((float(centre[0]), float(centre[1]), float(centre[2])),) if setting.reported else ()
    experiments = []
    for study in range(setting.studies):
        like = model.experiments[int(generator.integers(len(model.experiments)))]
        truth = Truth(len(like.foci), centres, setting.reported, SPREAD_MM)
        places = simulated_foci(truth, brain, seed, study)
        unit = f"simulated-{study:04d}"
        foci = tuple(
            SourcedFocus(xyz, xyz, unit, "")
            for x, y, z in places
            for xyz in [(float(x), float(y), float(z))]
        )
        experiments.append(Experiment(unit, like.sample_size, like.groups, (unit,), foci))
    return ExperimentTable(tuple(experiments)), centres


@cache
def _brain(profile: Profile) -> KDTree:
    return voxel_tree(*analysis_mask(profile))


def _simulate(model: ExperimentTable, profile: Profile, setting: Setting, reviews: range) -> bytes:
    # nimare takes seconds to import, and is needed in the process only
    from trdreport.engine.clusters import peak_voxels
    from trdreport.engine.estimators import decide, fit

    gc.freeze()
    mask, affine = analysis_mask(profile)
    found, errors = 0, []
    for review in reviews:
        table, centres = simulated_table(model, profile, setting, review)
        fitted = fit(table, profile, mask, affine)
        (test,) = decide(fitted, [float(profile.cluster_forming_p)], first_look=100)
        significant = test.p_fwe < float(profile.cluster_fwe_p)
        if not significant.any():
            continue
        if not centres:
            found += 1
            continue
        peaks = apply(affine, peak_voxels(fitted.stat, test.labels)[significant].astype(float))
        nearest = float(np.linalg.norm(peaks - np.array(centres[0]), axis=1).min())
        if nearest <= SAME_PLACE_MM:
            found += 1
            errors.append(nearest)
    return json.dumps({"found": found, "errors": errors}).encode()


def reviews_for(reported: float, reviews: int) -> int:
    """Four times as many reviews where nothing is planted: a rate of 5 % needs more to be seen."""
    return reviews if reported else 4 * reviews


def calibration_text(
    table: ExperimentTable,
    run: Run,
    scope: Scope,
    store: Store = Store(None),  # noqa: B008 (frozen)
    *,
    scheduler: Scheduler = one_by_one,
    tell: Tell = lambda *_: None,
) -> str:
    """The contents of calibration.yaml for a run, with the command that makes it again.

    Raises DataError where the run has no experiment whose size a simulated study could take.
    """
    if not table.experiments:
        message = f"{run.id} has no experiment to take sizes from; calibrate a run that has"
        raise DataError([file_problem("analyses.yaml", message)])
    profile = run.profile.model_copy(update={"permutations": scope.permutations})
    settings = [
        Setting(studies, reported, reviews_for(reported, scope.reviews), scope.seed)
        for reported in REPORTED
        for studies in scope.studies
    ]
    sizes = " ".join(f"--studies {n}" for n in scope.studies)
    simulations = calibrate(table, profile, settings, store, scheduler=scheduler, tell=tell)
    content = {
        "command": f"trdreport calibrate {run.id} {sizes} --reviews {scope.reviews}"
        f" --permutations {scope.permutations} --seed {scope.seed}",
        "version": version("trdreport"),
        "analysis": run.analysis.id,
        "profile": run.profile_id,
        "seed": scope.seed,
        "permutations": scope.permutations,
        "spread_mm": SPREAD_MM,
        "simulated": [_entry(simulation) for simulation in simulations],
    }
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    return f"{schema_line('calibration', 0)}\n{text}"


def _entry(simulation: Simulation) -> dict[str, int | float]:
    entry: dict[str, int | float] = {
        "studies": simulation.setting.studies,
        "reported": simulation.setting.reported,
        "reviews": simulation.setting.reviews,
        "found": simulation.found,
    }
    if simulation.errors_mm:
        entry["median_error_mm"] = round(statistics.median(simulation.errors_mm), 2)
    return entry
