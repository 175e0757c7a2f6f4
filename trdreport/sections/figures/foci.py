"""Figures of foci: those of the review, and those that a run pooled."""

from collections.abc import Sequence

import numpy as np

from trdreport.brain.spaces import Coordinate
from trdreport.engine.run import Result
from trdreport.figures.data import FociGroup
from trdreport.figures.drawing import Drawing
from trdreport.figures.palette import STUDY_COLOURS
from trdreport.model.plan import Run
from trdreport.records.loading import Registry
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.words import coordinates


def foci_sketch(registry: Registry, run: Run, result: Result) -> Sketch:
    """The foci that a run pooled."""
    labels = {study.id: study.label for study in registry.studies}
    analysis = run.analysis
    members: dict[tuple[str, str], list[Coordinate]] = {}
    for experiment in result.table.experiments:
        for focus in experiment.foci:
            members.setdefault((labels[focus.study], focus.contrast), []).append(focus.mni)
    groups = [
        FociGroup(study, contrast, np.array(points))
        for (study, contrast), points in members.items()
    ]  # fmt: skip
    return _glass(
        f"{analysis.id}-foci",
        groups,
        registry,
        f"Glass brains with the {result.table.n_foci} foci of the analysis {analysis.title}",
        f"{analysis.title}: the {result.table.n_foci} foci that were pooled, in MNI space.",
    )


def all_foci_sketch(registry: Registry) -> Sketch:
    """Every focus of the review."""
    groups = []
    for study in registry.studies:
        for result in study.contrasts:
            if result.foci:
                groups.append(FociGroup(study.label, result.contrast, registry.mni(result)))
    count = sum(len(group.positions) for group in groups)
    return _glass(
        "foci-all",
        groups,
        registry,
        f"Glass brains with all {count} foci of the review",
        f"All {count} foci that the studies report, before any pooling, in MNI space.",
    )


def _glass(
    id_: str, groups: Sequence[FociGroup], registry: Registry, shows: str, caption: str
) -> Sketch:
    """Foci on glass brains: a study keeps its colour and a contrast its shape in every figure."""
    labels = [study.label for study in sorted(registry.studies, key=lambda study: study.id)]
    colours = dict(zip(labels, _cycle(len(labels)), strict=True))
    contrasts = sorted({r.contrast for study in registry.studies for r in study.contrasts})
    counts = "; ".join(f"{g.study} {g.contrast} {len(g.positions)}" for g in groups)
    rows = tuple(
        (group.study, group.contrast, *coordinates((x, y, z), 1))
        for group in groups
        for x, y, z in group.positions.tolist()
    )
    return Sketch(
        id_,
        Drawing("trdreport.figures.brains:foci_glass_brain", (groups, colours, contrasts)),
        f"{shows}: {counts}.",
        caption,
        ("study", "contrast", "x_mni", "y_mni", "z_mni"),
        rows,
    )


def _cycle(n: int) -> list[str]:
    return [STUDY_COLOURS[index % len(STUDY_COLOURS)] for index in range(n)]
