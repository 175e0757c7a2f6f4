"""Reported regions: where the studies report differences, before any pooling."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trdreport.figures.drawing import Drawing
from trdreport.figures.palette import BOTH, LESS, MORE
from trdreport.model.slug import slug
from trdreport.sections.facts.computed import Computed
from trdreport.sections.facts.reported import REGION_REACH_MM, Reported
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.section import Section


@dataclass(frozen=True)
class RegionsView:
    """How near a focus must be to a region, in mm, and a figure for each modality."""

    reach_mm: int
    figures: tuple[str, ...]


def view(computed: Computed) -> RegionsView:
    """What the section shows."""
    return RegionsView(REGION_REACH_MM, tuple(sketch.id for sketch in figures(computed)))


def figures(computed: Computed) -> Iterator[Sketch]:
    """The regions of each modality."""
    review = computed.registry.review
    for modality, reported in computed.reported.items():
        label = review.modalities[modality].label
        yield _regions(modality, label, review.cases, reported)


def _regions(modality: str, label: str, case: str | None, reported: Reported) -> Sketch:
    more, less = reported.higher - reported.lower, reported.lower - reported.higher
    both = reported.higher & reported.lower
    colours = dict.fromkeys(more, MORE) | dict.fromkeys(less, LESS) | dict.fromkeys(both, BOTH)
    if case is None:
        legend = {"a difference reported": BOTH}
        shows = f"With a reported difference: {_names(both)}."
        between = "groups"
    else:
        legend = {
            f"higher in {case}": MORE,
            f"lower in {case}": LESS,
            "both directions reported": BOTH,
        }
        shows = (
            f"Higher in {case}: {_names(more)}. Lower in {case}: {_names(less)}."
            f" Both: {_names(both)}."
        )
        between = f"{case} and either comparison group"
    return Sketch(
        f"regions-{slug(modality)}-map",
        Drawing("trdreport.figures.regions:regions_figure", (colours, legend)),
        f"Desikan-Killiany regions, {modality}. {shows}",
        f"Regions with a reported difference between {between}, {label}. Top: inflated cortex;"
        f" bottom: cuts through deep grey matter, brainstem and cerebellum. {shows}",
        ("region", "direction"),
        tuple(
            (name, direction)
            for direction, names in (("higher", more), ("lower", less), ("both", both))
            for name in sorted(names)
        ),
    )


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


SECTION = Section(
    id="regions",
    place="regions",
    title="Reported regions",
    page="results.html",
    view=view,
    figures=figures,
)


# A late import: a figure that the store has needs no drawing library.
