"""What PRISMA-LSR asks of a living review, each item decided by the records.

PRISMA-LSR (Akl et al. 2024) is an add-on to PRISMA 2020. Its items are told here as far as their
wording could be checked; a number is given where that could be checked as well.
"""

from dataclasses import dataclass
from datetime import date

from trdreport.checks.practice import Answer, PracticeRule, Status, Work, decide
from trdreport.model.candidate import Candidate
from trdreport.records.loading import Registry


@dataclass(frozen=True)
class Waiting:
    """A candidate that is neither in nor out, and the analyses that it could add to, by title.

    `analyses` is None where its modality or its contrasts are not known.
    """

    candidate: Candidate
    analyses: tuple[str, ...] | None


@dataclass(frozen=True)
class Currency:
    """How current a review is: until when it searched, and by when it is to search again.

    `by` says who searched, where that is told; `due` is None without an interval in the plan.
    """

    searched_to: date
    by: str | None
    every_months: int | None
    due: date | None
    waiting: tuple[Waiting, ...]


def currency(registry: Registry) -> Currency:
    """From the newest search, the plan and the living list; no clock is read."""
    newest, every = registry.searches[-1], registry.plan.search_every_months
    return Currency(
        searched_to=newest.date,
        by=newest.by,
        every_months=every,
        due=months_later(newest.date, every) if every else None,
        waiting=tuple(
            Waiting(candidate, _could_add(registry, candidate))
            for candidate in registry.screened
            if candidate.status in ("to_screen", "full_text")
        ),
    )


def months_later(day: date, months: int) -> date:
    """The same day of a later month; the last one of a month that has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    raise ValueError(f"no day {months} months after {day}")


def _could_add(registry: Registry, candidate: Candidate) -> tuple[str, ...] | None:
    if candidate.modality is None or not candidate.contrasts:
        return None
    return tuple(
        analysis.title
        for analysis in registry.plan.analyses
        if candidate.modality in analysis.modalities
        and {*candidate.contrasts} & {*analysis.contrasts}
    )


def _updates(registry: Registry) -> int:
    """Searches after the paper's."""
    return len(registry.searches) - len(registry.as_published.searches)


NO_UPDATE = "There is no search after the published paper's yet."


def is_called_living(work: Work) -> Answer:
    """The report is called living, and names its version."""
    return (
        Status.MET,
        f"The first page says so; every page names its records, {work.registry.digest[:12]}.",
    )


def justifies_living(work: Work) -> Answer:
    """The use of the living mode is justified."""
    protocol = work.registry.review.protocol
    where = "there is no protocol" if isinstance(protocol, str) else f"see {protocol.url}"
    return Status.UNKNOWN, f"No record says why it is kept living; {where}."


def cites_the_version_before(work: Work) -> Answer:
    """The preceding version is cited."""
    registry = work.registry
    cited = registry.references[registry.review.citation].cited
    return Status.MET, f"{cited}, whose values stand beside ours."


def keeps_its_questions(work: Work) -> Answer:
    """Changes of the questions since the preceding version are described."""
    count = len(work.registry.plan.analyses)
    return Status.UNKNOWN, f"{count} questions of today are on record, and not those of before."


def plans_its_searches(work: Work) -> Answer:
    """The schedule of the searches is given for each source."""
    now = currency(work.registry)
    sources = ", ".join(each.name for each in work.registry.searches[-1].databases)
    if now.due is None:
        return Status.NOT_MET, "The plan has no interval (search_every_months in analyses.yaml)."
    return Status.MET, f"{sources}: every {now.every_months} months; next by {now.due}."


def plans_its_other_steps(work: Work) -> Answer:
    """The schedules of screening, extraction, analysis and publication are given."""
    count = len(work.registry.plan.analyses)
    return (
        Status.NOT_MET,
        f"The {count} analyses are computed anew with every change; no record says when people"
        " screen and extract.",
    )


