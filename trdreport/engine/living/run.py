"""Look at leading runs through time and ahead, or read what an earlier build found."""

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from trdreport.engine.codec import table_json
from trdreport.engine.living.results import Living, Look, Place, Settled, Spot, Step, ThroughTime
from trdreport.engine.living.spending import boundaries, false_alarms, null_p
from trdreport.engine.results import AnalysisResult, Cluster, ExperimentTable
from trdreport.engine.run import Result
from trdreport.engine.selection import experiment_table
from trdreport.model.plan import Looks, Profile, Run, Settle
from trdreport.records.loading import Registry
from trdreport.work.scheduling import Scheduler, one_by_one
from trdreport.work.store import Store, Tell, Wanted

MOST_STEPS = 20
"""Most steps by study: in a larger review each step adds several studies."""

MOST_PERMUTATIONS = 10_000
"""Most permutations over all looks; profiles with more draw more for the run itself only."""

METHOD = "ALE"
"""The method whose permutations can be shared between looks."""

_LOOKS = TypeAdapter(tuple[Look, ...])
_SETTLED = TypeAdapter(tuple[Settled, ...])


_At = tuple[str, ExperimentTable]


@dataclass(frozen=True)
class _Course:
    """A run's experiments after each search, and after each study in order of publication.

    Each table stands with the id of the search or study that it ends with.
    """

    run: Run
    searches: tuple[_At, ...]
    studies: tuple[_At, ...]

    @property
    def tables(self) -> tuple[ExperimentTable, ...]:
        """Each table that can be run once, the whole one last."""
        every = [table for _, table in (*self.searches, *self.studies)]
        once = {table_json(table): table for table in every if _runs(table)}
        return tuple(sorted(once.values(), key=lambda table: table.n_foci))


def run_living(
    registry: Registry,
    states: Sequence[tuple[Registry, Mapping[str, Result]]],
    store: Store,
    *,
    scheduler: Scheduler = one_by_one,
    tell: Tell = lambda *_: None,
) -> Living:
    """Every leading run of ALE through time, and what would settle it where the plan asks.

    `states` are states of the review with results that are known: what these say is not said in
    other numbers. `scheduler` does what the store lacks.
    """
    results = states[-1][1]
    runs = [
        (run, result)
        for run in registry.plan.runs
        if run.leading
        and run.profile.method == METHOD
        and isinstance(result := results[run.id], AnalysisResult)
    ]
    courses = [_course(registry, run) for run, _ in runs]
    settings = registry.plan.settle
    asked = [(run, r, _asked(run, r)) for run, r in runs if settings and _asked(run, r)]
    wanted: list[Wanted[Any]] = [
        *(_looks_wanted(course) for course in courses),
        *(_settle_wanted(*of, settings) for of in asked if settings),
    ]
    made = iter(store.remember_all(wanted, scheduler, tell))
    through = {}
    for (run, result), course in zip(runs, courses, strict=True):
        looks = dict(zip(map(table_json, course.tables), next(made), strict=True))
        known = {
            table_json(own.table): own
            for _, of in states
            if isinstance(own := of.get(run.id), AnalysisResult)
        }
        through[run.id] = _through_time(course, looks, known, result, registry.plan.looks)
    return Living(through, {run.id: next(made) for run, _, _ in asked})


