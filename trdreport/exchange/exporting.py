"""The registry for other tools; what a format cannot carry is listed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from trdreport.engine.selection import experiment_table
from trdreport.exchange.citing import csl_json
from trdreport.exchange.delimited import to_csv
from trdreport.exchange.formats import of_registry, sleuth, studyset, write_csv
from trdreport.model.kinds import BIBLIOGRAPHY
from trdreport.model.review import Search
from trdreport.records.loading import Registry

REGION_LOST = "names of regions and peak statistics"


@dataclass(frozen=True)
class Exported:
    """A file for another tool, and what it cannot say."""

    text: str
    lost: tuple[str, ...] = ()


def export_sleuth(registry: Registry, run_id: str) -> Exported:
    """The experiments of one run for GingerALE; raises KeyError for no run."""
    run = registry.run(run_id)
    table = experiment_table(registry, run)
    lost = [REGION_LOST, "sizes of the single groups: their sum counts"]
    lost += [f"{unit}: tested, nothing found" for unit in table.without_foci]
    return Exported(sleuth(table, run.profile.space), tuple(lost))


def export_nimads(registry: Registry) -> Exported:
    """Every contrast as a NIMADS studyset."""
    text = json.dumps(studyset(registry), indent=1, ensure_ascii=False) + "\n"
    return Exported(text, (REGION_LOST, "all that is not a focus or a group's size"))


def export_csv(registry: Registry) -> Exported:
    """One row a focus, with the sizes of both groups."""
    experiments = of_registry(registry)
    empty = [f"{e.study} {e.contrast}: tested, nothing found" for e in experiments if not e.foci]
    return Exported(write_csv(experiments), (REGION_LOST, *empty))


def export_bibtex(registry: Registry) -> Exported:
    """The bibliography as it is."""
    return Exported(registry.contents[BIBLIOGRAPHY].decode())


def export_csl(registry: Registry) -> Exported:
    """The bibliography as CSL-JSON."""
    return Exported(csl_json(registry))


PRISMA_COLUMNS = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")


def export_prisma(registry: Registry) -> Exported:
    """The flow of the last search for the R package PRISMA2020."""
    search = registry.searches[-1]
    rows = [
        (key, "", "", label, label, label, "", "NA" if n is None else str(n))
        for key, label, n in _prisma(search, registry.searches[:-1])
    ]
    lost = [f"records found in {d.name}" for d in search.databases if isinstance(d.records, str)]
    if isinstance(search.prisma.exclusion_reasons, str):
        lost.append("reasons for exclusion")
    return Exported(to_csv(PRISMA_COLUMNS, rows), tuple(lost))


def _prisma(search: Search, previous: Sequence[Search]) -> list[tuple[str, str, int | str | None]]:
    prisma = search.prisma
    reasons: str | int = prisma.reports_excluded
    if not isinstance(prisma.exclusion_reasons, str):
        reasons = "; ".join(f"{r.reason}, {r.reports}" for r in prisma.exclusion_reasons)
    each: list[str] = [
        f"{d.name}, {d.records}" for d in search.databases if not isinstance(d.records, str)
    ]
    studies = sum(s.prisma.studies_included for s in previous)
    reports = sum(s.prisma.reports_included for s in previous)
    all_studies, all_reports = studies + prisma.studies_included, reports + prisma.reports_included
    return [
        ("previous_studies", "Studies included in previous version of review", studies or None),
        (
            "previous_reports",
            "Reports of studies included in previous version of review",
            reports or None,
        ),
        ("database_results", "Records identified from databases", prisma.records_identified),
        ("database_specific_results", "Databases", "; ".join(each) or None),
        ("register_results", "Registers", None),
        ("website_results", "Websites", None),
        ("organisation_results", "Organisations", None),
        ("citations_results", "Citation searching", None),
        ("duplicates", "Duplicate records removed", prisma.duplicates_removed),
        ("excluded_automatic", "Records marked as ineligible by automation tools", None),
        ("excluded_other", "Records removed for other reasons", None),
        ("records_screened", "Records screened", prisma.records_screened),
        ("records_excluded", "Records excluded", prisma.records_excluded),
        ("dbr_sought_reports", "Reports sought for retrieval", prisma.reports_sought),
        ("dbr_notretrieved_reports", "Reports not retrieved", prisma.reports_not_retrieved),
        ("other_sought_reports", "Reports sought for retrieval", None),
        ("other_notretrieved_reports", "Reports not retrieved", None),
        ("dbr_assessed", "Reports assessed for eligibility", prisma.reports_assessed),
        ("dbr_excluded", "Reports excluded", reasons),
        ("other_assessed", "Reports assessed for eligibility", None),
        ("other_excluded", "Reports excluded", None),
        ("new_studies", "New studies included in review", prisma.studies_included),
        ("new_reports", "Reports of new included studies", prisma.reports_included),
        ("total_studies", "Total studies included in review", all_studies),
        ("total_reports", "Reports of total included studies", all_reports),
        ("total_studies_ma", "Studies included in the meta-analysis", all_studies),
        ("total_reports_ma", "Reports included in the meta-analysis", all_reports),
    ]
