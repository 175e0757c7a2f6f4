"""Maps of a run as NIfTI, each with a JSON sidecar that says what it is."""

import gzip
import io
import json
from collections.abc import Iterator
from functools import partial

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from trdreport.engine.results import MAP_MEANINGS, AnalysisResult
from trdreport.model.plan import Run
from trdreport.sections.facts.runs import map_stem
from trdreport.sections.section import DataFile, Heading, ready
from trdreport.work.store import Store


def map_files(run: Run, result: AnalysisResult) -> Iterator[DataFile]:
    """The maps of one run, and their descriptions, which no page lists."""
    for name, meaning in MAP_MEANINGS.items():
        words = f"{run.analysis.title}, {run.profile_id}: {meaning}"
        stem = map_stem(run, name)
        yield DataFile(f"{stem}.nii.gz", partial(_stored, result, name), Heading.MAPS, words)
        sidecar = json.dumps(_sidecar(run, result, name), indent=1) + "\n"
        yield ready(f"{stem}.json", sidecar)


def _sidecar(run: Run, result: AnalysisResult, name: str) -> dict[str, object]:
    return {
        "analysis": run.analysis.id,
        "title": run.analysis.title,
        "map": name,
        "meaning": MAP_MEANINGS[name],
        "space": "Talairach (Lancaster)" if result.space == "TAL" else "MNI152",
        "profile": {"id": run.profile_id, **json.loads(run.profile.model_dump_json())},
        "permutations_drawn": result.permutations,
        "experiments": [e.unit for e in result.table.experiments],
    }


def _stored(result: AnalysisResult, name: str, store: Store) -> bytes:
    return store.remember("map", (result.digest, name), partial(nifti, result, name), bytes)


def volume_of(result: AnalysisResult, name: str) -> NDArray[np.float64]:
    """A map by its name in `MAP_MEANINGS`; those of parts are 0 elsewhere."""
    if name == "stat_fwe":
        significant = [c.number for c in result.corrected.clusters if c.significant]
        return result.maps["stat"] * np.isin(result.corrected.labels, significant)
    if name == "stat_exploratory":
        return result.maps["stat"] * (result.exploratory.labels > 0)
    return result.maps[name]


def nifti(result: AnalysisResult, name: str) -> bytes:
    """A map as gzipped NIfTI-1, float32, without a time stamp."""
    image = nib.Nifti1Image(volume_of(result, name).astype(np.float32), result.affine)
    code = "talairach" if result.space == "TAL" else "mni"
    image.set_sform(result.affine, code=code)
    image.set_qform(result.affine, code=code)
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, compresslevel=6) as stream:
        stream.write(image.to_bytes())
    return buffer.getvalue()
