"""Draw every figure of the report and say in words what it shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from trdreport.cbma.analysis import CLUSTER_FWE
from trdreport.cbma.atlas import Atlas
from trdreport.cbma.claims import findings
from trdreport.cbma.mask import resample, resample_set
from trdreport.cbma.results import AnalysisResult, Cluster, ReadoutResult
from trdreport.cbma.run import Result
from trdreport.figures.brains import FociGroup, cluster_slices, foci_glass_brain, stat_glass_brain
from trdreport.figures.canvas import BOTH, LESS, MORE, STUDY_COLOURS, size
from trdreport.figures.quality import quality_figure
from trdreport.figures.regions import regions_figure
from trdreport.registry.fields import split_contrast
from trdreport.registry.loading import Registry
from trdreport.registry.plan import Analysis
from trdreport.registry.spaces import MNI_TO_TALAIRACH, convert
from trdreport.report.result_tables import coordinates, number, readout_name
from trdreport.report.views import REGION_REACH_MM, Figure


@dataclass(frozen=True)
class Gallery:
    """Figures with their files: `general` by id, and those of each analysis."""

    general: Mapping[str, Figure]
    analyses: Mapping[str, tuple[Figure, ...]]
    files: Mapping[str, bytes]

    def of_analysis(self, analysis: str) -> tuple[Figure, ...]:
        """Figures of one analysis, in reading order."""
        return self.analyses.get(analysis, ())


Drawn = tuple[Figure, bytes]


def draw_gallery(registry: Registry, results: Mapping[str, Result], atlas: Atlas) -> Gallery:
    """Every figure of the report."""
    general = [*_regions(registry, atlas), *_quality(registry)]
    per_analysis = {
        analysis.id: list(_of_analysis(registry, analysis, results[analysis.id]))
        for analysis in registry.plan.analyses
    }
    everything = [*general, *(drawn for figures in per_analysis.values() for drawn in figures)]
    return Gallery(
        general={figure.id: figure for figure, _ in general},
        analyses={id_: tuple(f for f, _ in figures) for id_, figures in per_analysis.items()},
        files={figure.file: image for figure, image in everything},
    )


def _drawn(id_: str, image: bytes, alt: str, caption: str) -> Drawn:
    width, height = size(image)
    return Figure(id_, f"figures/{id_}.png", alt, caption, width, height), image


def _regions(registry: Registry, atlas: Atlas) -> Iterator[Drawn]:
    case = next(iter(registry.review.groups))
    legend = {
        f"higher in {case}": MORE,
        f"lower in {case}": LESS,
        "both directions reported": BOTH,
    }
    for modality, description in registry.review.modalities.items():
        more, less = _regions_by_direction(registry, atlas, modality, case)
        colours = {name: BOTH if name in less else MORE for name in more}
        colours |= dict.fromkeys(less - more, LESS)
        image = regions_figure(atlas, colours, legend)
        yield _drawn(
            f"regions-{modality.lower()}",
            image,
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
    registry: Registry, atlas: Atlas, modality: str, case: str
) -> tuple[set[str], set[str]]:
    """Names of regions with a focus where `case` has more, and where it has less."""
    sets: dict[bool, set[str]] = {True: set(), False: set()}
    for study in registry.studies:
        for result in study.contrasts if study.imaging.modality == modality else ():
            more, less = split_contrast(result.contrast)
            points = np.array([[f.x, f.y, f.z] for f in result.foci], dtype=float)
            for x, y, z in convert(points, result.space, "MNI", "icbm_spm2tal"):
                label = atlas.label((float(x), float(y), float(z)))
                if label.distance_mm <= REGION_REACH_MM and case in (more, less):
                    sets[more == case].add(label.name)
    return sets[True], sets[False]


def _quality(registry: Registry) -> Iterator[Drawn]:
    for instrument in dict.fromkeys(study.quality.instrument for study in registry.studies):
        studies = [s for s in registry.studies if s.quality.instrument == instrument]
        labels = [study.label for study in studies]
        scores = [float(study.quality.score) for study in studies]
        told = "; ".join(f"{a} {b:g}" for a, b in zip(labels, scores, strict=True))
        yield _drawn(
            "quality-scores",
            quality_figure(labels, scores, instrument),
            f"Quality scores: {told}.",
            f"Quality scores, {instrument}.",
        )


def _of_analysis(registry: Registry, analysis: Analysis, result: Result) -> Iterator[Drawn]:
    if result.table.experiments:
        yield _foci(registry, analysis, result)
    if not isinstance(result, AnalysisResult):
        return
    shown = list(_worth_showing(result))
    if shown:
        yield _stat(registry, analysis, result)
    for readout, cluster in shown:
        yield _slices(registry, analysis, result, readout, cluster)


def _worth_showing(result: AnalysisResult) -> Iterator[tuple[ReadoutResult, Cluster]]:
    """Significant clusters, and meeting points that are not part of one."""
    taken = np.zeros(result.mask.shape, dtype=bool)
    for readout in result.readouts:
        for cluster in findings(readout):
            inside = readout.labels == cluster.number
            if not (inside & taken).any():
                taken |= inside
                yield readout, cluster


def _foci(registry: Registry, analysis: Analysis, result: Result) -> Drawn:
    labels = {study.id: study.label for study in registry.studies}
    colours = dict(zip((labels[id_] for id_ in sorted(labels)), _cycle(len(labels)), strict=True))
    profile = registry.profile_of(analysis)
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
    return _drawn(
        f"{analysis.id}-foci",
        foci_glass_brain(groups, colours, analysis.contrasts),
        f"Glass brains with the {result.table.n_foci} foci of the analysis {analysis.title}:"
        f" {told}.",
        f"{analysis.title}: the {result.table.n_foci} foci that were pooled, in MNI space.",
    )


def _cycle(n: int) -> list[str]:
    return [STUDY_COLOURS[index % len(STUDY_COLOURS)] for index in range(n)]


def _stat(registry: Registry, analysis: Analysis, result: AnalysisResult) -> Drawn:
    readout = result.readouts[0]
    stat = result.maps["stat"]
    if result.space == "TAL":
        to_talairach = MNI_TO_TALAIRACH[registry.profile_of(analysis).transform]
        stat = resample(stat, result.affine, to_talairach)
    peaks = "; ".join(
        f"{cluster.label} at {', '.join(coordinates(cluster.peak_mni))}"
        for cluster in readout.clusters
        if cluster.convergent
    )
    return _drawn(
        f"{analysis.id}-ale",
        stat_glass_brain(stat, result.affine, readout.threshold_ale),
        f"Glass brains with ALE values above {readout.threshold_ale:.5f}; places where at least"
        f" two experiments meet: {peaks}.",
        f"{analysis.title}: ALE above {readout.threshold_ale:.5f}"
        f" (p < {number(readout.threshold_p)}, uncorrected), in MNI space. The single spots are"
        " foci of one experiment.",
    )


def _slices(
    registry: Registry,
    analysis: Analysis,
    result: AnalysisResult,
    readout: ReadoutResult,
    cluster: Cluster,
) -> Drawn:
    inside = readout.labels == cluster.number
    if result.space == "TAL":
        to_talairach = MNI_TO_TALAIRACH[registry.profile_of(analysis).transform]
        inside = resample_set(inside, result.affine, to_talairach)
    labels = {study.id: study.label for study in registry.studies}
    studies = ", ".join(labels[study] for study in cluster.contributing)
    told = (
        f"significant, p FWE {number(cluster.p_fwe)}" if cluster.p_fwe is not None
        else "exploratory, not corrected"
    )  # fmt: skip
    kind = "fwe" if readout.readout == CLUSTER_FWE else "exploratory"
    where = f"{', '.join(coordinates(cluster.peak))} {result.space}"
    return _drawn(
        f"{analysis.id}-{kind}-{cluster.number}",
        cluster_slices(inside, result.affine, cluster.peak_mni),
        f"Three planes of the MNI152 template through the peak of the cluster, {cluster.label}.",
        f"{analysis.title}: cluster at {where}"
        f" (MNI {', '.join(coordinates(cluster.peak_mni))}), {cluster.label},"
        f" {cluster.volume_mm3} mm³; {readout_name(readout.readout)}, {told}. Foci inside from"
        f" {studies}. Drawn on the MNI152 template.",
    )
