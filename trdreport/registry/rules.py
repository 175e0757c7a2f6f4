"""Rules that pydantic cannot see: between fields, between files, and about the folder.

Each rule is a generator of problems, and its docstring is the rule in one line.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trdreport.errors import Problem
from trdreport.registry.bibliography import Reference
from trdreport.registry.brain import mm_outside_brain
from trdreport.registry.fields import ID, split_contrast
from trdreport.registry.messages import suggest
from trdreport.registry.parsed import Parsed
from trdreport.registry.review import Prisma
from trdreport.registry.spaces import convert
from trdreport.registry.yamlfile import Path_, YamlFile, dotted


@dataclass(frozen=True)
class Files:
    """Every file of a registry as far as it could be read; a broken one has no record."""

    root: Path
    review: Parsed
    search: Parsed
    plan: Parsed
    published: Parsed
    studies: tuple[Parsed, ...]
    references: dict[str, Reference]

    @property
    def good_studies(self) -> list[Parsed]:
        """Study files that became records."""
        return [study for study in self.studies if study.record is not None]


Rule = Callable[[Files], Iterator[Problem]]


def check_all(files: Files) -> list[Problem]:
    """Problems of all rules whose files could be read."""
    return [problem for rule in RULES for problem in rule(files)]


def id_is_file_name(files: Files) -> Iterator[Problem]:
    """A study's id equals the name of its file."""
    for study in files.studies:
        stem = Path(study.file.path).stem
        given = study.file.data.get("id") if isinstance(study.file.data, dict) else None
        if isinstance(given, str) and given != stem and re.fullmatch(ID, given):
            message = f"id '{given}' differs from the file name; call the file {given}.yaml"
            yield study.file.problem(("id",), message)


def ids_are_unique(files: Files) -> Iterator[Problem]:
    """No two studies share an id or a label; no two analyses share an id."""
    for name in ("id", "label"):
        counts = Counter(getattr(study.record, name) for study in files.good_studies)
        for study in files.good_studies:
            value = getattr(study.record, name)
            if counts[value] > 1:
                yield study.file.problem((name,), f"'{value}' stands in two studies; rename one")
    for entry, key in ((files.plan, "analyses"), (files.search, "searches")):
        yield from _repeated(entry, key, lambda item: item.id, "id")
    yield from _repeated(files.published, "totals", lambda item: item.id, "id")
    yield from _repeated(files.review, "eligibility", lambda item: item.id, "id")


