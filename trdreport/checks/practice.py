"""Rules of good practice, each decided by the registry, the plan and the results.

A rule is a small function; its docstring is the rule in one line. No rule is ticked by hand.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from trdreport.checks import check
from trdreport.engine.results import CLUSTER_FWE, AnalysisResult, Cluster
from trdreport.engine.robustness.results import Robustness
from trdreport.engine.run import Result
from trdreport.model.fields import UNKNOWN_WORDS, split_contrast
from trdreport.model.plan import Run
from trdreport.records.loading import Registry

ADVISED_EXPERIMENTS = 17
"""Least number of experiments for a sound ALE (Eickhoff et al. 2016)."""

MANY_PERMUTATIONS = 1000


class Status(StrEnum):
    """Whether a rule is met."""

    MET = "met"
    NOT_MET = "not met"
    UNKNOWN = "cannot be known"


@dataclass(frozen=True)
class Practice:
    """What one rule says of this review, with its evidence. `source` has keys of methods.bib."""

    rule: str
    source: tuple[str, ...]
    item: str
    status: Status
    evidence: str


@dataclass(frozen=True)
class Work:
    """All that a rule may look at. `robustness` is None in a build that leaves it out."""

    registry: Registry
    results: Mapping[str, Result]
    robustness: Robustness | None

    @property
    def leading(self) -> list[tuple[Run, Result]]:
        """Runs that the report leads with."""
        runs = self.registry.plan.runs
        return [(run, self.results[run.id]) for run in runs if run.leading]

    @property
    def significant(self) -> list[tuple[Run, Cluster]]:
        """Significant clusters of those runs."""
        return [
            (run, cluster)
            for run, result in self.leading
            if isinstance(result, AnalysisResult)
            for cluster in result.readout(CLUSTER_FWE).clusters
            if cluster.significant
        ]


Answer = tuple[Status, str]
PracticeRule = Callable[[Work], Answer]


def judge(
    work: Work, rules: Iterable[tuple[PracticeRule, tuple[str, ...], str]]
) -> tuple[Practice, ...]:
    """Every rule's verdict, in the order of the rules."""
    verdicts = []
    for rule, source, item in rules:
        status, evidence = rule(work)
        text = (rule.__doc__ or "").strip().rstrip(".")
        verdicts.append(Practice(text, source, item, status, evidence))
    return tuple(verdicts)


def decide(good: bool, evidence: str) -> Answer:
    """Met or not, with the evidence."""
    return (Status.MET if good else Status.NOT_MET), evidence


def _known(value: object) -> bool:
    return value not in UNKNOWN_WORDS


def states_its_question(work: Work) -> Answer:
    """Each analysis states its question, modality and contrasts."""
    analyses = work.registry.plan.analyses
    stated = sum(bool(a.question and a.modalities and a.contrasts) for a in analyses)
    return decide(stated == len(analyses), f"{stated} of {len(analyses)} analyses do.")


def states_its_criteria(work: Work) -> Answer:
    """Criteria of eligibility are stated."""
    count = len(work.registry.review.eligibility)
    return decide(count > 0, f"{count} criteria.")


def has_enough_experiments(work: Work) -> Answer:
    """Each analysis has at least 17 experiments."""
    sizes = [len(result.table.experiments) for _, result in work.leading]
    few = sum(size < ADVISED_EXPERIMENTS for size in sizes)
    return decide(
        not few,
        f"{few} of {len(sizes)} analyses have fewer; they have {min(sizes)} to {max(sizes)}.",
    )


def names_its_sources(work: Work) -> Answer:
    """Each source of records is named, with the date of the search and the full query."""
    searches = work.registry.searches
    good = all(search.query and search.date and search.databases for search in searches)
    names = ", ".join(dict.fromkeys(d.name for search in searches for d in search.databases))
    return decide(good, f"{names}; up to {searches[-1].date}; each query is given in full.")


def counts_by_source(work: Work) -> Answer:
    """Records are counted for each source."""
    databases = [d for search in work.registry.searches for d in search.databases]
    unknown = [d.name for d in databases if not _known(d.records)]
    if unknown:
        return Status.UNKNOWN, f"The paper gives no count for {', '.join(unknown)}."
    return Status.MET, f"{len(databases)} of {len(databases)} have a count."