def _course(registry: Registry, run: Run) -> _Course:
    searches = tuple(
        (search.id, experiment_table(registry.as_of(search.id), run))
        for search in registry.searches
    )
    order = sorted(registry.studies, key=lambda study: (study.year, study.id))
    ids = [study.id for study in order]
    parts = [
        replace(registry, studies=tuple(s for s in registry.studies if s.id in ids[: count + 1]))
        for count in range(len(ids))
    ]
    tables = [experiment_table(part, run) for part in parts]
    changing = [
        i
        for i, table in enumerate(tables)
        if table.experiments and (i == 0 or table.experiments != tables[i - 1].experiments)
    ]
    steps = len(changing)
    kept = {changing[-(-steps * (n + 1) // min(steps, MOST_STEPS)) - 1]
            for n in range(min(steps, MOST_STEPS))}  # fmt: skip
    return _Course(run, searches, tuple((ids[i], tables[i]) for i in sorted(kept)))


def _places(result: AnalysisResult) -> tuple[Place, ...]:
    """The significant clusters by p; where there is none, the cluster of the smallest p."""
    clusters = sorted(result.corrected.clusters, key=lambda c: (_p(c), c.number))
    significant = [cluster for cluster in clusters if cluster.significant]
    return tuple(
        Place(c.number, c.peak, c.peak_mni, _p(c), c.significant)
        for c in significant or clusters[:1]
    )


def _p(cluster: Cluster) -> float:
    return 1.0 if cluster.p_fwe is None else cluster.p_fwe


def _asked(run: Run, result: AnalysisResult) -> tuple[Place, ...]:
    """Places of which it is asked what would settle them: significant, or of planned analyses.

    Foci of two experiments or more lie there: what one study alone reports is no convergence yet.
    """
    meeting = {c.number for c in result.corrected.clusters if c.convergent}
    return tuple(
        place
        for place in _places(result)
        if place.number in meeting and (place.significant or not run.analysis.post_hoc)
    )


def _json(profile: Profile) -> str:
    return profile.model_dump_json(exclude={"title"})


def _looks_wanted(course: _Course) -> Wanted[tuple[Look, ...]]:
    tables, profile = course.tables, course.run.profile
    permutations = min(profile.permutations, MOST_PERMUTATIONS)
    return Wanted(
        "looks",
        (_json(profile), str(permutations), *map(table_json, tables)),
        partial(_looks, tables, profile, permutations),
        _LOOKS.validate_json,
    )


def _settle_wanted(
    run: Run, result: AnalysisResult, places: tuple[Place, ...], settings: Settle
) -> Wanted[tuple[Settled, ...]]:
    return Wanted(
        "settle",
        (table_json(result.table), _json(run.profile), repr(places), settings.model_dump_json()),
        partial(_settle, result.table, run.profile, places, settings),
        _SETTLED.validate_json,
    )


def _through_time(
    course: _Course,
    looks: Mapping[bytes, Look],
    known: Mapping[bytes, AnalysisResult],
    result: AnalysisResult,
    rule: Looks | None,
) -> ThroughTime:
    def steps(kind: Literal["search", "study"], course: Sequence[_At]) -> tuple[Step, ...]:
        return tuple(
            Step(kind, id_, len(t.experiments), t.n_foci, _runs(t), spots(t)) for id_, t in course
        )

    def spots(table: ExperimentTable) -> tuple[Spot, ...]:
        key = table_json(table)
        if key in known:
            return tuple(Spot(c.peak_mni, _p(c)) for c in known[key].corrected.clusters)
        return looks[key].spots if key in looks else ()

    def null(course: Sequence[_At]) -> NDArray[np.float64]:
        return null_p([looks[table_json(t)].null_sizes for _, t in course if _runs(t)])

    alpha = float(course.run.profile.cluster_fwe_p)
    by_search = null(course.searches)
    shares = (
        [
            (id_, (number + 1) / rule.planned)
            for number, (id_, table) in enumerate(course.searches)
            if _runs(table)
        ]
        if rule
        else []
    )
    return ThroughTime(
        place=next(iter(_places(result)), None),
        searches=steps("search", course.searches),
        studies=steps("study", course.studies),
        alarms=false_alarms(by_search, alpha),
        alarms_by_study=false_alarms(null(course.studies), alpha),
        boundaries=boundaries(by_search, shares, alpha) if rule else (),
    )


def _runs(table: ExperimentTable) -> bool:
    return len(table.experiments) >= 2


# What a process does. Each imports nimare, which takes seconds, only when it is to work.


def _looks(tables: tuple[ExperimentTable, ...], profile: Profile, permutations: int) -> bytes:
    from trdreport.engine.living.looks import look_at

    gc.freeze()  # nilearn collects garbage at each image; what is imported is none
    return _LOOKS.dump_json(look_at(tables, profile, permutations))


def _settle(
    table: ExperimentTable, profile: Profile, places: tuple[Place, ...], settings: Settle
) -> bytes:
    from trdreport.engine.living.settle import settle

    gc.freeze()
    return _SETTLED.dump_json(settle(table, profile, places, settings))
