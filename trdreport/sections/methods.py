"""Methods: what was computed, profile by profile, in sentences with their sources."""

from dataclasses import dataclass

from trdreport.engine.methods import Sentence, sentences
from trdreport.model.review import Protocol
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import Section
from trdreport.sections.words.citing import Cited, cited

ROBUSTNESS = (
    Sentence(
        "Each run was repeated without each of its experiments; a cluster is found again when a"
        " finding of the same readout overlaps it"
    ),
    Sentence(
        "The fail-safe N adds experiments without convergence until a significant cluster is lost,"
        " doubling their number and then halving the step",
        ("acar2018",),
    ),
    Sentence(
        "Published claims were tested under every combination of the choices in the plan;"
        " combinations that lead to the same experiments count once",
        ("steegen2016", "simonsohn2020"),
    ),
    Sentence(
        "Permutations stop as soon as the confidence sequence of p lies on one side of the"
        " threshold, from 100 permutations on"
    ),
    Sentence("Other estimators were run by NiMARE with its defaults"),
    Sentence(
        "Two analyses were set against each other by dividing their experiments anew: by every"
        " division where there are few, equal differences counted as equal",
        ("laird2005",),
    ),
    Sentence(
        "What the literature may be missing is set against Samartsidis' estimate",
        ("samartsidis2020",),
    ),
)

RESULTS = (
    Sentence(
        "An experiment's share of a cluster is what the cluster's summed ALE loses without it,"
        " scaled so that the shares sum to one"
    ),
    Sentence(
        "Regions are named by the Desikan-Killiany atlas at the MNI position of the peak; the"
        " distance is given where the peak lies outside every region",
        ("desikan2006",),
    ),
    Sentence(
        "A contrast that a study tested without finding anything cannot enter ALE, which sees foci"
        " only; such studies are named with each analysis"
    ),
)


@dataclass(frozen=True)
class ProfileMethods:
    """A profile and its methods."""

    id: str
    title: str
    sentences: tuple[Cited, ...]


@dataclass(frozen=True)
class MethodsView:
    """Methods by profile, of robustness where it was computed, and of naming what was found."""

    profiles: tuple[ProfileMethods, ...]
    robustness: tuple[Cited, ...]
    results: tuple[Cited, ...]
    protocol: Protocol | None
    funding: str
    competing_interests: str


def view(computed: Computed) -> MethodsView:
    """What the section shows."""
    registry = computed.registry
    spaces = frozenset(
        result.space for study in registry.studies for result in study.contrasts if result.foci
    )
    profiles = {run.profile_id: run.profile for run in registry.plan.runs}
    protocol = registry.review.protocol
    return MethodsView(
        profiles=tuple(
            ProfileMethods(id_, p.title, cited(sentences(p, spaces), computed))
            for id_, p in profiles.items()
        ),
        robustness=cited(ROBUSTNESS, computed) if computed.robustness else (),
        results=cited(RESULTS, computed),
        protocol=None if isinstance(protocol, str) else protocol,
        funding=registry.review.funding,
        competing_interests=registry.review.competing_interests,
    )


SECTION = Section(
    id="methods",
    place="methods",
    title="Methods",
    page="methods.html",
    view=view,
)