def gives_reasons(work: Work) -> Answer:
    """Each excluded full text has a reason."""
    excluded = told = 0
    for search in work.registry.searches:
        prisma = search.prisma
        excluded += prisma.reports_excluded
        if isinstance(prisma.exclusion_reasons, str):
            if prisma.reports_excluded:
                return (
                    Status.UNKNOWN,
                    f"{prisma.reports_excluded} reports of the search up to {search.date} were"
                    " excluded; the list of reasons is"
                    f" {prisma.exclusion_reasons.replace('_', ' ')} to us.",
                )
        else:
            told += sum(reason.reports for reason in prisma.exclusion_reasons)
    return decide(told == excluded, f"{told} of {excluded}.")


def screened_twice(work: Work) -> Answer:
    """Two people or more screened the records."""
    return _people(work.registry.review.screeners, "screened")


def extracted_twice(work: Work) -> Answer:
    """Two people or more extracted the data."""
    return _people(work.registry.review.extractors, "extracted data")


def _people(count: int | str, did: str) -> Answer:
    if isinstance(count, str):
        return Status.UNKNOWN, f"How many people {did} is {count.replace('_', ' ')}."
    return decide(count > 1, f"{count} people {did}.")


def asked_authors(work: Work) -> Answer:
    """Authors were asked for data that their papers lack."""
    contacted = work.registry.review.authors_contacted
    if isinstance(contacted, str):
        return Status.UNKNOWN, f"Whether authors were asked is {contacted.replace('_', ' ')}."
    return decide(contacted, "They were." if contacted else "They were not.")


def searched_whole_brain(work: Work) -> Answer:
    """Every pooled study searched the whole brain."""
    studies = work.registry.studies
    whole = [study for study in studies if study.imaging.whole_brain]
    return decide(len(whole) == len(studies), f"{len(whole)} of {len(studies)} studies.")


def has_one_space(work: Work) -> Answer:
    """All foci are in one space, converted by a named transform."""
    profiles = {run.profile.transform for run, _ in work.leading}
    spaces = {
        result.space for study in work.registry.studies for result in study.contrasts if result.foci
    }
    return decide(
        spaces <= {"MNI", "TAL"},
        f"Published in {' and '.join(sorted(spaces))}; converted with {', '.join(sorted(profiles))}"
        " where the analysis is in another space.",
    )


def has_independent_experiments(work: Work) -> Answer:
    """One group of people enters an analysis as one experiment."""
    studies = {study.id: study for study in work.registry.studies}
    shared: dict[str, set[str]] = {}
    for run, result in work.leading:
        cohorts: dict[str, list[str]] = {}
        for experiment in result.table.experiments:
            for cohort in {studies[study].cohort for study in experiment.studies}:
                cohorts.setdefault(cohort, []).append(experiment.unit)
        for units in cohorts.values():
            if len(units) > 1:
                names = " and ".join(studies[u].label if u in studies else u for u in units)
                shared.setdefault(names, set()).add(run.analysis.id)
    told = "; ".join(
        f"{names} share people and are two experiments in {len(ids)} analyses"
        for names, ids in sorted(shared.items())
    )
    return decide(not shared, f"{told}." if told else "No analysis holds one sample twice.")


def says_what_it_pools(work: Work) -> Answer:
    """Analyses that pool directions or modalities say so and say why."""
    pooling = [
        analysis
        for analysis in work.registry.plan.analyses
        if analysis.pools_directions or len(analysis.modalities) > 1
    ]
    told = sum(bool(analysis.reason) for analysis in pooling)
    return decide(told == len(pooling), f"{len(pooling)} analyses pool; {told} say why.")


def names_null_results(work: Work) -> Answer:
    """It is known which studies tested a contrast and found nothing."""
    empty = {
        f"{study.label} {result.contrast}"
        for study in work.registry.studies
        for result in study.contrasts
        if not result.foci
    }
    unknown = {
        study.label
        for study in work.registry.studies
        if {result.contrast for result in study.contrasts} < _contrasts_asked(work.registry)
    }
    evidence = f"Tested without a focus: {', '.join(sorted(empty)) or 'none'}."
    if unknown:
        evidence += f" Some contrast is not reported by {', '.join(sorted(unknown))}."
        return Status.UNKNOWN, evidence
    return Status.MET, evidence


