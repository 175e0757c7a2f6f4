"""The results lock: what every run found, small enough to read in a pull request."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from math import dist
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trdreport.brain.spaces import SAME_PLACE_MM
from trdreport.engine.claims import Claim, findings
from trdreport.engine.results import AnalysisResult, Cluster, ReadoutResult
from trdreport.engine.run import Pooling, Result, pooling
from trdreport.errors import DataError, file_problem
from trdreport.records.loading import Registry

LOCK_FILE = "results.lock.json"


Millimetre = Annotated[int, Field(ge=-1000, le=1000)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LockedCluster(_Entry):
    """A finding: significant, or a meeting point of the uncorrected readout. Peak in mm."""

    readout: str
    peak: tuple[Millimetre, Millimetre, Millimetre]
    volume_mm3: int
    p_fwe: float | None
    region: str
    studies: tuple[str, ...]

    @property
    def where(self) -> str:
        """`left superior frontal gyrus (-12, -16, 62)`."""
        return f"{self.region} ({', '.join(map(str, self.peak))})"


class LockedRun(_Entry):
    """One run: a hash of its experiments and choices, and what it found."""

    inputs: str
    status: Literal["run", "not run"]
    experiments: int
    foci: int
    findings: tuple[LockedCluster, ...]


class Lock(_Entry):
    """The contents of results.lock.json: runs by id, and verdicts of published claims by id."""

    format: Annotated[Literal[1], Field(description="Changes when the file's shape does.")] = 1
    runs: dict[str, LockedRun]
    verdicts: dict[str, str]

    def text(self) -> str:
        """The file: sorted, one value a line."""
        return (
            json.dumps(self.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False)
            + "\n"
        )


def make_lock(
    registry: Registry,
    results: Mapping[str, Result],
    reproduced: Mapping[str, Result],
    claims: Iterable[Claim],
) -> Lock:
    """The lock of a build's results.

    Runs on the studies that the published paper had, where these are not all, have `@` and its
    search behind their ids.
    """
    before = {f"{id_}@{registry.published.as_of}": result for id_, result in reproduced.items()}
    return Lock(
        runs={
            id_: _run(registry, result)
            for id_, result in (
                *((run.id, results[run.id]) for run in registry.plan.runs),
                *before.items(),
            )
        },
        verdicts={claim.claim: claim.verdict.value for claim in claims},
    )


def read_lock(text: str, name: str) -> Lock:
    """A lock from its file's text; raises DataError when it is none."""
    try:
        return Lock.model_validate_json(text)
    except ValidationError as error:
        message = "is no results lock; write it anew with trdreport build --update-lock"
        raise DataError([file_problem(name, message)]) from error


def stale(registry: Registry, lock: Lock) -> tuple[str, ...]:
    """Ids of the runs whose entry in a lock is missing or of other records; nothing is computed."""
    return tuple(
        run.id
        for run in registry.plan.runs
        if run.id not in lock.runs or lock.runs[run.id].inputs != _inputs(pooling(registry, run))
    )


def _inputs(pooled: Pooling) -> str:
    table, profile = pooled.inputs
    return hashlib.sha256(table + profile.encode()).hexdigest()[:16]


def _run(registry: Registry, result: Result) -> LockedRun:
    pooled = Pooling(result.run, result.table, registry.run(result.run).profile)
    found = result.readouts if isinstance(result, AnalysisResult) else ()
    return LockedRun(
        inputs=_inputs(pooled),
        status="run" if isinstance(result, AnalysisResult) else "not run",
        experiments=len(result.table.experiments),
        foci=result.table.n_foci,
        findings=tuple(_cluster(readout, c) for readout in found for c in findings(readout)),
    )


def _cluster(readout: ReadoutResult, cluster: Cluster) -> LockedCluster:
    x, y, z = (round(value) for value in cluster.peak)
    return LockedCluster(
        readout=readout.readout,
        peak=(x, y, z),
        volume_mm3=cluster.volume_mm3,
        p_fwe=None if cluster.p_fwe is None else round(cluster.p_fwe, 3),
        region=str(cluster.label),
        studies=cluster.contributing,
    )


