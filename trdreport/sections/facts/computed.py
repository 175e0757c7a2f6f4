"""All that was worked out before anything is shown: plain data for the sections."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trdreport.checks.doubt import Doubt
from trdreport.checks.practice import Practice
from trdreport.engine.claims import Claim
from trdreport.engine.living.results import Living
from trdreport.engine.results import AnalysisResult
from trdreport.engine.robustness.results import Robustness
from trdreport.engine.run import Result
from trdreport.engine.versions import Comparison
from trdreport.model.plan import Run
from trdreport.records.bibliography import Reference
from trdreport.records.loading import Registry
from trdreport.sections.facts.nearby import Nearby
from trdreport.sections.facts.reported import Reported
from trdreport.sections.facts.statements import EvidenceView


@dataclass(frozen=True)
class State:
    """The review as of a search (its id): its records, and the results of some runs by run."""

    as_of: str
    registry: Registry
    runs: tuple[Run, ...]
    results: Mapping[str, Result]


@dataclass(frozen=True)
class Computed:
    """The registry and everything that follows from it.

    `results` and `nearby` are by run, `reported` by modality, `methods` by citation key.
    `reproduced` has the leading runs on the studies that the published paper had; it is empty where
    these are all. `history` has each edition beside the one before it, and a draft beside the
    newest, newest first.
    `robustness` and `living` are None in a build that leaves them out. `lock` is the text of the
    results' lock.
    `repository` is the address at which records can be edited; empty for none.
    """

    registry: Registry
    results: Mapping[str, Result]
    claims: tuple[Claim, ...]
    evidence: EvidenceView
    methods: Mapping[str, Reference]
    versions: Mapping[str, str]
    robustness: Robustness | None = None
    doubts: tuple[Doubt, ...] = ()
    practice: tuple[Practice, ...] = ()
    living_practice: tuple[Practice, ...] = ()
    nearby: Mapping[str, tuple[Nearby, ...]] = field(default_factory=dict)
    reported: Mapping[str, Reported] = field(default_factory=dict)
    lock: str = ""
    repository: str = ""
    reproduced: Mapping[str, Result] = field(default_factory=dict)
    history: tuple[Comparison, ...] = ()
    living: Living | None = None

    @property
    def states(self) -> tuple[State, ...]:
        """The review as it is, and before it as the paper knew it where that is another."""
        registry = self.registry
        whole = State(registry.newest, registry, registry.plan.runs, self.results)
        if not self.reproduced:
            return (whole,)
        before = registry.as_published
        return State(registry.published.as_of, before, self.leading, self.reproduced), whole

    @property
    def labels(self) -> dict[str, str]:
        """Short names of the studies by id."""
        return {study.id: study.label for study in self.registry.studies}

    @property
    def leading(self) -> tuple[Run, ...]:
        """The runs that the report leads with, in the order of the plan."""
        return tuple(run for run in self.registry.plan.runs if run.leading)

    @property
    def further(self) -> tuple[Run, ...]:
        """The same analyses under further profiles."""
        return tuple(run for run in self.registry.plan.runs if not run.leading)

    def done(self, run: Run) -> AnalysisResult | None:
        """The result of a run; None when it was not run."""
        result = self.results[run.id]
        return result if isinstance(result, AnalysisResult) else None
