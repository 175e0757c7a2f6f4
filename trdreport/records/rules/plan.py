"""Rules about ids, citations, the analysis plan and the published claims."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from trdreport.errors import Problem
from trdreport.model.fields import split_contrast
from trdreport.records.messages import suggest
from trdreport.records.rules.common import Files, good, known_word, walk
from trdreport.records.yamlfile import Path_, YamlFile


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
    yield from _repeated(files.plan, "analyses", lambda item: item.title, "title")
    yield from _repeated(files.published, "totals", lambda item: item.id, "id")
    yield from _repeated(files.review, "eligibility", lambda item: item.id, "id")


def _repeated(entry: Any, key: str, value: Callable[[Any], str], field: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, item in enumerate(getattr(entry.record, key) if good(entry) else ()):
        if value(item) in seen:
            message = f"'{value(item)}' is used above; choose another"
            yield entry.file.problem((key, index, field), message)
        seen.add(value(item))


def citations_exist(files: Files) -> Iterator[Problem]:
    """Every citation key is in references.bib."""
    if files.references is None:
        return
    for entry in (files.review, files.search, files.plan, files.published, *files.studies):
        if good(entry):
            for loc, value in walk(entry.file.data, ()):
                cites = loc[-1:] in (("citation",), ("document",))
                if cites and value not in files.references:
                    near = suggest(str(value), files.references)
                    message = f"'{value}' is not in references.bib{near or '; add it there'}"
                    yield entry.file.problem(loc, message)


def plan_is_consistent(files: Files) -> Iterator[Problem]:
    """Analyses name declared profiles, modalities and groups, and say so when they pool."""
    if not good(files.plan):
        return
    file, plan = files.plan.file, files.plan.record
    review = files.review.record if good(files.review) else None
    for index, analysis in enumerate(plan.analyses):
        loc: Path_ = ("analyses", index)
        yield from known_word(file, (*loc, "profile"), analysis.profile, plan.profiles)
        for number, profile in enumerate(analysis.also_under):
            where = (*loc, "also_under", number)
            yield from known_word(file, where, profile, plan.profiles)
            if profile in (analysis.profile, *analysis.also_under[:number]):
                yield file.problem(where, f"'{profile}' stands above; remove one")
        if review:
            for number, modality in enumerate(analysis.modalities):
                where = (*loc, "modalities", number)
                yield from known_word(file, where, modality, review.modalities)
            for number, contrast in enumerate(analysis.contrasts):
                for group in split_contrast(contrast):
                    where = (*loc, "contrasts", number)
                    yield from known_word(file, where, group, review.groups)
        yield from _pooling(file, loc, analysis)


def profiles_are_told_apart(files: Files) -> Iterator[Problem]:
    """No two profiles have the same title."""
    seen: set[str] = set()
    for name, profile in files.plan.record.profiles.items() if good(files.plan) else ():
        if profile.title in seen:
            message = f"'{profile.title}' is the title of a profile above; choose another"
            yield files.plan.file.problem(("profiles", name, "title"), message)
        seen.add(profile.title)


def sample_sizes_count_somebody(files: Files) -> Iterator[Problem]:
    """Under a profile that counts patients, every contrast of an analysis compares some."""
    if not (good(files.plan) and good(files.review)):
        return
    plan, groups = files.plan.record, files.review.record.groups
    for index, analysis in enumerate(plan.analyses):
        under = (analysis.profile, *analysis.also_under)
        counting = [
            name
            for name in under
            if name in plan.profiles and plan.profiles[name].sample_size == "patients"
        ]
        for number, contrast in enumerate(analysis.contrasts if counting else ()):
            compared = split_contrast(contrast)
            declared = all(group in groups for group in compared)
            if declared and not any(groups[group].patients for group in compared):
                message = (
                    f"{contrast} compares no patients, whom the profile '{counting[0]}' counts as"
                    " sample size; leave it out or choose another sample_size there"
                )
                yield files.plan.file.problem(("analyses", index, "contrasts", number), message)


def comparisons_are_possible(files: Files) -> Iterator[Problem]:
    """Comparisons name two analyses with the same leading profile, by ALE."""
    if not good(files.plan):
        return
    file, plan = files.plan.file, files.plan.record
    yield from _repeated(files.plan, "comparisons", lambda item: item.id, "id")
    analyses = {analysis.id: analysis for analysis in plan.analyses}
    for index, comparison in enumerate(plan.comparisons):
        loc: Path_ = ("comparisons", index)
        sides = [getattr(comparison, name) for name in ("first", "second")]
        for name, side in zip(("first", "second"), sides, strict=True):
            yield from known_word(file, (*loc, name), side, analyses)
        if sides[0] == sides[1]:
            yield file.problem((*loc, "second"), "is the first analysis again; name another")
        elif set(sides) <= set(analyses):
            profiles = [analyses[side].profile for side in sides]
            if profiles[0] != profiles[1]:
                message = f"is led by '{profiles[1]}', the first by '{profiles[0]}'; compare alike"
                yield file.problem((*loc, "second"), message)
            profile = plan.profiles.get(profiles[0])
            if profile is not None and profile.method != "ALE":
                message = f"is led by {profile.method}; only analyses by ALE can be subtracted"
                yield file.problem((*loc, "first"), message)


def multiverse_holds_what_was_published(files: Files) -> Iterator[Problem]:
    """The choices of every leading profile are among those of the multiverse, each once."""
    if not good(files.plan) or files.plan.record.multiverse is None:
        return
    file, plan = files.plan.file, files.plan.record
    grid = plan.multiverse
    spaces = [(where.space, where.transform) for where in grid.spaces]
    in_words = [space if space == "MNI" else (space, transform) for space, transform in spaces]
    yield from _twice(file, ("multiverse", "spaces"), in_words)
    for field in ("foci", "sample_size", "unit", "mask", "cluster_forming_p", "other_estimators"):
        yield from _twice(file, ("multiverse", field), getattr(grid, field))
    for name in dict.fromkeys(a.profile for a in plan.analyses if a.profile in plan.profiles):
        profile = plan.profiles[name]
        space = (profile.space, profile.transform)
        for field, chosen, offered in (
            ("spaces", space, spaces),
            ("foci", profile.foci, grid.foci),
            ("sample_size", profile.sample_size, grid.sample_size),
            ("unit", profile.unit, grid.unit),
            ("mask", profile.mask, grid.mask),
            ("cluster_forming_p", profile.cluster_forming_p, grid.cluster_forming_p),
        ):
            if chosen not in offered:
                message = f"lacks the choice of the profile '{name}'; add it"
                yield file.problem(("multiverse", field), message)


def _twice(file: YamlFile, loc: Path_, values: Sequence[Any]) -> Iterator[Problem]:
    for number, value in enumerate(values):
        if value in values[:number]:
            yield file.problem((*loc, number), "stands twice; remove one")


def calibration_names_a_run(files: Files) -> Iterator[Problem]:
    """A recorded calibration is of an analysis and a profile of the plan."""
    entry = next(iter(files.good("calibration")), None)
    if not (entry and good(files.plan)):
        return
    file, calibration = entry.file, entry.record
    analyses = {analysis.id: analysis for analysis in files.plan.record.analyses}
    yield from known_word(file, ("analysis",), calibration.analysis, analyses)
    if calibration.analysis in analyses:
        analysis = analyses[calibration.analysis]
        under = (analysis.profile, *analysis.also_under)
        yield from known_word(file, ("profile",), calibration.profile, under)


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
        yield from _twice(file, (*loc, name), getattr(analysis, name))


def claims_name_analyses(files: Files) -> Iterator[Problem]:
    """Published claims name analyses, studies, groups and modalities that exist."""
    if not good(files.published):
        return
    file, published = files.published.file, files.published.record
    analyses = [a.id for a in files.plan.record.analyses] if good(files.plan) else None
    studies = {Path(study.file.path).stem for study in files.studies}
    review = files.review.record if good(files.review) else None
    groups, modalities = (review.groups, review.modalities) if review is not None else ({}, {})
    seen: set[tuple[str, str]] = set()
    for index, result in enumerate(published.results):
        loc: Path_ = ("results", index)
        if analyses is not None:
            yield from known_word(file, (*loc, "analysis"), result.analysis, analyses)
        yield from _readout(files, loc, result)
        if (result.analysis, result.readout) in seen:
            yield file.problem(loc, "this analysis and readout stand above; keep one")
        seen.add((result.analysis, result.readout))
        for number, cluster in enumerate(result.clusters):
            for position, study in enumerate(cluster.contributing):
                where = (*loc, "clusters", number, "contributing", position)
                yield from known_word(file, where, study, studies)
        for group in (result.participants or {}) if review is not None else ():
            yield from known_word(file, (*loc, "participants", group), group, groups)
    for index, total in enumerate(published.totals if review is not None else ()):
        loc = ("totals", index)
        yield from known_word(file, (*loc, "group"), total.group, ["all", *groups])
        yield from known_word(file, (*loc, "modality"), total.modality, ["all", *modalities])


def _readout(files: Files, loc: Path_, result: Any) -> Iterator[Problem]:
    """A claim is of a readout that its analysis's leading profile has."""
    if not good(files.plan):
        return
    plan = files.plan.record
    profiles = {analysis.id: plan.profiles.get(analysis.profile) for analysis in plan.analyses}
    profile = profiles.get(result.analysis)
    if profile is not None and result.readout not in profile.readouts:
        message = (
            f"'{result.readout}' is no readout of {result.analysis}, which has"
            f" {' and '.join(profile.readouts)}; correct it or the profile's exploratory_p"
        )
        yield files.published.file.problem((*loc, "readout"), message)