def plans_its_end(work: Work) -> Answer:
    """It is said when the review stops being living, or that there is no such plan."""
    newest = work.registry.searches[-1].date
    return Status.UNKNOWN, f"No record up to the search of {newest} says so."


def says_who_searched(work: Work) -> Answer:
    """The authors of each version and their roles are named."""
    searches = work.registry.searches
    unnamed = [str(search.date) for search in searches if search.by is None]
    told = "; ".join(f"up to {s.date} searched {s.by}" for s in searches if s.by)
    lacking = f"who searched up to {', '.join(unnamed)} is not recorded" if unnamed else ""
    evidence = "; ".join(filter(None, (told, lacking)))
    return (Status.UNKNOWN if unnamed else Status.MET), f"{evidence[:1].upper()}{evidence[1:]}."


def says_what_led_here(work: Work) -> Answer:
    """What led to the current version is described."""
    if not _updates(work.registry):
        return Status.MET, NO_UPDATE
    newest = work.registry.searches[-1]
    found = sum(study.search == newest.id for study in work.registry.studies)
    return Status.MET, f"The search “{newest.id}” up to {newest.date}, which found {found}."


def shows_each_search(work: Work) -> Answer:
    """Search and selection are shown for each version."""
    count = len(work.registry.searches)
    return Status.MET, f"{count} {'search' if count == 1 else 'searches'}, each with its counts."


def tells_changes_of_methods(work: Work) -> Answer:
    """Changes of the methods since the preceding version are told."""
    used = {run.profile_id: run.profile.title for run in work.registry.plan.runs}
    return Status.MET, f"Each way to compute has a name, side by side: {'; '.join(used.values())}."


def tells_changes_of_results(work: Work) -> Answer:
    """Changes of the results since the preceding version are told."""
    registry = work.registry
    if not registry.updated:
        return Status.MET, "No study was added to the published paper's."
    added = len(registry.studies) - len(registry.as_published.studies)
    return Status.MET, f"With and without {added} new, in “What the update adds”."


def looks_again_at_its_studies(work: Work) -> Answer:
    """Data of studies that were included before are brought up to date."""
    count = len(work.registry.corrections)
    return (
        Status.UNKNOWN,
        f"Corrected values on record: {count}; when each paper was last looked up for errata and"
        " retractions is not recorded.",
    )


def allows_for_its_looks(work: Work) -> Answer:
    """Analysis allows for the repeated looks of a living review."""
    looks = 1 + _updates(work.registry)
    told = f"Looks at the data so far: {looks}, each analysis tested at its own 5 % at each"
    if work.registry.plan.looks and looks > 1:
        return Status.MET, f"{told}; a rule that spends alpha over them is shown beside."
    return decide(looks == 1, f"{told}; nothing allows for the number of analyses.")


def tells_its_status(work: Work) -> Answer:
    """The status says what was searched to when, what waits, and when the next search is due."""
    now = currency(work.registry)
    evidence = f"Searched up to {now.searched_to}; candidates waiting: {len(now.waiting)}"
    due = f"next search due by {now.due}" if now.due else "when the next search is due is not said"
    return decide(now.due is not None, f"{evidence}; {due}.")


LSR = ("akl2024",)

LIVING: tuple[tuple[PracticeRule, tuple[str, ...], str], ...] = (
    (is_called_living, LSR, "item 1"),
    (justifies_living, LSR, "item 3"),
    (cites_the_version_before, LSR, "item 3"),
    (keeps_its_questions, LSR, "item 4"),
    (plans_its_searches, LSR, "item L1"),
    (plans_its_other_steps, LSR, "item L1"),
    (plans_its_end, LSR, "item L1"),
    (says_what_led_here, LSR, ""),
    (shows_each_search, LSR, ""),
    (tells_changes_of_methods, LSR, ""),
    (tells_changes_of_results, LSR, ""),
    (looks_again_at_its_studies, LSR, ""),
    (allows_for_its_looks, LSR, ""),
    (says_who_searched, LSR, ""),
    (tells_its_status, LSR, ""),
)
"""Each item, its source, and its number there where that was checked."""