def _repeated(entry: Any, key: str, value: Callable[[Any], str], field: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, item in enumerate(getattr(entry.record, key) if _good(entry) else ()):
        if value(item) in seen:
            message = f"'{value(item)}' is used above; choose another"
            yield entry.file.problem((key, index, field), message)
        seen.add(value(item))


def citations_exist(files: Files) -> Iterator[Problem]:
    """Every citation key is in references.bib."""
    if not files.references:
        return
    for entry in (files.review, files.search, files.plan, files.published, *files.studies):
        if _good(entry):
            for loc, value in _walk(entry.file.data, ()):
                cites = loc[-1:] in (("citation",), ("document",))
                if cites and value not in files.references:
                    near = suggest(str(value), files.references)
                    message = f"'{value}' is not in references.bib{near or '; add it there'}"
                    yield entry.file.problem(loc, message)


def vocabulary_is_declared(files: Files) -> Iterator[Problem]:
    """Groups, modalities, measures, scales and drug classes are those of review.yaml."""
    if not _good(files.review):
        return
    review = files.review.record
    for study in files.good_studies:
        record, file = study.record, study.file
        modality = record.imaging.modality
        yield from _known(file, ("imaging", "modality"), modality, review.modalities)
        if modality in review.modalities:
            measures = review.modalities[modality].measures
            yield from _known(file, ("imaging", "measure"), record.imaging.measure, measures)
        for name, group in record.groups.items():
            yield from _known(file, ("groups", name), name, review.groups, at_key=True)
            if group.clinical is None:
                continue
            severity, drugs = group.clinical.severity, group.clinical.medication_percent
            clinical: Path_ = ("groups", name, "clinical")
            if not isinstance(severity, str):
                loc = (*clinical, "severity", "scale")
                yield from _known(file, loc, severity.scale, review.scales)
            for drug in drugs if isinstance(drugs, dict) else ():
                loc = (*clinical, "medication_percent", drug)
                yield from _known(file, loc, drug, review.medication_classes, at_key=True)


def groups_fit_the_study(files: Files) -> Iterator[Problem]:
    """Patient groups carry a clinical block, other groups none; subgroups add up to at most n."""
    if not _good(files.review):
        return
    declared = files.review.record.groups
    for study in files.good_studies:
        for name, group in study.record.groups.items():
            loc: Path_ = ("groups", name)
            patients = declared[name].patients if name in declared else None
            if patients is True and group.clinical is None:
                yield study.file.problem(loc, "patients need a 'clinical' block; add it")
            if patients is False and group.clinical is not None:
                message = f"{name} are not patients; remove the 'clinical' block"
                yield study.file.problem((*loc, "clinical"), message)
            parts = sum(part.n for part in group.subgroups)
            if parts > group.n:
                message = f"subgroups add up to {parts}, more than n = {group.n}; correct one"
                yield study.file.problem((*loc, "subgroups"), message)


def scores_fit_their_scale(files: Files) -> Iterator[Problem]:
    """A mean symptom score lies within the range of its scale."""
    if not _good(files.review):
        return
    for study in files.good_studies:
        for name, group in study.record.groups.items():
            severity = group.clinical.severity if group.clinical else "not_reported"
            if isinstance(severity, str) or severity.scale not in files.review.record.scales:
                continue
            scale = files.review.record.scales[severity.scale]
            too_high = not isinstance(scale.maximum, str) and severity.mean > scale.maximum
            if too_high or severity.mean < scale.minimum:
                message = (
                    f"{severity.mean} is outside {severity.scale}"
                    f" ({scale.minimum} to {scale.maximum}); check the score and the scale"
                )
                yield study.file.problem(("groups", name, "clinical", "severity", "mean"), message)


def contrasts_name_groups(files: Files) -> Iterator[Problem]:
    """A contrast names two different groups that the study has, and stands once."""
    for study in files.good_studies:
        seen: set[str] = set()
        for index, result in enumerate(study.record.contrasts):
            loc: Path_ = ("contrasts", index, "contrast")
            more, less = split_contrast(result.contrast)
            for group in (more, less):
                if group not in study.record.groups:
                    has = ", ".join(study.record.groups)
                    message = f"the study has no group '{group}' (it has {has}); add it or correct"
                    yield study.file.problem(loc, message)
            if more == less:
                yield study.file.problem(loc, "compares a group with itself; name two groups")
            if result.contrast in seen:
                message = f"{result.contrast} stands above; put all its foci in one list"
                yield study.file.problem(loc, message)
            seen.add(result.contrast)


def foci_are_distinct(files: Files) -> Iterator[Problem]:
    """No focus stands twice in a study's contrast, nor in both directions of a comparison."""
    for study in files.good_studies:
        seen: dict[tuple[Any, ...], str] = {}
        for index, result in enumerate(study.record.contrasts):
            pair = tuple(sorted(split_contrast(result.contrast)))
            for number, focus in enumerate(result.foci):
                key = (pair, result.space, focus.x, focus.y, focus.z)
                if key in seen:
                    message = (
                        f"the focus ({focus.x}, {focus.y}, {focus.z}) stands already under"
                        f" {seen[key]}; remove one"
                    )
                    yield study.file.problem(("contrasts", index, "foci", number), message)
                seen.setdefault(key, result.contrast)


MIDLINE_MM = 3
"""A medial region may be named for one side and peak this far across."""

FAR_OUTSIDE_MM = 10.0
"""Smoothing carries real peaks a little way out of the brain; none lies further out than this."""


def foci_are_in_the_brain(files: Files) -> Iterator[Problem]:
    """A focus lies in the brain or within 10 mm of it; none has a hemisphere unlike its region."""
    for study in files.good_studies:
        for list_name in ("contrasts", "other_contrasts"):
            for index, result in enumerate(getattr(study.record, list_name)):
                points = np.array([[f.x, f.y, f.z] for f in result.foci], float).reshape(-1, 3)
                outside = mm_outside_brain(convert(points, result.space, "MNI", "icbm_spm2tal"))
                for number, focus in enumerate(result.foci):
                    loc: Path_ = (list_name, index, "foci", number)
                    shown = f"({focus.x}, {focus.y}, {focus.z})"
                    if outside[number] > FAR_OUTSIDE_MM:
                        yield study.file.problem(
                            loc,
                            f"{shown} lies {outside[number]:.0f} mm outside the brain in"
                            f" {result.space} space; check the signs, the digits and the space",
                        )
                    side = _side(focus.region)
                    if side * focus.x < -MIDLINE_MM:
                        yield study.file.problem(
                            (*loc, "x"),
                            f"x = {focus.x} is on the other side of '{focus.region}'"
                            " (left is negative); check the sign",
                        )


def _side(region: str | None) -> int:
    words = (region or "").lower().split()
    return ("right" in words) - ("left" in words)


def years_agree(files: Files) -> Iterator[Problem]:
    """A study's year is that of its reference, and not after the last search."""
    searches = files.search.record.searches if _good(files.search) else ()
    last = max((search.date for search in searches), default=None)
    for study in files.good_studies:
        year = study.record.year
        reference = files.references.get(study.record.citation)
        if reference and reference.year != str(year):
            message = f"{year}, but references.bib has {reference.year}; correct one of the two"
            yield study.file.problem(("year",), message)
        if last and year > last.year:
            message = f"{year} is after the last search ({last}); add the search to search.yaml"
            yield study.file.problem(("year",), message)


def studies_search_the_whole_brain(files: Files) -> Iterator[Problem]:
    """Region-of-interest results are never pooled (criterion E6)."""
    for study in files.good_studies:
        if not study.record.imaging.whole_brain:
            yield study.file.problem(
                ("imaging", "whole_brain"),
                "only whole-brain studies can be pooled; remove the record from studies/",
            )


def elsewhere_names_a_field(files: Files) -> Iterator[Problem]:
    """`printed_elsewhere` and sources name fields that the record has."""
    for study in files.good_studies:
        fields = {dotted(loc) for loc in study.file.positions}
        fields |= {part for name in fields for part in (name.rsplit(".", 1)[-1],)}
        named = [
            (("printed_elsewhere", index, "field"), other.field)
            for index, other in enumerate(study.record.printed_elsewhere)
        ] + [
            (("sources", index, "covers", number), name)
            for index, source in enumerate(study.record.sources)
            for number, name in enumerate(source.covers)
        ]
        for loc, name in named:
            if name not in fields:
                yield study.file.problem(
                    loc, f"the record has no field '{name}'{suggest(name, fields) or ''}"
                )


def plan_is_consistent(files: Files) -> Iterator[Problem]:
    """Analyses name declared profiles, modalities and groups, and say so when they pool."""
    if not _good(files.plan):
        return
    file, plan = files.plan.file, files.plan.record
    review = files.review.record if _good(files.review) else None
    for index, analysis in enumerate(plan.analyses):
        loc: Path_ = ("analyses", index)
        yield from _known(file, (*loc, "profile"), analysis.profile, plan.profiles)
        if review:
            for number, modality in enumerate(analysis.modalities):
                where = (*loc, "modalities", number)
                yield from _known(file, where, modality, review.modalities)
            for number, contrast in enumerate(analysis.contrasts):
                for group in split_contrast(contrast):
                    where = (*loc, "contrasts", number)
                    yield from _known(file, where, group, review.groups)
        yield from _pooling(file, loc, analysis)


def _pooling(file: YamlFile, loc: Path_, analysis: Any) -> Iterator[Problem]:
    pairs = {tuple(split_contrast(contrast)) for contrast in analysis.contrasts}
    pools = any((less, more) in pairs for more, less in pairs)
    if pools != analysis.pools_directions:
        yield file.problem(
            (*loc, "pools_directions"),
            f"must be {str(pools).lower()}: the contrasts {'do' if pools else 'do not'}"
            " pool both directions of a comparison",
        )
    if (pools or len(analysis.modalities) > 1) and not analysis.reason:
        yield file.problem(loc, "pools directions or modalities; say why in 'reason'")
    for name in ("modalities", "contrasts"):
        values = getattr(analysis, name)
        for number, value in enumerate(values):
            if value in values[:number]:
                yield file.problem((*loc, name, number), f"'{value}' stands twice; remove one")


def claims_name_analyses(files: Files) -> Iterator[Problem]:
    """Published claims name analyses, studies, groups and modalities that exist."""
    if not _good(files.published):
        return
    file, published = files.published.file, files.published.record
    analyses = [a.id for a in files.plan.record.analyses] if _good(files.plan) else None
    studies = {Path(study.file.path).stem for study in files.studies}
    review = files.review.record if _good(files.review) else None
    groups, modalities = (review.groups, review.modalities) if review is not None else ({}, {})
    seen: set[tuple[str, str]] = set()
    for index, result in enumerate(published.results):
        loc: Path_ = ("results", index)
        if analyses is not None:
            yield from _known(file, (*loc, "analysis"), result.analysis, analyses)
        if (result.analysis, result.readout) in seen:
            yield file.problem(loc, "this analysis and readout stand above; keep one")
        seen.add((result.analysis, result.readout))
        for number, cluster in enumerate(result.clusters):
            for position, study in enumerate(cluster.contributing):
                where = (*loc, "clusters", number, "contributing", position)
                yield from _known(file, where, study, studies)
        for group in (result.participants or {}) if review is not None else ():
            yield from _known(file, (*loc, "participants", group), group, groups)
    for index, total in enumerate(published.totals if review is not None else ()):
        loc = ("totals", index)
        yield from _known(file, (*loc, "group"), total.group, ["all", *groups])
        yield from _known(file, (*loc, "modality"), total.modality, ["all", *modalities])


def prisma_adds_up(files: Files) -> Iterator[Problem]:
    """Each box of the PRISMA flow follows from the one before; the records are the studies."""
    if not _good(files.search):
        return
    file = files.search.file
    for index, search in enumerate(files.search.record.searches):
        loc: Path_ = ("searches", index, "prisma")
        for field, value, arithmetic in _prisma_sums(search.prisma):
            given = getattr(search.prisma, field)
            if given != value:
                message = f"is {given}, but {arithmetic} = {value}; correct one of the counts"
                yield file.problem((*loc, field), message)
        yield from _database_counts(file, index, search)
    included = sum(search.prisma.studies_included for search in files.search.record.searches)
    if included != len(files.studies):
        yield file.problem(
            ("searches", 0, "prisma", "studies_included"),
            f"counts {included} in all, but studies/ holds {len(files.studies)} records;"
            " add the record or correct the count",
        )


def _prisma_sums(prisma: Prisma) -> Iterator[tuple[str, int, str]]:
    for result, whole, part in (
        ("records_screened", "records_identified", "duplicates_removed"),
        ("reports_sought", "records_screened", "records_excluded"),
        ("reports_assessed", "reports_sought", "reports_not_retrieved"),
        ("reports_included", "reports_assessed", "reports_excluded"),
    ):
        a, b = getattr(prisma, whole), getattr(prisma, part)
        yield result, a - b, f"{whole} {a} - {part} {b}"
    if prisma.studies_included > prisma.reports_included:
        yield "studies_included", prisma.reports_included, "at most one study a report; reports"
    if not isinstance(prisma.exclusion_reasons, str):
        total = sum(reason.reports for reason in prisma.exclusion_reasons)
        yield "reports_excluded", total, "the sum of the exclusion reasons"


def _database_counts(file: YamlFile, index: int, search: Any) -> Iterator[Problem]:
    counts = [database.records for database in search.databases]
    if all(isinstance(count, int) for count in counts):
        total = sum(counts)
        if total != search.prisma.records_identified:
            yield file.problem(
                ("searches", index, "prisma", "records_identified"),
                f"is {search.prisma.records_identified}, but the databases add up to {total};"
                " correct one of the counts",
            )


RULES: tuple[Rule, ...] = (
    id_is_file_name,
    ids_are_unique,
    citations_exist,
    vocabulary_is_declared,
    groups_fit_the_study,
    scores_fit_their_scale,
    contrasts_name_groups,
    foci_are_distinct,
    foci_are_in_the_brain,
    years_agree,
    studies_search_the_whole_brain,
    elsewhere_names_a_field,
    plan_is_consistent,
    claims_name_analyses,
    prisma_adds_up,
)


def _good(entry: Parsed) -> bool:
    return entry.record is not None


def _known(
    file: YamlFile, loc: Path_, word: str, known: Any, *, at_key: bool = False
) -> Iterator[Problem]:
    if word not in known:
        near = suggest(word, known) or f"; known are {', '.join(sorted(known))}"
        yield file.problem(loc, f"'{word}' is not declared{near}", at_key=at_key)


def _walk(data: Any, loc: Path_) -> Iterator[tuple[Path_, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _walk(value, (*loc, key))
    elif isinstance(data, tuple):
        for index, value in enumerate(data):
            yield from _walk(value, (*loc, index))
    else:
        yield loc, data