def _contrasts_asked(registry: Registry) -> set[str]:
    return {contrast for analysis in registry.plan.analyses for contrast in analysis.contrasts}


def has_no_doubtful_data(work: Work) -> Answer:
    """No value of the records is impossible or contradicted elsewhere."""
    found = [doubt for doubt in check(work.registry) if doubt.severity == "warning"]
    return decide(not found, f"{len(found)} doubts, listed in the report.")


def corrects_for_the_brain(work: Work) -> Answer:
    """Findings are corrected for the whole brain; uncorrected places are not called findings."""
    claimed = [
        work.registry.analysis(result.analysis).title
        for result in work.registry.published.results
        if result.readout != CLUSTER_FWE and result.clusters
    ]
    evidence = "The report calls a cluster significant only after family-wise correction."
    if claimed:
        evidence += f" The paper reports uncorrected clusters in {', '.join(claimed)}."
    return decide(all(c.p_fwe is not None for _, c in work.significant), evidence)


def forms_clusters_strictly(work: Work) -> Answer:
    """Clusters are formed at p < 0.001 or less, with at least 1000 permutations."""
    profiles = {run.profile_id: run.profile for run in work.registry.plan.runs}
    good = all(
        float(p.cluster_forming_p) <= 0.001 and p.permutations >= MANY_PERMUTATIONS
        for p in profiles.values()
    )
    told = "; ".join(
        f"{name}: p < {p.cluster_forming_p}, {p.permutations:,} permutations"
        for name, p in profiles.items()
    )
    return decide(good, f"{told}.")


def corrects_for_several_analyses(work: Work) -> Answer:
    """The number of analyses is corrected for."""
    count = len(work.registry.plan.analyses)
    return decide(count == 1, f"{count} analyses, each tested at its own 5 %.")


def rests_on_several(work: Work) -> Answer:
    """No experiment makes more than half of a significant cluster, and at least two contribute."""
    if not work.significant:
        return Status.MET, "There is no significant cluster."
    told, good = [], True
    for run, cluster in work.significant:
        first = cluster.contributions[0]
        inside = sum(part.foci_inside > 0 for part in cluster.contributions)
        good &= first.share <= 0.5 and inside > 1
        told.append(
            f"{run.analysis.title}: {inside} experiments, the largest share {first.share:.0%}"
        )
    return decide(good, f"{'; '.join(told)}.")


def survives_leaving_one_out(work: Work) -> Answer:
    """Each significant cluster is found again without any one experiment."""
    if work.robustness is None:
        return Status.UNKNOWN, "This build left the robustness analyses out."
    labels = {study.id: study.label for study in work.registry.studies}
    lost = []
    for run, cluster in work.significant:
        for retest in work.robustness.leave_one_out[run.id]:
            for again in retest.clusters:
                target = again.target
                same = (target.readout, target.cluster) == (CLUSTER_FWE, cluster.number)
                if same and not again.found:
                    lost.append(labels.get(retest.unit, retest.unit))
    if not work.significant:
        return Status.MET, "There is no significant cluster."
    return decide(not lost, f"Lost without {', '.join(lost)}." if lost else "Always found again.")


def is_registered(work: Work) -> Answer:
    """The review was registered."""
    protocol = work.registry.review.protocol
    if isinstance(protocol, str):
        return Status.NOT_MET, "There is no protocol."
    return Status.MET, f"{protocol.registry}, {protocol.url}."


def follows_its_plan(work: Work) -> Answer:
    """Analyses were planned before the data were seen."""
    late = sum(analysis.post_hoc for analysis in work.registry.plan.analyses)
    return decide(
        not late, f"{late} of {len(work.registry.plan.analyses)} analyses are marked post hoc."
    )


def describes_its_studies(work: Work) -> Answer:
    """Each study's software, smoothing and threshold are known."""
    unknown = [
        study.label
        for study in work.registry.studies
        if not all(
            _known(value)
            for value in (
                study.imaging.software,
                study.imaging.smoothing_fwhm_mm,
                study.imaging.height_threshold_p,
            )
        )
    ]
    if unknown:
        return Status.UNKNOWN, f"Not available for {len(unknown)} studies: {', '.join(unknown)}."
    return Status.MET, "Known for every study."


