"""Figures of results: glass brains and slices, each with what it shows in words."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from trdreport.brain.spaces import MNI_TO_TALAIRACH
from trdreport.engine.results import CLUSTER_FWE, AnalysisResult, Cluster, ReadoutResult
from trdreport.engine.run import Result
from trdreport.figures.drawing import Drawing
from trdreport.model.plan import Run
from trdreport.records.loading import Registry
from trdreport.sections.facts.clusters import cluster_id, worth_showing
from trdreport.sections.facts.runs import map_file
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.words import coordinates, number, readout_name


def result_sketches(registry: Registry, run: Run, result: Result) -> Iterator[Sketch]:
    """The statistic of a run, and slices through each cluster worth showing."""
    if not isinstance(result, AnalysisResult):
        return
    shown = list(worth_showing(result))
    if shown:
        yield _stat(run, result)
    for readout, cluster in shown:
        yield _slices(registry, run, result, readout, cluster)


def _under(run: Run) -> str:
    return "" if run.leading else f" ({run.profile_id})"


def _stat(run: Run, result: AnalysisResult) -> Sketch:
    readout = result.corrected
    peaks = "; ".join(
        f"{cluster.label} at {', '.join(coordinates(cluster.peak_mni))}"
        for cluster in readout.clusters
        if cluster.convergent
    )
    return Sketch(
        f"{run.id}-ale",
        Drawing(
            "trdreport.figures.brains:stat_glass_brain",
            (
                result.maps["stat"], result.affine, readout.threshold_ale,
                _to_talairach(run, result),
            ),
        ),
        f"Glass brains with ALE values above {readout.threshold_ale:.5f}; places where at least"
        f" two experiments meet: {peaks}.",
        f"{run.analysis.title}{_under(run)}: ALE above {readout.threshold_ale:.5f}"
        f" (p < {number(readout.threshold_p)}, uncorrected), in MNI space. The single spots are"
        " foci of one experiment.",
        source=map_file(run, "stat"),
    )  # fmt: skip


def _to_talairach(run: Run, result: AnalysisResult) -> NDArray[np.float64] | None:
    """The matrix from MNI to the space of a run; None where it is MNI."""
    return MNI_TO_TALAIRACH[run.profile.transform] if result.space == "TAL" else None


def _slices(
    registry: Registry, run: Run, result: AnalysisResult, readout: ReadoutResult, cluster: Cluster
) -> Sketch:
    inside = readout.labels == cluster.number
    labels = {study.id: study.label for study in registry.studies}
    studies = ", ".join(labels[study] for study in cluster.contributing)
    kind = (
        f"significant, p FWE {number(cluster.p_fwe)}" if cluster.p_fwe is not None
        else "exploratory, not corrected"
    )  # fmt: skip
    where = f"{', '.join(coordinates(cluster.peak))} {result.space}"
    return Sketch(
        cluster_id(registry, run.id, readout, cluster),
        Drawing(
            "trdreport.figures.brains:cluster_slices",
            (inside, result.affine, cluster.peak_mni, _to_talairach(run, result)),
        ),
        f"Three planes of the MNI152 template through the peak of the cluster, {cluster.label}.",
        f"{run.analysis.title}{_under(run)}: cluster at {where}"
        f" (MNI {', '.join(coordinates(cluster.peak_mni))}), {cluster.label},"
        f" {cluster.volume_mm3} mm³; {readout_name(readout.readout)}, {kind}. Foci inside from"
        f" {studies}. Drawn on the MNI152 template.",
        source=map_file(run, "p_fwe" if readout.readout == CLUSTER_FWE else "p"),
        point=",".join(coordinates(cluster.peak_mni)),
    )
