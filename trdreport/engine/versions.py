"""The review at one time as plain data, and what changed from one time to another.

Editions, the draft after them and revisions of a checkout are all such versions, so that one
comparison serves them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from trdreport.brain.spaces import coordinate
from trdreport.engine.lock import Lock, LockedCluster, LockedRun, differences, paired, run_changes
from trdreport.engine.results import Experiment, ExperimentTable, SourcedFocus
from trdreport.engine.run import Pooling, Result, pooling, run_all
from trdreport.model.plan import Profile
from trdreport.records.editions import Frozen
from trdreport.records.history import Change, Snapshot, changes
from trdreport.records.loading import Registry
from trdreport.work.scheduling import Scheduler, one_by_one
from trdreport.work.store import Store, Tell

KEPT = ("studies/", "corrections/")
"""Records that are compared."""

Plain = Mapping[str, Any]


@dataclass(frozen=True)
class Version:
    """The review at one time: what readers call it, its records by file, its results.

    `titles` are those of the leading runs by id. `poolings` are what these pool; a run is not among
    them where the code of today cannot make it again.
    """

    name: str
    day: date | None
    records: Plain = field(repr=False)
    lock: Lock = field(repr=False)
    titles: Mapping[str, str] = field(repr=False)
    poolings: Mapping[str, Pooling] = field(repr=False)

    @property
    def studies(self) -> dict[str, Plain]:
        """Records of studies by id."""
        return {
            name.removeprefix("studies/").removesuffix(".yaml"): data
            for name, data in self.records.items()
            if name.startswith("studies/")
        }

    @property
    def labels(self) -> dict[str, str]:
        """Short names of the studies by id."""
        return {id_: str(data["label"]) for id_, data in self.studies.items()}

    @property
    def participants(self) -> int:
        """Participants of all studies."""
        return sum(
            group["n"] for data in self.studies.values() for group in data["groups"].values()
        )

    @property
    def foci(self) -> int:
        """Foci of all studies."""
        return sum(len(c["foci"]) for data in self.studies.values() for c in data["contrasts"])

    @property
    def significant(self) -> tuple[tuple[str, LockedCluster], ...]:
        """Significant clusters of the leading runs, each with its run."""
        return tuple(
            (run, cluster)
            for run in self.titles
            if run in self.lock.runs
            for cluster in self.lock.runs[run].findings
            if cluster.p_fwe is not None
        )

    @property
    def verdicts(self) -> dict[str, int]:
        """How many published values have which verdict."""
        given = list(self.lock.verdicts.values())
        return {verdict: given.count(verdict) for verdict in sorted(set(given))}


@dataclass(frozen=True)
class ChangedRun:
    """A leading run whose results changed: what, in words, and its findings before and after.

    `maps` are the results of both sides, once they are computed; a side that cannot be is None.
    """

    run: str
    title: str
    words: tuple[str, ...]
    findings: tuple[tuple[LockedCluster | None, LockedCluster | None], ...]
    maps: tuple[Result | None, Result | None] = field(default=(None, None), repr=False)


@dataclass(frozen=True)
class Comparison:
    """A version beside the one before it; without one before there is nothing else.

    `added` and `removed` are ids of studies; `corrected` are changes of records by file; `verdicts`
    have a published value, and its verdict before and after; `same` are titles of the leading runs
    whose results did not change, and `further` says what changed under further profiles.
    """

    new: Version
    old: Version | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    corrected: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    verdicts: tuple[tuple[str, str, str], ...] = ()
    runs: tuple[ChangedRun, ...] = ()
    same: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


def version_of(registry: Registry, lock: Lock, name: str, day: date | None = None) -> Version:
    """The review as it is loaded, with its lock."""
    leading = [run for run in registry.plan.runs if run.leading]
    return Version(
        name,
        day,
        {n: f.data for n, f in registry.files.items() if n.startswith(KEPT)},
        lock,
        {run.id: run.analysis.title for run in leading},
        {run.id: pooling(registry, run) for run in leading},
    )


def to_plain(version: Version) -> Plain:
    """A version as plain data. Profiles and foci that several runs share are there once."""
    profiles: dict[str, Profile] = {}
    foci: dict[SourcedFocus, int] = {}
    for pooled in version.poolings.values():
        name = next((n for n, p in profiles.items() if p == pooled.profile), str(len(profiles)))
        profiles[name] = pooled.profile
        for experiment in pooled.table.experiments:
            for focus in experiment.foci:
                foci.setdefault(focus, len(foci))
    return {
        "records": version.records,
        "lock": version.lock.model_dump(mode="json"),
        "titles": list(version.titles.items()),
        "profiles": {name: profile.model_dump() for name, profile in profiles.items()},
        "foci": [[f.study, f.contrast, f.position, f.mni] for f in foci],
        "poolings": {
            id_: {
                "profile": next(n for n, p in profiles.items() if p == pooled.profile),
                "experiments": [
                    [e.unit, e.sample_size, e.groups, e.studies, [foci[f] for f in e.foci]]
                    for e in pooled.table.experiments
                ],
            }
            for id_, pooled in version.poolings.items()
        },
    }


def version_of_edition(edition: Frozen) -> Version:
    """An edition from its frozen data alone."""
    plain = edition.data["version"]
    foci = [
        SourcedFocus(coordinate(place), coordinate(mni), study, contrast)
        for study, contrast, place, mni in plain["foci"]
    ]
    titles = dict(plain["titles"])
    return Version(
        f"edition {edition.edition.id}",
        edition.edition.date,
        plain["records"],
        Lock.model_validate(plain["lock"]),
        titles,
        dict(_poolings(plain, foci)),
    )


def _poolings(plain: Plain, foci: Sequence[SourcedFocus]) -> Iterator[tuple[str, Pooling]]:
    for id_, pooled in plain["poolings"].items():
        try:
            profile = Profile.model_validate(plain["profiles"][pooled["profile"]])
        except ValidationError:  # the model has changed since: its numbers stay, its map does not
            continue
        table = ExperimentTable(
            tuple(
                Experiment(unit, size, groups, studies, tuple(foci[index] for index in own))
                for unit, size, groups, studies, own in pooled["experiments"]
            )
        )
        yield id_, Pooling(id_, table, profile)


def compare(old: Version | None, new: Version) -> Comparison:
    """What changed from a version to another, without maps."""
    if old is None:
        return Comparison(new)
    names = tuple(dict.fromkeys((*new.titles, *old.titles)))
    titles = {**old.titles, **new.titles}
    pairs = {name: _sides(old, new, name) for name in names}
    words = {name: tuple(_words(*pair)) for name, pair in pairs.items()}
    values = sorted({*old.lock.verdicts, *new.lock.verdicts})
    verdicts = [
        (v, old.lock.verdicts.get(v, "no value"), new.lock.verdicts.get(v, "no value"))
        for v in values
    ]
    further = (
        Lock(
            runs={n: r for n, r in v.lock.runs.items() if n not in names and "@" not in n},
            verdicts={},
        )
        for v in (old, new)
    )
    return Comparison(
        new,
        old,
        added=tuple(id_ for id_ in new.studies if id_ not in old.studies),
        removed=tuple(id_ for id_ in old.studies if id_ not in new.studies),
        corrected=_by_file(old, new),
        verdicts=tuple(each for each in verdicts if each[1] != each[2]),
        runs=tuple(
            ChangedRun(name, titles[name], words[name], tuple(_findings(*pairs[name])))
            for name in names
            if words[name]
        ),
        same=tuple(titles[name] for name in names if not words[name]),
        further=tuple(differences(*further)),
    )


def history(registry: Registry, lock: Lock) -> tuple[Comparison, ...]:
    """Each edition beside the one before it, and a draft beside the newest; newest first."""
    standing = registry.standing
    versions = [version_of_edition(edition) for edition in registry.editions]
    if standing and standing.draft:
        versions.append(version_of(registry, lock, standing.words))
    return tuple(compare(old, new) for old, new in zip((None, *versions), versions, strict=False))[
        ::-1
    ]


def _sides(old: Version, new: Version, run: str) -> tuple[LockedRun | None, LockedRun | None]:
    return old.lock.runs.get(run), new.lock.runs.get(run)


def _words(old: LockedRun | None, new: LockedRun | None) -> Iterator[str]:
    if old and new:
        yield from run_changes(old, new)
    elif old or new:
        yield "was not planned before" if new else "is no longer planned"


def _findings(
    old: LockedRun | None, new: LockedRun | None
) -> Iterator[tuple[LockedCluster | None, LockedCluster | None]]:
    if old and new:
        yield from paired(old, new)
    else:
        yield from ((cluster, None) for cluster in (old.findings if old else ()))
        yield from ((None, cluster) for cluster in (new.findings if new else ()))


def _by_file(old: Version, new: Version) -> dict[str, tuple[Change, ...]]:
    """Changes of records; studies that came or went are told elsewhere."""
    sides = (Snapshot(v.name, v.records, None) for v in (old, new))
    found: dict[str, tuple[Change, ...]] = {}
    for change in changes(*sides):
        if change.field or not change.file.startswith("studies/"):
            found[change.file] = (*found.get(change.file, ()), change)
    return found


def with_maps(
    comparisons: Sequence[Comparison],
    store: Store,
    known: Iterable[tuple[Pooling, Result]] = (),
    *,
    scheduler: Scheduler = one_by_one,
    tell: Tell = lambda *_: None,
) -> tuple[Comparison, ...]:
    """Comparisons with the results of both sides of every run that changed.

    What is `known`, or pooled twice, is not computed again.
    """
    done = {pooled.inputs: result for pooled, result in known}
    wanted = {
        pooled.inputs: pooled
        for each in comparisons
        for changed in each.runs
        for pooled in _pooled(each, changed)
        if pooled and pooled.inputs not in done
    }
    asked = [replace(pooled, id=str(number)) for number, pooled in enumerate(wanted.values())]
    computed = run_all(asked, store, scheduler=scheduler, tell=tell)
    done |= dict(zip(wanted, computed, strict=True))

    def results(each: Comparison, changed: ChangedRun) -> ChangedRun:
        before, after = (p and p.inputs for p in _pooled(each, changed))
        found = (done[before] if before else None, done[after] if after else None)
        return replace(changed, maps=found)

    return tuple(
        replace(each, runs=tuple(results(each, changed) for changed in each.runs))
        for each in comparisons
    )


def _pooled(each: Comparison, changed: ChangedRun) -> tuple[Pooling | None, Pooling | None]:
    old = each.old.poolings.get(changed.run) if each.old else None
    return old, each.new.poolings.get(changed.run)
