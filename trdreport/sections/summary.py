"""The summary: the answer, how sure it is, and from whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from trdreport.checks.practice import ADVISED_EXPERIMENTS
from trdreport.engine.claims import Claim, Verdict
from trdreport.engine.results import CLUSTER_FWE
from trdreport.sections import through_time, update
from trdreport.sections.facts.clusters import ClusterLine, cluster_id, cluster_lines, worth_showing
from trdreport.sections.facts.computed import Computed
from trdreport.sections.limitations import distinct_participants
from trdreport.sections.section import Section
from trdreport.sections.update import UpdateView
from trdreport.sections.words import readout_name
from trdreport.sections.words.plain import PlainWords, in_plain_words


@dataclass(frozen=True)
class OtherChoices:
    """What the same analyses find under a further profile."""

    id: str
    title: str
    analyses: int
    significant: tuple[ClusterLine, ...]


@dataclass(frozen=True)
class GroupLine:
    """How many people are in a group."""

    n: int
    name: str
    label: str
    patients: bool


@dataclass(frozen=True)
class KeyFigure:
    """A figure of a significant cluster, by its id, with the analysis that has it."""

    analysis: str
    figure: str


@dataclass(frozen=True)
class MoreFound:
    """What an analysis found beyond what the paper lists."""

    analysis: str
    readout: str
    difference: str


@dataclass(frozen=True)
class SummaryView:
    """What was found, how sure it is, from whom, and what of the paper was reproduced.

    `exploratory` counts places where experiments meet without correction; `least` and `most` are
    numbers of experiments; `distinct` counts people of one sample once. `update` is what came after
    the paper, where anything did; `outlook` says, by analysis, what further studies would make of
    its place.
    """

    question: str
    significant: tuple[ClusterLine, ...]
    exploratory: int
    least: int
    most: int
    advised: int
    plain: tuple[PlainWords, ...]
    other_choices: tuple[OtherChoices, ...]
    studies: int
    participants: int
    distinct: int
    groups: tuple[GroupLine, ...]
    search_ends: date
    figures: tuple[KeyFigure, ...]
    claims: int
    reproduced: int
    not_reproduced: tuple[Claim, ...]
    more_found: tuple[MoreFound, ...]
    update: UpdateView | None
    outlook: tuple[tuple[str, str], ...]


def view(computed: Computed) -> SummaryView:
    """What the section shows."""
    registry, results, leading = computed.registry, computed.results, computed.leading
    sizes = [len(results[run.id].table.experiments) for run in leading]
    kept = (Verdict.REPRODUCED, Verdict.MORE_FOUND)
    return SummaryView(
        question=registry.review.question,
        significant=cluster_lines(registry, leading, results, corrected=True),
        exploratory=len(cluster_lines(registry, leading, results, corrected=False)),
        least=min(sizes),
        most=max(sizes),
        advised=ADVISED_EXPERIMENTS,
        plain=in_plain_words(computed) if computed.robustness else (),
        other_choices=tuple(_other_choices(computed)),
        studies=len(registry.studies),
        participants=registry.participants,
        distinct=distinct_participants(registry),
        groups=tuple(
            GroupLine(registry.total(name), name, group.label, group.patients)
            for name, group in registry.review.groups.items()
        ),
        search_ends=registry.searches[-1].date,
        figures=tuple(_key_figures(computed)),
        claims=len(computed.claims),
        reproduced=sum(claim.verdict in kept for claim in computed.claims),
        not_reproduced=tuple(c for c in computed.claims if c.verdict is Verdict.NOT_REPRODUCED),
        more_found=tuple(_more_found(computed)),
        update=update.view(computed),
        outlook=tuple(
            (run.analysis.title, sentence)
            for run in leading
            for sentence in through_time.outlook(computed, run)
        ),
    )


def _other_choices(computed: Computed) -> Iterator[OtherChoices]:
    for profile in dict.fromkeys(run.profile_id for run in computed.further):
        same = [run for run in computed.further if run.profile_id == profile]
        lines = cluster_lines(computed.registry, same, computed.results, corrected=True)
        yield OtherChoices(profile, same[0].profile.title, len(same), lines)


def _key_figures(computed: Computed) -> Iterator[KeyFigure]:
    for run in computed.leading:
        result = computed.done(run)
        for readout, cluster in worth_showing(result) if result else ():
            if readout.readout == CLUSTER_FWE:
                yield KeyFigure(
                    run.analysis.id, cluster_id(computed.registry, run.id, readout, cluster)
                )


def _more_found(computed: Computed) -> Iterator[MoreFound]:
    for claim in computed.claims:
        if claim.verdict is Verdict.MORE_FOUND:
            title = computed.registry.analysis(claim.analysis).title
            yield MoreFound(title, readout_name(claim.readout), claim.difference)


SECTION = Section(
    id="summary",
    place="summary",
    title="The answer",
    page="index.html",
    view=view,
)
