"""Limitations, each a function of the data: a sentence where it holds, and nothing elsewhere."""

from collections.abc import Callable, Iterator

from trdreport.checks.practice import ADVISED_EXPERIMENTS
from trdreport.engine.methods import Sentence
from trdreport.model.fields import UNKNOWN_WORDS
from trdreport.records.loading import Registry
from trdreport.sections.facts.clusters import cluster_lines
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import Section
from trdreport.sections.words import listed
from trdreport.sections.words.citing import Cited, cited

NOT_IN_HAND = UNKNOWN_WORDS[1]
"""What a record says of a value whose document is not in hand."""


def few_experiments(computed: Computed) -> Iterator[Sentence]:
    """Analyses with too few experiments."""
    sizes = [len(computed.results[run.id].table.experiments) for run in computed.leading]
    few = sum(size < ADVISED_EXPERIMENTS for size in sizes)
    if few:
        yield Sentence(
            f"{_of(few, len(sizes), 'analysis', 'analyses')} {'has' if few == 1 else 'have'} fewer"
            f" than {ADVISED_EXPERIMENTS} experiments, the least number advised for sufficient"
            " power",
            ("eickhoff2016",),
        )


def shared_participants(computed: Computed) -> Iterator[Sentence]:
    """Studies of the same people."""
    counted = computed.registry.participants
    distinct = distinct_participants(computed.registry)
    if distinct != counted:
        yield Sentence(
            f"Some studies share participants: {counted} are counted, {distinct} are distinct."
            " Where both studies of a sample enter an analysis, their foci are not independent"
        )


def pooled_directions(computed: Computed) -> Iterator[Sentence]:
    """Analyses that pool directions or modalities."""
    analyses = computed.registry.plan.analyses
    pooled = sum(a.pools_directions or len(a.modalities) > 1 for a in analyses)
    if pooled:
        yield Sentence(
            f"{_of(pooled, len(analyses), 'analysis', 'analyses')}"
            f" {'pools' if pooled == 1 else 'pool'} directions of a contrast, or modalities; a"
            " cluster there says that findings meet, not what the difference is"
        )


def opposed_directions(computed: Computed) -> Iterator[Sentence]:
    """Significant clusters whose studies disagree about the direction."""
    lines = cluster_lines(computed.registry, computed.leading, computed.results, corrected=True)
    for line in lines:
        if line.opposed:
            yield Sentence(
                f"The foci in the cluster at {line.peak} ({line.title}) come from"
                f" {listed(line.directions)}: the studies disagree about the direction"
            )


def post_hoc_analyses(computed: Computed) -> Iterator[Sentence]:
    """Analyses that were planned after the data were seen."""
    analyses = computed.registry.plan.analyses
    late = sum(analysis.post_hoc for analysis in analyses)
    if late:
        verb = "is" if late == 1 else "are"
        yield Sentence(f"{_of(late, len(analyses), 'analysis', 'analyses')} {verb} post hoc")


def several_analyses(computed: Computed) -> Iterator[Sentence]:
    """More analyses than one, each tested at its own level."""
    if len(computed.registry.plan.analyses) > 1:
        yield Sentence("No correction was made for the number of analyses")


def documents_not_in_hand(computed: Computed) -> Iterator[Sentence]:
    """Studies of which imaging is not available to us."""
    studies = computed.registry.studies
    unknown = sum(NOT_IN_HAND in dict(study.imaging).values() for study in studies)
    if unknown:
        yield Sentence(
            f"For {_of(unknown, len(studies), 'study', 'studies')} the original document is not in"
            " hand; thresholds, software or smoothing are unknown to us"
        )


def imaging_not_reported(computed: Computed) -> Iterator[Sentence]:
    """Studies that do not say how they tested."""
    studies = computed.registry.studies
    silent = sum(
        "not_reported"
        in (
            study.imaging.software,
            study.imaging.smoothing_fwhm_mm,
            study.imaging.height_threshold_p,
            study.imaging.correction,
        )
        for study in studies
    )
    if silent:
        yield Sentence(
            f"{_of(silent, len(studies), 'study', 'studies')}"
            f" {'does' if silent == 1 else 'do'} not report the software, the smoothing, the"
            " threshold or the correction"
        )


def quality_totals_only(computed: Computed) -> Iterator[Sentence]:
    """Studies whose quality is known as a total only."""
    studies = computed.registry.studies
    totals = sum(isinstance(study.quality.items, str) for study in studies)
    if totals:
        yield Sentence(
            f"For {_of(totals, len(studies), 'study', 'studies')} quality is known as a total only;"
            " the items are missing"
        )


def end_of_search(computed: Computed) -> Iterator[Sentence]:
    """Studies after the search."""
    date = computed.registry.searches[-1].date
    yield Sentence(f"The search ends on {date}; later studies are not included")


LIMITATIONS: tuple[Callable[[Computed], Iterator[Sentence]], ...] = (
    few_experiments,
    shared_participants,
    pooled_directions,
    opposed_directions,
    post_hoc_analyses,
    several_analyses,
    documents_not_in_hand,
    imaging_not_reported,
    quality_totals_only,
    end_of_search,
)
"""In reading order."""


def _of(count: int, total: int, one: str, many: str) -> str:
    return f"{count} of {total} {one if total == 1 else many}"


def distinct_participants(registry: Registry) -> int:
    """Participants when each cohort's groups are counted once, at their largest size."""
    sizes: dict[tuple[str, str], int] = {}
    for study in registry.studies:
        for name, group in study.groups.items():
            key = (study.cohort, name)
            sizes[key] = max(sizes.get(key, 0), group.n)
    return sum(sizes.values())


def view(computed: Computed) -> tuple[Cited, ...]:
    """Every limitation that holds."""
    found = [sentence for each in LIMITATIONS for sentence in each(computed)]
    return cited(found, computed)


SECTION = Section(
    id="limitations",
    place="limitations",
    title="Limitations",
    page="methods.html",
    view=view,
)
