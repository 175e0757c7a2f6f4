"""The files under data/: tables as CSV, maps as NIfTI, studysets and Sleuth text."""

import gzip
import io
import json
from collections.abc import Iterable, Mapping
from functools import partial

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from trdreport.engine.claims import Claim
from trdreport.engine.results import MAP_MEANINGS, AnalysisResult
from trdreport.engine.robustness.results import Robustness
from trdreport.engine.run import Result
from trdreport.exchange.citing import csl_json
from trdreport.exchange.delimited import to_csv
from trdreport.exchange.foci_csv import CSV_COLUMNS
from trdreport.exchange.nimads import studyset
from trdreport.exchange.sleuth import sleuth
from trdreport.model.fields import split_contrast
from trdreport.records.loading import Registry
from trdreport.sections.result_tables import (
    ANALYSIS_COLUMNS,
    CLUSTER_COLUMNS,
    analysis_rows,
    cluster_rows,
    map_stem,
)
from trdreport.sections.robustness_tables import CSV_COLUMNS as ROBUSTNESS_COLUMNS
from trdreport.sections.robustness_tables import robustness_rows
from trdreport.sections.study_tables import studies_csv
from trdreport.sections.tables import Table
from trdreport.work.store import Store


def data_files(
    registry: Registry,
    results: Mapping[str, Result],
    claims: Iterable[Claim],
    robustness: Robustness | None,
    tables: Iterable[Table],
    store: Store,
) -> dict[str, bytes]:
    """All files under data/ by relative path."""
    text = {
        "studies.csv": studies_csv(registry),
        "foci.csv": foci_csv(registry),
        "analyses.csv": to_csv(ANALYSIS_COLUMNS, analysis_rows(registry, results)),
        "clusters.csv": to_csv(CLUSTER_COLUMNS, cluster_rows(registry, results)),
        "claims.csv": claims_csv(claims),
        "robustness.csv": to_csv(
            ROBUSTNESS_COLUMNS, robustness_rows(registry, results, robustness)
        ),
        "references.json": csl_json(registry),
        "studyset.json": json.dumps(studyset(registry), indent=1, ensure_ascii=False) + "\n",
    }
    for table in tables:
        text[f"tables/{table.id}.csv"] = table.csv()
        text[f"tables/{table.id}.tsv"] = table.tsv()
    for run in registry.plan.runs:
        text[f"{run.id}.sleuth.txt"] = sleuth(results[run.id].table, run.profile.space)
    files = {name: content.encode() for name, content in text.items()}
    files |= {f"registry/{name}": content for name, content in registry.contents.items()}
    for result in results.values():
        if isinstance(result, AnalysisResult):
            files |= map_files(registry, result, store)
    return files


def foci_csv(registry: Registry) -> str:
    """foci.csv: one row a focus, as published; `trdreport import csv` reads it."""
    columns = (*CSV_COLUMNS, "region", "statistic", "statistic_type")
    rows = []
    for study in registry.studies:
        for result in study.contrasts:
            sizes = [str(study.n(group)) for group in split_contrast(result.contrast)]
            for focus in result.foci:
                value, kind = focus.statistic or ("", "")
                rows.append(
                    (
                        study.id, result.contrast, str(focus.x), str(focus.y), str(focus.z),
                        result.space, *sizes, focus.region or "", str(value), kind,
                    )
                )  # fmt: skip
    return to_csv(columns, rows)


def claims_csv(claims: Iterable[Claim]) -> str:
    """claims.csv: published and computed values."""
    columns = (
        "claim", "analysis", "quantity", "published", "computed", "verdict", "readout",
        "difference", "place",
    )  # fmt: skip
    rows = [
        (
            c.claim, c.analysis, c.quantity, c.published, c.computed, c.verdict.value, c.readout,
            c.difference, c.place,
        )
        for c in claims
    ]  # fmt: skip
    return to_csv(columns, rows)


def map_files(registry: Registry, result: AnalysisResult, store: Store) -> dict[str, bytes]:
    """Maps of one run as .nii.gz, each with a JSON sidecar that says what it is."""
    run = registry.run(result.run)
    analysis, profile = run.analysis, run.profile
    code = "talairach" if result.space == "TAL" else "mni"
    corrected, exploratory = result.corrected, result.exploratory
    significant = [c.number for c in corrected.clusters if c.significant]
    maps = {
        **result.maps,
        "stat_fwe": result.maps["stat"] * np.isin(corrected.labels, significant),
        "stat_exploratory": result.maps["stat"] * (exploratory.labels > 0),
    }
    files = {}
    for name, meaning in MAP_MEANINGS.items():
        stem = map_stem(run, name)
        sidecar = {
            "analysis": analysis.id,
            "title": analysis.title,
            "map": name,
            "meaning": meaning,
            "space": "Talairach (Lancaster)" if result.space == "TAL" else "MNI152",
            "profile": {"id": run.profile_id, **json.loads(profile.model_dump_json())},
            "permutations_drawn": result.permutations,
            "experiments": [e.unit for e in result.table.experiments],
        }
        files[f"{stem}.nii.gz"] = _stored_nifti(store, maps[name], result.affine, code)
        files[f"{stem}.json"] = (json.dumps(sidecar, indent=1) + "\n").encode()
    return files


def _stored_nifti(
    store: Store, volume: NDArray[np.float64], affine: NDArray[np.float64], code: str
) -> bytes:
    inputs = (volume.astype(np.float32).tobytes(), affine.tobytes(), code)
    return store.remember("map", inputs, partial(nifti, volume, affine, code), bytes)


def nifti(volume: NDArray[np.float64], affine: NDArray[np.float64], code: str) -> bytes:
    """A volume as gzipped NIfTI-1, float32, without a time stamp."""
    image = nib.Nifti1Image(volume.astype(np.float32), affine)
    image.set_sform(affine, code=code)
    image.set_qform(affine, code=code)
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, compresslevel=6) as stream:
        stream.write(image.to_bytes())
    return buffer.getvalue()
