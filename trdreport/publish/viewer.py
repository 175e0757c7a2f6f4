"""What the brain viewer shows: template, atlas and one scene a page, as scripts.

A page opened from the disk may not read data files, but it may load scripts; so each volume is a
script that hands a gzipped NIfTI in base64 to the viewer.
"""

import base64
import gzip
import json
from collections.abc import Iterable, Mapping
from functools import partial

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from trdreport.brain.search_volume import resample
from trdreport.brain.spaces import MNI_TO_TALAIRACH, Coordinate
from trdreport.engine.results import AnalysisResult
from trdreport.engine.run import Result
from trdreport.model.plan import Analysis
from trdreport.model.study import Study
from trdreport.records.loading import Registry
from trdreport.sections.facts.clusters import cluster_id
from trdreport.sections.words import number
from trdreport.work.store import Store


def viewer_files(
    registry: Registry, results: Mapping[str, Result], store: Store
) -> dict[str, bytes]:
    """Scripts by their path in the site: `viewer/template.js`, `viewer/atlas.js` and scenes.

    An analysis and a study may have one id, so each kind has a folder of its own.
    """
    files = {
        "viewer/template.js": store.remember("template", (), _template, bytes),
        "viewer/atlas.js": store.remember("atlas", (), _atlas, bytes),
    }
    for analysis in registry.plan.analyses:
        files[f"viewer/scenes/analyses/{analysis.id}.js"] = _script(
            "scene", _of_analysis(registry, analysis, results, store)
        )
    for study in registry.studies:
        files[f"viewer/scenes/studies/{study.id}.js"] = _script("scene", _of_study(registry, study))
    return files


LEVELS = 2**16 - 1
"""Steps from 0 to the highest value of a map: a float of each voxel would take more than twice the
room, and three digits are shown."""


def _script(what: str, value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return f'trdreport.put("{what}", {text});\n'.encode()


def packed(volume: NDArray[np.generic], affine: NDArray[np.float64], step: float = 1.0) -> str:
    """A volume in steps as gzipped NIfTI-1 in base64, without a time stamp."""
    image = nib.Nifti1Image(volume, affine)
    image.header.set_slope_inter(step, 0.0)
    image.set_sform(affine, code="mni")
    return base64.b64encode(gzip.compress(image.to_bytes(), 9, mtime=0)).decode()


def _template() -> bytes:
    from trdreport.figures.brains import template

    grey, affine = template()
    levels = np.clip(np.rint(grey / grey.max() * 255), 0, 255).astype(np.uint8)
    return _script("template", packed(levels, affine))


def _atlas() -> bytes:
    """The atlas with the parts of the cerebellum numbered after its regions."""
    from trdreport.brain.desikan_killiany import cerebellum_name, desikan_killiany

    atlas = desikan_killiany()
    volume = atlas.volume.copy()
    names = [region.name for region in atlas.regions]
    regions = len(names)
    voxels = np.argwhere(atlas.cerebellum & (volume == 0))
    places = voxels @ atlas.affine[:3, :3].T + atlas.affine[:3, 3]
    parts = [cerebellum_name((float(x), 0.0, 0.0)) for x in places[:, 0]]
    for part in sorted(set(parts)):
        names.append(part)
        chosen = voxels[np.array([own == part for own in parts])]
        volume[tuple(chosen.T)] = len(names)
    return _script(
        "atlas", {"names": names, "regions": regions, "volume": packed(volume, atlas.affine)}
    )


def _of_analysis(
    registry: Registry, analysis: Analysis, results: Mapping[str, Result], store: Store
) -> dict[str, object]:
    runs = []
    for run in registry.plan.runs:
        result = results[run.id]
        if run.analysis != analysis or not isinstance(result, AnalysisResult):
            continue
        to_talairach = MNI_TO_TALAIRACH[run.profile.transform] if result.space == "TAL" else None
        pooled = [focus for experiment in result.table.experiments for focus in experiment.foci]
        runs.append(
            {
                "id": run.id,
                "title": f"{run.profile.title} ({run.profile_id})",
                **_map(result, to_talairach, store),
                "threshold": round(float(result.corrected.threshold_ale), 6),
                "talairach": None if to_talairach is None else to_talairach.tolist(),
                "clusters": [
                    {
                        "id": cluster_id(registry, run.id, readout, cluster),
                        "at": _at(cluster.peak_mni),
                        "words": f"{cluster.label}, "
                        + (
                            "not corrected"
                            if cluster.p_fwe is None
                            else f"p FWE {number(cluster.p_fwe)}"
                        ),
                    }
                    for readout in result.readouts
                    for cluster in readout.clusters
                    if cluster.convergent
                ],
                "foci": _foci(
                    registry,
                    ((focus.study, focus.contrast, focus.mni) for focus in pooled),
                ),
            }
        )
    return {"title": analysis.title, "runs": runs}


def _map(
    result: AnalysisResult, to_talairach: NDArray[np.float64] | None, store: Store
) -> dict[str, object]:
    """A map in MNI space, packed, and its highest value."""
    pack = partial(_packed_map, result, to_talairach)
    found: dict[str, object] = store.remember("map", (result.digest,), pack, json.loads)
    return found


def _packed_map(result: AnalysisResult, to_talairach: NDArray[np.float64] | None) -> bytes:
    stat, affine = result.maps["stat"], result.affine
    if to_talairach is not None:
        stat = resample(stat, affine, to_talairach)
    top = float(stat.max())
    step = top / LEVELS or 1.0
    map_ = packed(np.rint(stat / step).astype(np.uint16), affine, step)
    return json.dumps({"map": map_, "top": round(top, 6)}).encode()


def _of_study(registry: Registry, study: Study) -> dict[str, object]:
    """The foci of one study, over the template alone."""
    foci = []
    for result in study.contrasts:
        for x, y, z in registry.mni(result).tolist():
            foci.append((study, result.contrast, (x, y, z)))
    run = {
        "id": study.id,
        "title": study.label,
        "map": None,
        "threshold": None,
        "top": None,
        "talairach": MNI_TO_TALAIRACH[registry.plan.transform].tolist()
        if any(result.space == "TAL" for result in study.contrasts)
        else None,
        "clusters": [],
        "foci": [_focus(own, contrast, place) for own, contrast, place in foci],
    }
    return {"title": study.label, "runs": [run]}


def _foci(
    registry: Registry, foci: Iterable[tuple[str, str, Coordinate]]
) -> list[dict[str, object]]:
    return [_focus(registry.study(study), contrast, place) for study, contrast, place in foci]


def _focus(study: Study, contrast: str, place: Coordinate) -> dict[str, object]:
    return {
        "at": _at(place),
        "contrast": contrast.replace(">", " > "),
        "study": study.label,
        "page": f"{study.id}.html",
    }


def _at(place: Coordinate) -> list[float]:
    return [round(value, 1) + 0.0 for value in place]