def differences(old: Lock, new: Lock) -> list[str]:
    """What changed between two locks, in words, in the order of run ids."""
    lines: list[str] = []
    unmoved: list[str] = []
    for run in sorted({*old.runs, *new.runs}):
        before, after = _locked(old, run), _locked(new, run)
        if before is None:
            lines.append(f"{run}: new")
        elif after is None:
            lines.append(f"{run}: removed")
        else:
            changes = [f"{run}: {what}" for what in run_changes(before, after)]
            lines += changes
            if not changes and before.inputs != after.inputs:
                unmoved.append(run)
    if unmoved:
        which = "all runs" if len(unmoved) == len(new.runs) else ", ".join(unmoved)
        lines.append(f"other foci, sample sizes or choices, and the same clusters: {which}")
    for claim in sorted({*old.verdicts, *new.verdicts}):
        verdicts = [lock.verdicts.get(claim, "no claim") for lock in (old, new)]
        if verdicts[0] != verdicts[1]:
            lines.append(f"published value {claim}: {verdicts[0]} before, {verdicts[1]} now")
    return lines


def _locked(lock: Lock, run: str) -> LockedRun | None:
    """What a lock has of a run: before there is an update, all studies are those of the paper."""
    return lock.runs.get(run) or lock.runs.get(run.partition("@")[0])


def run_changes(old: LockedRun, new: LockedRun) -> Iterator[str]:
    """What changed in a run, in words: whether it was run, its size, its findings."""
    if old.status != new.status:
        yield f"{old.status} before, {new.status} now"
    sizes = [
        f"{before} {what} before, {after} now"
        for what, before, after in (
            ("experiments", old.experiments, new.experiments), ("foci", old.foci, new.foci),
        )
        if before != after
    ]  # fmt: skip
    if sizes:
        yield "; ".join(sizes)
    for before, after in paired(old, new):
        if before is None:
            yield from (f"{_kind(each)} appeared: {each.where}" for each in (after,) if each)
        elif after is None:
            yield _gone(before)
        else:
            yield from _cluster_changes(before, after)


def paired(
    old: LockedRun, new: LockedRun
) -> Iterator[tuple[LockedCluster | None, LockedCluster | None]]:
    """Findings of a run before and after; those at one place together, new ones last."""
    left = list(new.findings)
    for before in old.findings:
        same = [c for c in left if c.readout == before.readout]
        after = min(same, key=lambda c: dist(c.peak, before.peak), default=None)
        if after is None or dist(after.peak, before.peak) > SAME_PLACE_MM:
            yield before, None
            continue
        left.remove(after)
        yield before, after
    yield from ((None, cluster) for cluster in left)


def _gone(cluster: LockedCluster) -> str:
    """A lock has findings only, so a cluster may still be there and not be significant."""
    if cluster.p_fwe is None:
        return f"meeting point gone: {cluster.where}"
    return f"no longer significant: {cluster.where}, p FWE {_p(cluster)} before"


def _kind(cluster: LockedCluster) -> str:
    return "meeting point" if cluster.p_fwe is None else "significant cluster"


def _p(cluster: LockedCluster) -> str:
    return "none" if cluster.p_fwe is None else f"{cluster.p_fwe:g}"


def _cluster_changes(old: LockedCluster, new: LockedCluster) -> Iterator[str]:
    changes = []
    if old.peak != new.peak:
        changes.append(f"moved {dist(old.peak, new.peak):.0f} mm to {new.where}")
    if old.volume_mm3 != new.volume_mm3:
        changes.append(f"{old.volume_mm3} mm³ before, {new.volume_mm3} now")
    if old.p_fwe != new.p_fwe:
        changes.append(f"p FWE {_p(old)} before, {_p(new)} now")
    if old.studies != new.studies:
        changes.append(f"from {', '.join(old.studies)} before, {', '.join(new.studies)} now")
    if changes:
        yield f"{_kind(old)} at {old.where}: {'; '.join(changes)}"
