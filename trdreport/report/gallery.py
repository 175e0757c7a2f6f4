"""Draw every figure of the report and say in words what it shows."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain

import joblib
import numpy as np
from numpy.typing import NDArray

from trdreport.cbma.mask import resample, resample_set
from trdreport.cbma.results import (
    CLUSTER_FWE,
    AnalysisResult,
    BoolMap,
    Cluster,
    Coordinate,
    FloatMap,
    ReadoutResult,
)
from trdreport.cbma.robustness.results import Robustness
from trdreport.cbma.run import Result
from trdreport.cbma.store import Store
from trdreport.cbma.workers import side_by_side
from trdreport.figures.palette import BOTH, LESS, MORE, STUDY_COLOURS, FociGroup
from trdreport.registry.fields import split_contrast
from trdreport.registry.loading import Registry
from trdreport.registry.plan import Run
from trdreport.registry.spaces import MNI_TO_TALAIRACH, convert
from trdreport.report.result_tables import (
    REGION_REACH_MM,
    coordinates,
    number,
    readout_name,
    worth_showing,
)
from trdreport.report.sketch import Figure, Gallery, Sketch
from trdreport.report.trust_figures import trust_sketches


def draw_gallery(
    registry: Registry,
    results: Mapping[str, Result],
    robustness: Robustness | None,
    store: Store,
) -> Gallery:
    """Every figure of the report; images that the store lacks are drawn side by side."""
    general = [*_regions(registry, store), *_quality(registry)]
    of_runs = {run.id: list(_of_run(registry, run, results[run.id])) for run in registry.plan.runs}
    trust = trust_sketches(registry, results, robustness) if robustness else {}
    sketches = [*general, *chain(*of_runs.values()), *chain(*trust.values())]
    keys = [("figure", (_fingerprint(sketch.draw),)) for sketch in sketches]
    images = store.remember_all(keys, [sketch.draw for sketch in sketches], side_by_side)
    drawn = {s.id: s.figure(image) for s, image in zip(sketches, images, strict=True)}

    def figures(own: Iterable[Sketch]) -> tuple[Figure, ...]:
        return tuple(drawn[sketch.id] for sketch in own)

    return Gallery(
        general={sketch.id: drawn[sketch.id] for sketch in general},
        runs={id_: figures(own) for id_, own in of_runs.items()},
        trust={id_: figures(own) for id_, own in trust.items()},
        files={s.file: image for s, image in zip(sketches, images, strict=True)},
    )


def _fingerprint(draw: "partial[bytes]") -> str:
    return str(joblib.hash((draw.func.__name__, draw.args)))


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
            partial(_draw_regions, colours, legend),
            f"Desikan-Killiany regions, {modality}. Higher in {case}: {_names(more - less)}."
            f" Lower in {case}: {_names(less - more)}. Both: {_names(more & less)}.",
            f"Regions with a reported difference between {case} and either comparison group,"
            f" {description.label}. Top: inflated cortex; bottom: cuts through deep grey matter,"
            f" brainstem and cerebellum. Higher in {case}: {_names(more - less)}."
            f" Lower in {case}: {_names(less - more)}. Both: {_names(more & less)}.",
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
            points = np.array([[f.x, f.y, f.z] for f in result.foci], dtype=float)
            if case in (more, less):
                sets[more == case] += convert(points, result.space, "MNI", "icbm_spm2tal").tolist()
    return _region_names(store, sets[True]), _region_names(store, sets[False])


def _region_names(store: Store, mni: list[list[float]]) -> set[str]:
    def find() -> bytes:
        from trdreport.cbma.atlas import load_atlas

        labels = [load_atlas().label((x, y, z)) for x, y, z in mni]
        names = {label.name for label in labels if label.distance_mm <= REGION_REACH_MM}
        return json.dumps(sorted(names)).encode()

    return set(json.loads(store.remember("regions", (json.dumps(mni), str(REGION_REACH_MM)), find)))


def _quality(registry: Registry) -> Iterator[Sketch]:
    for instrument in dict.fromkeys(study.quality.instrument for study in registry.studies):
        studies = [s for s in registry.studies if s.quality.instrument == instrument]
        labels = [study.label for study in studies]
        scores = [float(study.quality.score) for study in studies]
        told = "; ".join(f"{a} {b:g}" for a, b in zip(labels, scores, strict=True))

        yield Sketch(
            "quality-scores",
            partial(_draw_quality, labels, scores, instrument),
            f"Quality scores: {told}.",
            f"Quality scores, {instrument}.",
        )


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
    colours = dict(zip((labels[id_] for id_ in sorted(labels)), _cycle(len(labels)), strict=True))
    analysis, profile = run.analysis, run.profile
    members: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for experiment in result.table.experiments:
        for focus in experiment.foci:
            members.setdefault((labels[focus.study], focus.contrast), []).append(focus.position)
    groups = [
        FociGroup(
            study, contrast,
            convert(np.array(points), profile.space, "MNI", profile.transform),
        )
        for (study, contrast), points in members.items()
    ]  # fmt: skip

    told = "; ".join(f"{g.study} {g.contrast} {len(g.positions)}" for g in groups)
    return Sketch(
        f"{analysis.id}-foci",
        partial(_draw_foci, groups, colours, analysis.contrasts),
        f"Glass brains with the {result.table.n_foci} foci of the analysis {analysis.title}:"
        f" {told}.",
        f"{analysis.title}: the {result.table.n_foci} foci that were pooled, in MNI space.",
    )


def _under(run: Run) -> str:
    return "" if run.leading else f" ({run.profile_id})"


def _cycle(n: int) -> list[str]:
    return [STUDY_COLOURS[index % len(STUDY_COLOURS)] for index in range(n)]


def _stat(run: Run, result: AnalysisResult) -> Sketch:
    readout = result.readouts[0]
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
        partial(_draw_stat, stat, result.affine, readout.threshold_ale),
        f"Glass brains with ALE values above {readout.threshold_ale:.5f}; places where at least"
        f" two experiments meet: {peaks}.",
        f"{run.analysis.title}{_under(run)}: ALE above {readout.threshold_ale:.5f}"
        f" (p < {number(readout.threshold_p)}, uncorrected), in MNI space. The single spots are"
        " foci of one experiment.",
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
    kind = "fwe" if readout.readout == CLUSTER_FWE else "exploratory"
    where = f"{', '.join(coordinates(cluster.peak))} {result.space}"
    return Sketch(
        f"{run.id}-{kind}-{cluster.number}",
        partial(_draw_slices, inside, result.affine, cluster.peak_mni),
        f"Three planes of the MNI152 template through the peak of the cluster, {cluster.label}.",
        f"{run.analysis.title}{_under(run)}: cluster at {where}"
        f" (MNI {', '.join(coordinates(cluster.peak_mni))}), {cluster.label},"
        f" {cluster.volume_mm3} mm³; {readout_name(readout.readout)}, {told}. Foci inside from"
        f" {studies}. Drawn on the MNI152 template.",
    )


# Named functions with a late import: they can be sent to another process, and a figure that the
# store has needs no drawing library.


def _draw_regions(colours: Mapping[str, str], legend: Mapping[str, str]) -> bytes:
    from trdreport.cbma.atlas import load_atlas
    from trdreport.figures.regions import regions_figure

    return regions_figure(load_atlas(), colours, legend)


def _draw_quality(labels: Sequence[str], scores: Sequence[float], instrument: str) -> bytes:
    from trdreport.figures.quality import quality_figure

    return quality_figure(labels, scores, instrument)


def _draw_foci(
    groups: Sequence[FociGroup], colours: Mapping[str, str], contrasts: Sequence[str]
) -> bytes:
    from trdreport.figures.brains import foci_glass_brain

    return foci_glass_brain(groups, colours, contrasts)


def _draw_stat(stat: FloatMap, affine: NDArray[np.float64], threshold: float) -> bytes:
    from trdreport.figures.brains import stat_glass_brain

    return stat_glass_brain(stat, affine, threshold)


def _draw_slices(inside: BoolMap, affine: NDArray[np.float64], peak: Coordinate) -> bytes:
    from trdreport.figures.brains import cluster_slices

    return cluster_slices(inside, affine, peak)