def defines_resistance(work: Work) -> Answer:
    """Each study's definition gives the number of failed trials or a stage."""
    vague = [
        study.label
        for study in work.registry.studies
        if not _known(study.trd_definition.failed_trials)
        and not _known(study.trd_definition.staging)
    ]
    return decide(
        not vague, f"Missing in {', '.join(vague)}." if vague else "Given by every study."
    )


def rates_quality(work: Work) -> Answer:
    """Each study's quality is rated by a named instrument."""
    names = sorted({study.quality.instrument for study in work.registry.studies})
    return decide(all(names), f"{len(work.registry.studies)} studies: {', '.join(names)}.")


def compares_fairly(work: Work) -> Answer:
    """Analyses are subtracted only where each has a significant cluster of its own."""
    if work.robustness is None:
        return Status.UNKNOWN, "This build left the robustness analyses out."
    poor = []
    for comparison in work.registry.plan.comparisons:
        found = {run.analysis.id for run, _ in work.significant}
        if not {comparison.first, comparison.second} <= found:
            poor.append(comparison.id)
    total = len(work.registry.plan.comparisons)
    return decide(not poor, f"{len(poor)} of {total} comparisons lack a significant side.")


def shares_its_data(work: Work) -> Answer:
    """Records, code, foci and unthresholded maps are public."""
    maps = sum(isinstance(result, AnalysisResult) for result in work.results.values())
    return decide(
        maps > 0, f"Records, tables, foci and the maps of {maps} runs are files of this site."
    )


def tells_its_interests(work: Work) -> Answer:
    """Funding and competing interests are stated."""
    review = work.registry.review
    return decide(bool(review.funding and review.competing_interests), "Both are.")


def pools_no_direction(work: Work) -> Answer:
    """Increases and decreases are also analysed apart."""
    pooled = [a for a in work.registry.plan.analyses if a.pools_directions]
    apart = {
        frozenset(split_contrast(a.contrasts[0]))
        for a in work.registry.plan.analyses
        if not a.pools_directions
    }
    asked = {frozenset(split_contrast(c)) for a in pooled for c in a.contrasts}
    lacking = [" and ".join(sorted(pair)) for pair in asked - apart]
    return decide(not lacking, f"{len(asked & apart)} of {len(asked)} comparisons are.")


PRACTICES: Iterable[tuple[PracticeRule, tuple[str, ...], str]] = (
    (states_its_question, ("page2021",), "item 4"),
    (states_its_criteria, ("page2021",), "item 5"),
    (names_its_sources, ("page2021",), "items 6 and 7"),
    (counts_by_source, ("page2021",), ""),
    (gives_reasons, ("page2021",), ""),
    (screened_twice, ("page2021",), "item 8"),
    (extracted_twice, ("page2021",), "item 9"),
    (asked_authors, ("muller2018", "page2021"), ""),
    (has_enough_experiments, ("eickhoff2016", "muller2018"), "rule 2"),
    (searched_whole_brain, ("muller2018",), "rule 4"),
    (has_one_space, ("muller2018",), "rule 4"),
    (has_independent_experiments, ("muller2018", "turkeltaub2012"), ""),
    (says_what_it_pools, ("tahmasian2019",), ""),
    (pools_no_direction, ("tahmasian2019",), ""),
    (names_null_results, ("muller2018",), ""),
    (has_no_doubtful_data, ("muller2018",), ""),
    (corrects_for_the_brain, ("muller2018", "eickhoff2016"), "rule 8"),
    (forms_clusters_strictly, ("muller2018", "eickhoff2016"), "rule 8"),
    (corrects_for_several_analyses, ("tahmasian2019",), ""),
    (rests_on_several, ("eickhoff2016", "muller2018"), ""),
    (survives_leaving_one_out, ("muller2018",), ""),
    (compares_fairly, ("tahmasian2019",), ""),
    (is_registered, ("page2021", "muller2018"), ""),
    (follows_its_plan, ("muller2018",), ""),
    (describes_its_studies, ("muller2018",), ""),
    (defines_resistance, ("tahmasian2019",), ""),
    (rates_quality, ("page2021",), ""),
    (shares_its_data, ("muller2018", "page2021"), ""),
    (tells_its_interests, ("page2021",), ""),
)
"""Each rule, who asks for it, and its number there where that was checked."""
