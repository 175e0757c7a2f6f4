"""What the review prints, against itself and against the records."""

from collections import Counter
from collections.abc import Iterator

from trdreport.checks.doubt import Doubt, listed, study_file
from trdreport.records.loading import Registry


def printed_differently(registry: Registry) -> Iterator[Doubt]:
    """A value that another place prints differently is shown with both."""
    for study in registry.studies:
        for index, other in enumerate(study.printed_elsewhere):
            yield Doubt(
                "PRINTED-ELSEWHERE",
                "note",
                (study.id,),
                f"{study.label}: {other.field} is printed as '{other.value}' in"
                f" {other.document}, {other.place}",
                study_file(study.id),
                ("printed_elsewhere", index),
            )
    for number, result in enumerate(registry.published.results):
        for index, other in enumerate(result.printed_elsewhere):
            yield Doubt(
                "PRINTED-ELSEWHERE",
                "note",
                (),
                f"{registry.analysis(result.analysis).title} ({result.place}): {other.field} is"
                f" printed as '{other.value}' in {other.document}, {other.place}",
                "published.yaml",
                ("results", number, "printed_elsewhere", index),
            )


def totals_against_records(registry: Registry) -> Iterator[Doubt]:
    """A head count in the published text equals the sum over the records."""
    for index, total in enumerate(registry.published.totals):
        groups = registry.review.groups if total.group == "all" else [total.group]
        known = registry.as_published.studies
        studies = [s for s in known if total.modality in ("all", s.imaging.modality)]
        people = sum(study.n(group) for study in studies for group in groups)
        if people != total.n:
            yield Doubt(
                "TOTALS",
                "warning",
                (),
                f"The paper counts {total.n} {total.group} in {total.modality} studies"
                f" ({total.place}); the records add up to"
                f" {' + '.join(str(sum(s.n(g) for g in groups)) for s in studies)} = {people}",
                "published.yaml",
                ("totals", index, "n"),
            )


def countries_add_up(registry: Registry) -> Iterator[Doubt]:
    """Studies by country, as the review counts them, add up and are those of the records."""
    known = registry.as_published.studies
    found = Counter(study.country for study in known)
    for index, count in enumerate(registry.published.countries):
        parts = count.studies
        told = " + ".join(f"{n} {country}" for country, n in parts.items())
        if sum(parts.values()) != count.total:
            yield Doubt(
                "COUNTRY",
                "warning",
                (),
                f"{count.place}: {count.total} studies, but {told} = {sum(parts.values())}",
                "published.yaml",
                ("countries", index, "total"),
            )
        for country, n in parts.items():
            if found[country] != n:
                yield Doubt(
                    "COUNTRY",
                    "warning",
                    tuple(s.id for s in known if s.country == country),
                    f"{count.place}: {n} in {country}; the records have {found[country]}",
                    "published.yaml",
                    ("countries", index, "studies", country),
                )


def searches_fit_years(registry: Registry) -> Iterator[Doubt]:
    """A study is not of the year after its search, nor older than the search before that."""
    years = [search.date.year for search in registry.searches]
    ids = [search.id for search in registry.searches]
    for study in registry.studies:
        index = ids.index(study.search)
        search = registry.searches[index]
        if study.year > years[index]:
            told = f"is of {study.year}, and its search, {search.id}, ends on {search.date}"
        elif index and study.year < years[index - 1]:
            earlier = registry.searches[index - 1]
            told = (
                f"is of {study.year} and was found by {search.id}; {earlier.id} ends on"
                f" {earlier.date} and did not find it"
            )
        else:
            continue
        message = f"{study.label} {told}"
        yield Doubt("SEARCH", "note", (study.id,), message, study_file(study.id), ("search",))


def prisma_is_complete(registry: Registry) -> Iterator[Doubt]:
    """PRISMA 2020 asks for counts by source, reasons for exclusion, and who did what."""
    for index, search in enumerate(registry.searches):
        where = ("searches", index)
        lacking = [d.name for d in search.databases if isinstance(d.records, str)]
        if lacking:
            message = f"the records found in {listed(lacking)} are not counted one by one"
            yield Doubt("PRISMA", "note", (), message, "search.yaml", (*where, "databases"))
        if isinstance(search.prisma.exclusion_reasons, str) and search.prisma.reports_excluded:
            message = (
                f"{search.prisma.reports_excluded} reports were excluded; the reasons are"
                f" {search.prisma.exclusion_reasons.replace('_', ' ')}"
            )
            loc = (*where, "prisma", "exclusion_reasons")
            yield Doubt("PRISMA", "note", (), message, "search.yaml", loc)
    review = registry.review
    for name, what in (
        ("screeners", "who screened"),
        ("extractors", "who extracted the data"),
        ("agreement", "how well raters agreed"),
        ("authors_contacted", "whether authors were asked"),
    ):
        value = getattr(review, name)
        if isinstance(value, str) and value in ("not_reported", "not_available"):
            message = f"{what} is {value.replace('_', ' ')}"
            yield Doubt("PRISMA", "note", (), message, "review.yaml", (name,))
