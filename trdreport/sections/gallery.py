"""Draw every figure of the report and say in words what it shows."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from trdreport.brain.search_volume import resample, resample_set
from trdreport.brain.spaces import MNI_TO_TALAIRACH, Coordinate
from trdreport.engine.results import CLUSTER_FWE, AnalysisResult, Cluster, ReadoutResult
from trdreport.engine.robustness.results import Robustness
from trdreport.engine.run import Result
from trdreport.figures.chart import Chart
from trdreport.figures.drawing import Drawing
from trdreport.figures.palette import BOTH, LESS, MORE, STUDY_COLOURS, FociGroup
from trdreport.figures.svg import svg
from trdreport.model.fields import split_contrast
from trdreport.model.plan import Run
from trdreport.records.loading import Registry
from trdreport.sections.evidence import EvidenceView, map_sketch
from trdreport.sections.result_tables import (
    REGION_REACH_MM,
    cluster_id,
    coordinates,
    map_file,
    number,
    readout_name,
    worth_showing,
)
from trdreport.sections.robustness_figures import trust_sketches
from trdreport.sections.sketch import Figure, Gallery, Sketch
from trdreport.sections.study_figures import study_sketches
from trdreport.work.store import Store
from trdreport.work.workers import side_by_side


def draw_gallery(
    registry: Registry,
    results: Mapping[str, Result],
    robustness: Robustness | None,
    evidence: EvidenceView,
    store: Store,
    templates: Path,
) -> Gallery:
    """Every figure of the report; images that the store lacks are drawn side by side.

    A chart comes without its PNG.
    """
    general = [
        *study_sketches(registry),
        *_regions(registry, store),
        _all_foci(registry),
        *([map_sketch(evidence)] if evidence.told else []),
    ]
    of_runs = {run.id: list(_of_run(registry, run, results[run.id])) for run in registry.plan.runs}
    trust = trust_sketches(registry, results, robustness) if robustness else {}
    sketches = [*general, *chain(*of_runs.values()), *chain(*trust.values())]
    drawings = {s.id: draw for s in sketches if isinstance(draw := s.draw, Drawing)}
    keys = [("figure", (draw.fingerprint,)) for draw in drawings.values()]
    made = store.remember_all(keys, list(drawings.values()), side_by_side)
    images = dict(zip(drawings, made, strict=True)) | {
        s.id: svg(templates, draw, s.id, s.title, s.alt)
        for s in sketches
        if isinstance(draw := s.draw, Chart)
    }
    drawn = {sketch.id: sketch.figure(images[sketch.id]) for sketch in sketches}

    def figures(own: Iterable[Sketch]) -> tuple[Figure, ...]:
        return tuple(drawn[sketch.id] for sketch in own)

    return Gallery(
        general={sketch.id: drawn[sketch.id] for sketch in general},
        runs={id_: figures(own) for id_, own in of_runs.items()},
        trust={id_: figures(own) for id_, own in trust.items()},
        files=dict(chain.from_iterable(s.files(images[s.id]).items() for s in sketches)),
    )


def _regions(registry: Registry, store: Store) -> Iterator[Sketch]:
    case = next(iter(registry.review.groups))
    legend = {
        f"higher in {case}": MORE,
        f"lower in {case}": LESS,
        "both directions reported": BOTH,
    }
    for modality, description in registry.review.modalities.items():
        more, less = _regions_by_direction(registry, store, modality, case)
        colours = {name: BOTH if name in less else MORE for name in more}
        colours |= dict.fromkeys(less - more, LESS)

        yield Sketch(
            f"regions-{modality.lower()}",
            Drawing("trdreport.figures.regions:regions_figure", (colours, legend)),
            f"Desikan-Killiany regions, {modality}. Higher in {case}: {_names(more - less)}."
            f" Lower in {case}: {_names(less - more)}. Both: {_names(more & less)}.",
            f"Regions with a reported difference between {case} and either comparison group,"
            f" {description.label}. Top: inflated cortex; bottom: cuts through deep grey matter,"
            f" brainstem and cerebellum. Higher in {case}: {_names(more - less)}."
            f" Lower in {case}: {_names(less - more)}. Both: {_names(more & less)}.",
            ("region", "direction"),
            (
                *((name, "higher") for name in sorted(more - less)),
                *((name, "lower") for name in sorted(less - more)),
                *((name, "both") for name in sorted(more & less)),
            ),
        )


def _names(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _regions_by_direction(
    registry: Registry, store: Store, modality: str, case: str
) -> tuple[set[str], set[str]]:
    """Names of regions with a focus where `case` has more, and where it has less."""
    sets: dict[bool, list[list[float]]] = {True: [], False: []}
    for study in registry.studies:
        for result in study.contrasts if study.imaging.modality == modality else ():
            more, less = split_contrast(result.contrast)
            if case in (more, less):
                sets[more == case] += registry.mni(result).tolist()
    return _region_names(store, sets[True]), _region_names(store, sets[False])


def _region_names(store: Store, mni: list[list[float]]) -> set[str]:
    def find() -> bytes:
        from trdreport.brain.atlas import load_atlas

        labels = [load_atlas().label((x, y, z)) for x, y, z in mni]
        names = {label.name for label in labels if label.distance_mm <= REGION_REACH_MM}
        return json.dumps(sorted(names)).encode()

    return set(json.loads(store.remember("regions", (json.dumps(mni), str(REGION_REACH_MM)), find)))


def _of_run(registry: Registry, run: Run, result: Result) -> Iterator[Sketch]:
    if result.table.experiments and run.leading:
        yield _foci(registry, run, result)
    if not isinstance(result, AnalysisResult):
        return
    shown = list(worth_showing(result))
    if shown:
        yield _stat(run, result)
    for readout, cluster in shown:
        yield _slices(registry, run, result, (readout, cluster))


def _foci(registry: Registry, run: Run, result: Result) -> Sketch:
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


def _all_foci(registry: Registry) -> Sketch:
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
    told = "; ".join(f"{g.study} {g.contrast} {len(g.positions)}" for g in groups)
    rows = tuple(
        (group.study, group.contrast, *coordinates((x, y, z), 1))
        for group in groups
        for x, y, z in group.positions.tolist()
    )
    return Sketch(
        id_,
        Drawing("trdreport.figures.brains:foci_glass_brain", (groups, colours, contrasts)),
        f"{shows}: {told}.",
        caption,
        ("study", "contrast", "x_mni", "y_mni", "z_mni"),
        rows,
    )


def _under(run: Run) -> str:
    return "" if run.leading else f" ({run.profile_id})"


def _cycle(n: int) -> list[str]:
    return [STUDY_COLOURS[index % len(STUDY_COLOURS)] for index in range(n)]


def _stat(run: Run, result: AnalysisResult) -> Sketch:
    readout = result.corrected
    stat = result.maps["stat"]
    if result.space == "TAL":
        to_talairach = MNI_TO_TALAIRACH[run.profile.transform]
        stat = resample(stat, result.affine, to_talairach)

    peaks = "; ".join(
        f"{cluster.label} at {', '.join(coordinates(cluster.peak_mni))}"
        for cluster in readout.clusters
        if cluster.convergent
    )
    return Sketch(
        f"{run.id}-ale",
        Drawing(
            "trdreport.figures.brains:stat_glass_brain",
            (stat, result.affine, readout.threshold_ale),
        ),
        f"Glass brains with ALE values above {readout.threshold_ale:.5f}; places where at least"
        f" two experiments meet: {peaks}.",
        f"{run.analysis.title}{_under(run)}: ALE above {readout.threshold_ale:.5f}"
        f" (p < {number(readout.threshold_p)}, uncorrected), in MNI space. The single spots are"
        " foci of one experiment.",
        source=map_file(run, "stat"),
    )


def _slices(
    registry: Registry,
    run: Run,
    result: AnalysisResult,
    found: tuple[ReadoutResult, Cluster],
) -> Sketch:
    readout, cluster = found
    inside = readout.labels == cluster.number
    if result.space == "TAL":
        to_talairach = MNI_TO_TALAIRACH[run.profile.transform]
        inside = resample_set(inside, result.affine, to_talairach)

    labels = {study.id: study.label for study in registry.studies}
    studies = ", ".join(labels[study] for study in cluster.contributing)
    told = (
        f"significant, p FWE {number(cluster.p_fwe)}" if cluster.p_fwe is not None
        else "exploratory, not corrected"
    )  # fmt: skip
    where = f"{', '.join(coordinates(cluster.peak))} {result.space}"
    return Sketch(
        cluster_id(run.id, readout, cluster),
        Drawing(
            "trdreport.figures.brains:cluster_slices", (inside, result.affine, cluster.peak_mni)
        ),
        f"Three planes of the MNI152 template through the peak of the cluster, {cluster.label}.",
        f"{run.analysis.title}{_under(run)}: cluster at {where}"
        f" (MNI {', '.join(coordinates(cluster.peak_mni))}), {cluster.label},"
        f" {cluster.volume_mm3} mm³; {readout_name(readout.readout)}, {told}. Foci inside from"
        f" {studies}. Drawn on the MNI152 template.",
        source=map_file(run, "p_fwe" if readout.readout == CLUSTER_FWE else "p"),
        point=",".join(coordinates(cluster.peak_mni)),
    )
