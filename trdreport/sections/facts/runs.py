"""A run of an analysis in numbers, and its files."""

from dataclasses import dataclass, replace

from trdreport.engine.results import AnalysisResult
from trdreport.engine.run import Result
from trdreport.model.plan import Run
from trdreport.sections.words import number


@dataclass(frozen=True)
class RunSummary:
    """What went into a run and what it found.

    `not_run` says why it was not run and is empty where it was. `significant` counts clusters,
    `meeting` places at the exploratory threshold where foci of two experiments or more meet, and
    `single` the further spots of one experiment each, the largest of `largest_single` mm³.
    """

    experiments: int
    foci: int
    participants: int
    groups: str
    not_run: str = ""
    significant: int = 0
    smallest_p: str = ""
    meeting: int = 0
    single: int = 0
    largest_single: int = 0


def summarised(result: Result) -> RunSummary:
    """The numbers of a run."""
    table = result.table
    pooled = RunSummary(
        experiments=len(table.experiments),
        foci=table.n_foci,
        participants=table.participants,
        groups=" + ".join(f"{n} {name}" for name, n in table.groups.items()),
        not_run="" if isinstance(result, AnalysisResult) else result.reason,
    )
    return _found(pooled, result) if isinstance(result, AnalysisResult) else pooled


def _found(pooled: RunSummary, result: AnalysisResult) -> RunSummary:
    corrected, exploratory = result.corrected.clusters, result.exploratory.clusters
    single = [cluster.volume_mm3 for cluster in exploratory if not cluster.convergent]
    p_values = [cluster.p_fwe for cluster in corrected if cluster.p_fwe is not None]
    return replace(
        pooled,
        significant=sum(cluster.significant for cluster in corrected),
        smallest_p=number(min(p_values)) if p_values else "",
        meeting=len(exploratory) - len(single),
        single=len(single),
        largest_single=max(single, default=0),
    )


def map_stem(run: Run, name: str) -> str:
    """A map of a run below data/, without what its files end in."""
    return f"maps/{run.analysis.id}/{run.analysis.id}_{run.profile_id}_{name}"


def map_file(run: Run, name: str) -> str:
    """A map of a run in the site."""
    return f"data/{map_stem(run, name)}.nii.gz"
