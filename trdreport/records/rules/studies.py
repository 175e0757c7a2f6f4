"""Rules about study records.

Each rule is a generator of problems, and its docstring is the rule in one line.
"""

from collections.abc import Iterator
from typing import Any

from trdreport.brain.extent import mm_outside_brain
from trdreport.brain.spaces import convert
from trdreport.errors import Problem
from trdreport.model.fields import split_contrast
from trdreport.records.messages import suggest
from trdreport.records.rules.common import Files, good, known_word
from trdreport.records.yamlfile import Path_, dotted

MIDLINE_MM = 3
"""A medial region may be named for one side and peak this far across."""

FAR_OUTSIDE_MM = 10.0
"""Smoothing carries real peaks a little way out of the brain; none lies further out than this."""


def vocabulary_is_declared(files: Files) -> Iterator[Problem]:
    """Groups, modalities, measures, scales and drug classes are those of review.yaml."""
    if not good(files.review):
        return
    review = files.review.record
    for study in files.good_studies:
        record, file = study.record, study.file
        modality = record.imaging.modality
        yield from known_word(file, ("imaging", "modality"), modality, review.modalities)
        if modality in review.modalities:
            measures = review.modalities[modality].measures
            yield from known_word(file, ("imaging", "measure"), record.imaging.measure, measures)
        for name, group in record.groups.items():
            yield from known_word(file, ("groups", name), name, review.groups, at_key=True)
            if group.clinical is None:
                continue
            severity, drugs = group.clinical.severity, group.clinical.medication_percent
            clinical: Path_ = ("groups", name, "clinical")
            if not isinstance(severity, str):
                loc = (*clinical, "severity", "scale")
                yield from known_word(file, loc, severity.scale, review.scales)
            for drug in drugs if isinstance(drugs, dict) else ():
                loc = (*clinical, "medication_percent", drug)
                yield from known_word(file, loc, drug, review.medication_classes, at_key=True)


def groups_fit_the_study(files: Files) -> Iterator[Problem]:
    """Patient groups carry a clinical block, other groups none; subgroups add up to at most n."""
    if not good(files.review):
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
    if not good(files.review):
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


def foci_are_in_the_brain(files: Files) -> Iterator[Problem]:
    """A focus lies in the brain or within 10 mm of it; none has a hemisphere unlike its region."""
    for study in files.good_studies:
        for list_name in ("contrasts", "other_contrasts"):
            for index, result in enumerate(getattr(study.record, list_name)):
                mni = convert(result.positions(), result.space, "MNI", files.transform)
                outside = mm_outside_brain(mni)
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
    """A study's year is that of its reference, and not long after the search that found it."""
    searches = files.search.record.searches if good(files.search) else ()
    ends = {search.id: search.date for search in searches}
    for study in files.good_studies:
        year = study.record.year
        reference = (files.references or {}).get(study.record.citation)
        if reference and reference.year != str(year):
            message = f"{year}, but references.bib has {reference.year}; correct one of the two"
            yield study.file.problem(("year",), message)
        end = ends.get(study.record.search)
        if end and year > end.year + 1:
            message = (
                f"{year} is after its search, {study.record.search} ({end}); add the search that"
                " found it to search.yaml and name it here"
            )
            yield study.file.problem(("search",), message)


def studies_search_the_whole_brain(files: Files) -> Iterator[Problem]:
    """Region-of-interest results are never pooled (criterion E6)."""
    for study in files.good_studies:
        if not study.record.imaging.whole_brain:
            yield study.file.problem(
                ("imaging", "whole_brain"),
                "only whole-brain studies can be pooled; remove the record from studies/",
            )


def elsewhere_names_a_field(files: Files) -> Iterator[Problem]:
    """`printed_elsewhere` and sources name fields that the record has, by their whole path."""
    for study in files.good_studies:
        fields = {dotted(loc) for loc in study.file.positions if loc}
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
                    loc, f"the record has no field '{name}'{_near(name, fields)}"
                )


def _near(name: str, fields: set[str]) -> str:
    """The paths that a name without the part before it may stand for, or a like one."""
    whole = sorted(field for field in fields if field.endswith(f".{name}"))
    return f"; write {' or '.join(whole)}" if whole else suggest(name, fields)
