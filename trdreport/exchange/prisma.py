"""The flow of a search for the R package PRISMA2020."""

from trdreport.exchange.delimited import to_csv
from trdreport.exchange.experiments import Exported
from trdreport.model.review import Search
from trdreport.records.loading import Registry

PRISMA_COLUMNS = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")


def write(registry: Registry) -> Exported:
    """The flow of the last search for the R package PRISMA2020."""
    search = registry.searches[-1]
    rows = [
        (key, "", "", label, label, label, "", "NA" if n is None else str(n))
        for key, label, n in _prisma(search)
    ]
    lost = [f"records found in {d.name}" for d in search.databases if isinstance(d.records, str)]
    if isinstance(search.prisma.exclusion_reasons, str):
        lost.append("reasons for exclusion")
    return Exported(to_csv(PRISMA_COLUMNS, rows), tuple(lost))


def _prisma(search: Search) -> list[tuple[str, str, int | str | None]]:
    prisma = search.prisma
    reasons: str | int = prisma.reports_excluded
    if not isinstance(prisma.exclusion_reasons, str):
        reasons = "; ".join(f"{r.reason}, {r.reports}" for r in prisma.exclusion_reasons)
    each: list[str] = [
        f"{d.name}, {d.records}" for d in search.databases if not isinstance(d.records, str)
    ]
    studies, reports = prisma.studies_before or 0, prisma.reports_before or 0
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
