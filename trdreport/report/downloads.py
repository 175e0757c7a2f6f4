"""The files under data/: tables as CSV, maps as NIfTI, studysets and Sleuth text."""

import gzip
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from trdreport.cbma.claims import Claim
from trdreport.cbma.lock import LOCK_FILE
from trdreport.cbma.results import AnalysisResult, Coordinate, ExperimentTable
from trdreport.cbma.robustness.results import Robustness
from trdreport.cbma.run import Result
from trdreport.cbma.store import Store
from trdreport.registry.exchange import Exchanged, Place, studyset, write_sleuth
from trdreport.registry.loading import Registry, record_files
from trdreport.report.citing import csl_json
from trdreport.report.result_tables import (
    ANALYSIS_COLUMNS,
    CLUSTER_COLUMNS,
    analysis_rows,
    cluster_rows,
    map_file,
    map_stem,
)
from trdreport.report.tables import Table, to_csv
from trdreport.report.trust_tables import CSV_COLUMNS, robustness_rows

MAP_MEANINGS = {
    "stat": "ALE value",
    "p": "uncorrected one-sided p",
    "z": "z of the uncorrected p",
    "p_fwe": "family-wise error p of the cluster that the voxel is in; 1 outside clusters",
    "stat_fwe": "ALE value inside clusters that survive family-wise correction; 0 elsewhere",
    "stat_exploratory": "ALE value above the exploratory threshold, not corrected; 0 elsewhere",
}
"""What each map of a run holds."""


@dataclass(frozen=True)
class DownloadGroup:
    """Files under one heading: their path in the site, and what each is."""

    title: str
    files: tuple[tuple[str, str], ...]


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
        "robustness.csv": to_csv(CSV_COLUMNS, robustness_rows(registry, results, robustness)),
        "references.json": csl_json(registry),
        "studyset.json": json.dumps(studyset(registry), indent=1, ensure_ascii=False) + "\n",
    }
    for table in tables:
        text[f"tables/{table.id}.csv"] = table.csv()
        text[f"tables/{table.id}.tsv"] = table.tsv()
    for run in registry.plan.runs:
        text[f"{run.id}.sleuth.txt"] = sleuth(results[run.id].table, run.profile.space)
    files = {name: content.encode() for name, content in text.items()}
    files |= {name: path.read_bytes() for name, path in _records(registry).items()}
    for result in results.values():
        if isinstance(result, AnalysisResult):
            files |= map_files(registry, result, store)
    return files


def _records(registry: Registry) -> dict[str, Path]:
    """The records by their path below data/; none for a registry that is not on the disk."""
    root = registry.root
    if root is None:
        return {}
    return {f"registry/{path.relative_to(root).as_posix()}": path for path in record_files(root)}


def studies_csv(registry: Registry) -> str:
    """studies.csv: one row a study; groups in the order of review.yaml."""
    groups = list(registry.review.groups)
    columns = ["study", "label", "year", "country", "cohort", "modality", "measure"]
    columns += [f"n_{group.lower()}" for group in groups]
    rows = [
        [
            study.id, study.label, str(study.year), study.country, study.cohort,
            study.imaging.modality, study.imaging.measure, *(str(study.n(g)) for g in groups),
        ]
        for study in registry.studies
    ]  # fmt: skip
    return to_csv(columns, rows)


def foci_csv(registry: Registry) -> str:
    """foci.csv: one row a focus, as published."""
    columns = (
        "study", "contrast", "x", "y", "z", "space", "region", "statistic", "statistic_type",
    )  # fmt: skip
    rows = []
    for study in registry.studies:
        for result in study.contrasts:
            for focus in result.foci:
                value, kind = focus.statistic or ("", "")
                rows.append(
                    (
                        study.id, result.contrast, str(focus.x), str(focus.y), str(focus.z),
                        result.space, focus.region or "", str(value), kind,
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


def sleuth(table: ExperimentTable, space: str) -> str:
    """An experiment table as Sleuth text for GingerALE, foci in the space of the analysis."""
    return write_sleuth(
        Exchanged(
            experiment.unit,
            ", ".join(sorted({focus.contrast for focus in experiment.foci})),
            space,
            (experiment.sample_size,),
            tuple(_hundredths(focus.position) for focus in experiment.foci),
        )
        for experiment in table.experiments
    )


def _hundredths(position: Coordinate) -> Place:
    x, y, z = (Decimal(f"{value:.2f}") for value in position)
    return x, y, z


def map_files(registry: Registry, result: AnalysisResult, store: Store) -> dict[str, bytes]:
    """Maps of one run as .nii.gz, each with a JSON sidecar that says what it is."""
    run = registry.run(result.run)
    analysis, profile = run.analysis, run.profile
    code = "talairach" if result.space == "TAL" else "mni"
    corrected, exploratory = result.readouts
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
    return store.remember("map", inputs, lambda: nifti(volume, affine, code))


def nifti(volume: NDArray[np.float64], affine: NDArray[np.float64], code: str) -> bytes:
    """A volume as gzipped NIfTI-1, float32, without a time stamp."""
    image = nib.Nifti1Image(volume.astype(np.float32), affine)
    image.set_sform(affine, code=code)
    image.set_qform(affine, code=code)
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, compresslevel=6) as stream:
        stream.write(image.to_bytes())
    return buffer.getvalue()


def download_groups(registry: Registry, results: Mapping[str, Result]) -> tuple[DownloadGroup, ...]:
    """The files of the downloads page, by what they are for."""
    runs = [run for run in registry.plan.runs if isinstance(results[run.id], AnalysisResult)]
    tables = (
        ("studies.csv", "one row a study"),
        ("foci.csv", "one row a focus, as published"),
        ("analyses.csv", "one row a run of an analysis"),
        ("clusters.csv", "every cluster of both readouts, with the share of each experiment"),
        ("claims.csv", "published values beside ours"),
        ("robustness.csv", "contributions, analyses without a study, fail-safe N, specifications"),
        ("evidence.csv", "statements around the meta-analysis, one row each; never pooled"),
        ("checks.csv", "what could not be reconciled"),
        (LOCK_FILE, "results in short, for comparison"),
    )
    exchange = (
        ("studyset.json", "NIMADS studyset, for NiMARE and Neurosynth Compose"),
        ("references.json", "bibliography, CSL-JSON"),
        ("registry/references.bib", "bibliography, BibTeX"),
        ("citation.bib", "how to cite, BibTeX"),
        ("citation.ris", "how to cite, RIS"),
        ("citation.cff", "how to cite, CFF"),
    )
    sleuths = [
        (f"{run.id}.sleuth.txt", f"{run.analysis.title}, {run.profile_id}")
        for run in registry.plan.runs
    ]
    maps = [
        (map_file(run, name), f"{run.analysis.title}, {run.profile_id}: {meaning}")
        for run in runs
        for name, meaning in MAP_MEANINGS.items()
    ]
    return (
        DownloadGroup("Tables", _below_data(tables)),
        DownloadGroup("For other tools", _below_data(exchange)),
        DownloadGroup("Coordinates for GingerALE (Sleuth text)", _below_data(sleuths)),
        DownloadGroup("Records", _below_data((name, "") for name in _records(registry))),
        DownloadGroup("Maps (NIfTI, each with a JSON description beside it)", tuple(maps)),
    )


def _below_data(files: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((f"data/{name}", words) for name, words in files)
