"""What the templates see: plain frozen data, computed from the registry and the results."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trdreport.checks.doubt import Finding
from trdreport.checks.practice import ADVISED_EXPERIMENTS, Work, judge
from trdreport.engine.claims import Claim, Verdict, findings
from trdreport.engine.results import (
    CLUSTER_FWE,
    MAP_MEANINGS,
    AnalysisResult,
    Cluster,
    ReadoutResult,
)
from trdreport.engine.robustness.results import Robustness
from trdreport.engine.run import Result
from trdreport.exchange.citing import Citation
from trdreport.model.correction import Correction
from trdreport.model.fields import Source
from trdreport.model.plan import Analysis, Profile, Run
from trdreport.model.review import Review, Search
from trdreport.model.study import Study
from trdreport.records.bibliography import Reference
from trdreport.records.loading import Registry
from trdreport.sections.candidates import candidate_table, eligibility_table, update_table
from trdreport.sections.downloads import DownloadGroup
from trdreport.sections.evidence import Beside, EvidenceView, evidence_table, response_table
from trdreport.sections.news import News
from trdreport.sections.plain_words import plain_words
from trdreport.sections.result_tables import (
    REGION_REACH_MM,
    claim_table,
    cluster_id,
    cluster_table,
    coordinates,
    map_file,
    number,
    opposed,
    overview_tables,
    readout_name,
    unit_labels,
)
from trdreport.sections.robustness_tables import (
    calibration_table,
    claims_table,
    comparison_table,
    fail_safe_table,
    guideline_table,
    units_table,
    without_table,
)
from trdreport.sections.sketch import Figure, Gallery
from trdreport.sections.study_page import Block, blocks, lettered
from trdreport.sections.study_tables import (
    acquisition_table,
    definition_table,
    foci_table,
    quality_table,
    screening_table,
    study_foci_table,
    study_table,
)
from trdreport.sections.tables import Table


@dataclass(frozen=True)
class ClusterLine:
    """A cluster as the summary states it."""

    analysis: str
    place: str
    title: str
    readout: str
    region: str
    peak: str
    space: str
    volume: int
    p: str
    p_fwe: str
    studies: tuple[str, ...]
    directions: tuple[str, ...]

    @property
    def opposed(self) -> bool:
        """Whether its foci come from both directions of one comparison."""
        return opposed(self.directions)


@dataclass(frozen=True)
class RunView:
    """One run of an analysis for the page."""

    id: str
    profile: str
    profile_title: str
    experiments: int
    foci: int
    participants: int
    groups: str
    units: tuple[str, ...]
    without_foci: tuple[str, ...]
    not_reported: tuple[str, ...]
    not_run: str
    permutations: int
    significant: int
    meeting: int
    single: int
    largest_single: int
    smallest_p: str
    tables: tuple[Table, ...]
    all_tables: tuple[Table, ...]
    figures: tuple[Figure, ...]
    trust_tables: tuple[Table, ...]
    trust_figures: tuple[Figure, ...]
    maps: tuple[tuple[str, str], ...]
    plain: str


@dataclass(frozen=True)
class AnalysisView:
    """One analysis for the page: `lead` under its own profile, `further` under others."""

    id: str
    title: str
    question: str
    post_hoc: bool
    reason: str
    lead: RunView
    further: tuple[RunView, ...]


@dataclass(frozen=True)
class ProfileView:
    """What a further profile found, for the summary."""

    id: str
    title: str
    runs: int
    significant: tuple[ClusterLine, ...]


@dataclass(frozen=True)
class StudyView:
    """One study's page."""

    study: Study
    reference: Reference
    roles: tuple[str, ...]
    findings: tuple[Finding, ...]
    corrections: tuple[Correction, ...]
    foci: Table
    blocks: tuple[Block, ...]
    sources: tuple[tuple[str, Source], ...]
    edit: str


@dataclass(frozen=True)
class Report:
    """Everything that the report shows."""

    review: Review
    reference: Reference
    search: Search
    previous_studies: int
    previous_reports: int
    news: tuple[News, ...]
    profiles: Mapping[str, Profile]
    studies: tuple[StudyView, ...]
    groups: Mapping[str, int]
    participants: int
    distinct_participants: int
    significant: tuple[ClusterLine, ...]
    exploratory: tuple[ClusterLine, ...]
    further: tuple[ProfileView, ...]
    trusted: bool
    trust_figures: tuple[Figure, ...]
    analyses: tuple[AnalysisView, ...]
    tables: Mapping[str, Table]
    figures: Mapping[str, Figure]
    claims: tuple[Claim, ...]
    verdicts: Mapping[str, int]
    failed_claims: tuple[Claim, ...]
    more_found: tuple[Claim, ...]
    findings: tuple[Finding, ...]
    evidence: EvidenceView
    beside: Mapping[str, tuple[Beside, ...]]
    references: tuple[Reference, ...]
    versions: Mapping[str, str]
    digest: str
    citation: Citation
    linked_data: str
    archive: str
    downloads: tuple[DownloadGroup, ...]
    figure_ids: tuple[str, ...]
    recommended_experiments: int = ADVISED_EXPERIMENTS
    region_reach_mm: int = REGION_REACH_MM

    @property
    def flow(self) -> str:
        """The PRISMA flow in a sentence, for those who do not see it."""
        p = self.search.prisma
        return (
            f"{p.records_identified} records identified, {p.duplicates_removed} duplicates"
            f" removed, {p.records_screened} screened, {p.records_excluded} excluded,"
            f" {p.reports_sought} reports sought, {p.reports_not_retrieved} not retrieved,"
            f" {p.reports_assessed} assessed, {p.reports_excluded} excluded,"
            f" {p.studies_included} studies included."
        )


