"""The files of the downloads page, by what they are for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trdreport.engine.lock import LOCK_FILE
from trdreport.engine.results import MAP_MEANINGS, AnalysisResult
from trdreport.engine.run import Result
from trdreport.records.loading import Registry
from trdreport.sections.result_tables import map_file


@dataclass(frozen=True)
class DownloadGroup:
    """Files under one heading: their path in the site, and what each is."""

    title: str
    files: tuple[tuple[str, str], ...]


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
        DownloadGroup(
            "Records", _below_data((f"registry/{name}", "") for name in registry.contents)
        ),
        DownloadGroup("Maps (NIfTI, each with a JSON description beside it)", tuple(maps)),
    )


def _below_data(files: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((f"data/{name}", words) for name, words in files)