def report_tables(
    registry: Registry,
    results: Mapping[str, Result],
    claims: Iterable[Claim],
    evidence: EvidenceView,
) -> dict[str, Table]:
    """Tables of the main page by id."""
    tables = (
        study_table(registry),
        foci_table(registry),
        definition_table(registry),
        acquisition_table(registry),
        quality_table(registry),
        screening_table(registry),
        candidate_table(registry),
        update_table(registry),
        eligibility_table(registry),
        evidence_table(evidence),
        response_table(evidence),
        *overview_tables(registry, results),
        claim_table(registry, claims),
    )
    return {table.id: table for table in tables}


def cluster_lines(
    registry: Registry, runs: Iterable[Run], results: Mapping[str, Result], *, corrected: bool
) -> tuple[ClusterLine, ...]:
    """Findings of runs, with or without correction, those of planned analyses first."""
    lines = []
    for run in sorted(runs, key=lambda run: run.analysis.post_hoc):
        result = results[run.id]
        for found in result.readouts if isinstance(result, AnalysisResult) else ():
            if (found.readout == CLUSTER_FWE) == corrected:
                lines += [_line(registry, run, found, c) for c in findings(found)]
    return tuple(lines)


def leading(registry: Registry) -> tuple[Run, ...]:
    """The runs that the report leads with, in the order of the plan."""
    return tuple(run for run in registry.plan.runs if run.leading)


def further_profiles(registry: Registry, results: Mapping[str, Result]) -> tuple[ProfileView, ...]:
    """What the same analyses find under each further profile."""
    runs = [run for run in registry.plan.runs if not run.leading]
    views = []
    for profile in dict.fromkeys(run.profile_id for run in runs):
        same = [run for run in runs if run.profile_id == profile]
        lines = cluster_lines(registry, same, results, corrected=True)
        views.append(ProfileView(profile, same[0].profile.title, len(same), lines))
    return tuple(views)


def _line(registry: Registry, run: Run, readout: ReadoutResult, cluster: Cluster) -> ClusterLine:
    labels = {study.id: study.label for study in registry.studies}
    inside = [focus for part in cluster.contributions for focus in part.inside]
    return ClusterLine(
        analysis=run.analysis.id,
        place=f"cluster-{cluster_id(run.id, readout, cluster)}",
        title=run.analysis.title,
        readout=readout.readout,
        region=str(cluster.label),
        peak=", ".join(coordinates(cluster.peak)),
        space="Talairach" if run.profile.space == "TAL" else "MNI",
        volume=cluster.volume_mm3,
        p=number(cluster.p_uncorrected),
        p_fwe="" if cluster.p_fwe is None else number(cluster.p_fwe),
        studies=tuple(labels[study] for study in cluster.contributing),
        directions=tuple(sorted({focus.contrast for focus in inside})),
    )


def analysis_view(
    registry: Registry,
    analysis: Analysis,
    results: Mapping[str, Result],
    robustness: Robustness | None,
    gallery: Gallery,
) -> AnalysisView:
    """The view of one analysis."""
    lead, *further = (
        run_view(registry, run, results[run.id], robustness, gallery)
        for run in registry.plan.runs
        if run.analysis == analysis
    )
    return AnalysisView(
        id=analysis.id,
        title=analysis.title,
        question=analysis.question,
        post_hoc=analysis.post_hoc,
        reason=analysis.reason or "",
        lead=lead,
        further=tuple(further),
    )


def run_view(
    registry: Registry,
    run: Run,
    result: Result,
    robustness: Robustness | None,
    gallery: Gallery,
) -> RunView:
    """The view of one run."""
    labels = {study.id: study.label for study in registry.studies}
    table = result.table
    corrected = result.corrected.clusters if isinstance(result, AnalysisResult) else ()
    exploratory = result.exploratory.clusters if isinstance(result, AnalysisResult) else ()
    single = [cluster for cluster in exploratory if not cluster.convergent]
    p_values = [cluster.p_fwe for cluster in corrected if cluster.p_fwe is not None]
    return RunView(
        id=run.id,
        profile=run.profile_id,
        profile_title=run.profile.title,
        experiments=len(table.experiments),
        foci=table.n_foci,
        participants=table.participants,
        groups=" + ".join(f"{n} {name}" for name, n in table.groups.items()),
        units=tuple(unit_labels(registry, table).values()),
        without_foci=tuple(labels.get(unit, unit) for unit in table.without_foci),
        not_reported=tuple(labels.get(unit, unit) for unit in table.not_reported),
        not_run="" if isinstance(result, AnalysisResult) else result.reason,
        permutations=result.permutations if isinstance(result, AnalysisResult) else 0,
        significant=sum(cluster.significant for cluster in corrected),
        meeting=len(exploratory) - len(single),
        single=len(single),
        largest_single=max((cluster.volume_mm3 for cluster in single), default=0),
        smallest_p=number(min(p_values)) if p_values else "",
        tables=_cluster_tables(registry, result, convergent_only=True),
        all_tables=_cluster_tables(registry, result, convergent_only=False),
        figures=gallery.runs[run.id],
        trust_tables=_trust_tables(registry, run, result, robustness),
        trust_figures=gallery.trust.get(run.id, ()),
        maps=tuple(
            (map_file(run, name), meaning)
            for name, meaning in (
                MAP_MEANINGS.items() if isinstance(result, AnalysisResult) else ()
            )
        ),
        plain=plain_words(registry, run, result, robustness),
    )


def _trust_tables(
    registry: Registry, run: Run, result: Result, robustness: Robustness | None
) -> tuple[Table, ...]:
    if robustness is None or not isinstance(result, AnalysisResult):
        return ()
    return (without_table(registry, run, result, robustness.leave_one_out[run.id]),)


def review_trust_tables(
    registry: Registry,
    results: Mapping[str, Result],
    robustness: Robustness | None,
    methods: Mapping[str, Reference],
) -> dict[str, Table]:
    """Tables about trust in the whole review, by id; those of robustness where it was asked for."""
    tables = []
    if robustness:
        tables += [
            claims_table(registry, robustness),
            fail_safe_table(registry, results, robustness),
            units_table(registry, results, robustness),
            comparison_table(registry, robustness),
        ]
    if registry.calibration:
        tables.append(calibration_table(registry.calibration))
    tables.append(guideline_table(judge(Work(registry, results, robustness)), methods))
    return {table.id: table for table in tables if table.rows}


def review_trust_figures(
    results: Mapping[str, Result], runs: Iterable[Run], gallery: Gallery
) -> tuple[Figure, ...]:
    """Figures of the main page: shares and retests of significant clusters, curves of them."""
    chosen: list[Figure] = []
    for run in runs:
        result = results[run.id]
        if isinstance(result, AnalysisResult) and findings(result.readout(CLUSTER_FWE)):
            chosen += [
                figure
                for figure in gallery.trust.get(run.id, ())
                if figure.id.endswith(("-without", "-fwe-specifications"))
                or ("-fwe-" in figure.id and figure.id.endswith("-shares"))
            ]
    return (*chosen, *gallery.trust.get("", ()))


def _cluster_tables(
    registry: Registry, result: Result, *, convergent_only: bool
) -> tuple[Table, ...]:
    if not isinstance(result, AnalysisResult):
        return ()
    tables = (
        cluster_table(registry, result, readout, convergent_only=convergent_only)
        for readout in result.readouts
    )
    return tuple(table for table in tables if table.rows)


def study_view(
    registry: Registry,
    study: Study,
    results: Mapping[str, Result],
    found: Iterable[Finding],
    repository: str,
) -> StudyView:
    """The view of one study."""
    roles = []
    for analysis in registry.plan.analyses:
        result = results[analysis.id]  # of the leading run
        for readout in result.readouts if isinstance(result, AnalysisResult) else ():
            for cluster in findings(readout):
                for part in cluster.contributions:
                    if study.id in part.studies and part.inside:
                        where = ", ".join(coordinates(cluster.peak))
                        roles.append(
                            f"{analysis.title}: {part.share:.0%} of the cluster at {where}"
                            f" ({readout_name(readout.readout)})"
                        )
    return StudyView(
        study,
        registry.references[study.citation],
        tuple(roles),
        tuple(finding for finding in found if study.id in finding.studies),
        tuple(c for c in registry.corrections if c.study == study.id),
        study_foci_table(registry, study),
        blocks(registry.review, study),
        lettered(study),
        f"{repository}/edit/main/registry/studies/{study.id}.yaml" if repository else "",
    )


def distinct_participants(registry: Registry) -> int:
    """Participants when each cohort's groups are counted once, at their largest size."""
    sizes: dict[tuple[str, str], int] = {}
    for study in registry.studies:
        for name, group in study.groups.items():
            key = (study.cohort, name)
            sizes[key] = max(sizes.get(key, 0), group.n)
    return sum(sizes.values())


def verdict_counts(claims: Iterable[Claim]) -> dict[str, int]:
    """Number of claims by verdict, every verdict named."""
    claims = list(claims)
    return {verdict.value: sum(claim.verdict is verdict for claim in claims) for verdict in Verdict}
