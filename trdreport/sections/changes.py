"""What changed from edition to edition, and in the draft after the newest."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trdreport.engine.lock import LockedCluster
from trdreport.engine.versions import ChangedRun, Comparison, Version
from trdreport.exchange.atom import Entry, Feed, atom
from trdreport.exchange.citing import title
from trdreport.records.history import Change
from trdreport.sections.facts.computed import Computed
from trdreport.sections.figures.changes import change_sketch
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.section import Item, Section
from trdreport.sections.tables import NOT_APPLICABLE, Table, numbers, texts
from trdreport.sections.words import coordinates, listed, number, plural, readout_name

CLAIM = re.compile(
    r"(?P<run>[a-z0-9-]+)\.(?P<readout>cluster-fwe|uncorrected-[\d.]*\d)\.(?P<what>.+)"
)

NOT_FOUND = "–"
"""In the cells of a side that has no such finding."""


@dataclass(frozen=True)
class ChangedAnalysis:
    """A leading analysis with other results: what changed, and ids of its table and figure."""

    title: str
    words: tuple[str, ...]
    table: str
    figure: str


@dataclass(frozen=True)
class Changed:
    """A version beside the one before it, in words.

    `against` is empty for the first edition. `files` is the folder of the site in which its data
    are; empty for none.
    """

    place: str
    title: str
    against: str
    note: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    corrected: tuple[tuple[str, tuple[str, ...]], ...]
    verdicts: tuple[str, ...]
    analyses: tuple[ChangedAnalysis, ...]
    same: tuple[str, ...]
    further: tuple[str, ...]
    files: str

    @property
    def nothing(self) -> bool:
        """Whether no study, published value or result changed."""
        return not any(
            (self.added, self.removed, self.corrected, self.verdicts, self.analyses, self.further)
        )


@dataclass(frozen=True)
class ChangesView:
    """The newest comparison, and the pages of all editions: file and title, newest first."""

    newest: Changed
    pages: tuple[tuple[str, str], ...]


def view(computed: Computed) -> ChangesView | None:
    """What the section shows; None before the first edition."""
    if not computed.history:
        return None
    every = tuple(_of_history(computed))
    return ChangesView(every[0], tuple((page(e), e.title) for e in every if e.files))


def page(one: Changed) -> str:
    """The page of an edition in the site."""
    return f"changes/{one.files.rpartition('/')[2]}.html"


def edition_pages(computed: Computed) -> Iterator[Item]:
    """A page for each edition, at an address that stays; print has the newest comparison alone."""
    for each, one in zip(computed.history, _of_history(computed), strict=True):
        if one.files:
            tables, figures = tuple(comparison_tables(each)), tuple(comparison_figures(each))
            yield Item(page(one), "change.html", one, tables, figures)


def _of_history(computed: Computed) -> Iterator[Changed]:
    notes = {f"edition {e.edition.id}": e.edition for e in computed.registry.editions}
    for each in computed.history:
        edition = notes.get(each.new.name)
        yield changed(
            each,
            note=(edition.note or "") if edition else "",
            files=f"editions/{edition.id}" if edition else "",
        )


def changed(each: Comparison, *, note: str = "", files: str = "") -> Changed:
    """A comparison in words."""
    labels = {**(each.old.labels if each.old else {}), **each.new.labels}
    titles = {**(each.old.titles if each.old else {}), **each.new.titles}
    return Changed(
        place=_id(each),
        title=_titled(each.new),
        against=_named(each.old) if each.old else "",
        note=note,
        added=tuple(labels[study] for study in each.added),
        removed=tuple(labels[study] for study in each.removed),
        corrected=tuple(_corrected(each, labels)),
        verdicts=tuple(
            f"{_sentence(claim_words(claim, titles))}: {before} before, {after} now"
            for claim, before, after in each.verdicts
        ),
        analyses=tuple(_analysis(each, run, labels) for run in each.runs),
        same=each.same,
        further=tuple(_with_labels(line, labels) for line in each.further),
        files=files,
    )


def _named(version: Version) -> str:
    return f"{version.name} of {version.day}" if version.day else version.name


def _titled(version: Version) -> str:
    return _sentence(_named(version))


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def _id(each: Comparison) -> str:
    """In addresses: `edition-2026-1`, `draft`."""
    return each.new.name.replace(" ", "-") if each.new.day else "draft"


def _corrected(
    each: Comparison, labels: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for file, changes in each.corrected.items():
        if file.startswith("studies/"):
            study = file.removeprefix("studies/").removesuffix(".yaml")
            yield labels[study], tuple(change.words for change in changes)
        else:
            sides = [v for v in (each.new, each.old) if v and file in v.records]
            about = sides[0].records[file]
            name = f"{labels.get(about['study'], about['study'])}, value wrong in print"
            yield name, tuple(_of_correction(about, change) for change in changes)


def _of_correction(record: Mapping[str, object], change: Change) -> str:
    if change.field:
        return change.words
    field, printed, right = (str(record[name]) for name in ("field", "printed", "corrected"))
    about = Change(f"studies/{record['study']}.yaml", field, "changed", printed, right)
    gone = " (correction withdrawn)" if change.kind == "removed" else ""
    return f"{about.words}{gone}"


def claim_words(claim: str, titles: Mapping[str, str]) -> str:
    """A published value as readers call it, from its id."""
    found = CLAIM.fullmatch(claim)
    if found is None:
        return claim.replace("-", " ", 1)
    what = found["what"].replace("-", " ").replace(".", ", ")
    return f"{titles.get(found['run'], found['run'])}, {readout_name(found['readout'])}, {what}"


def _with_labels(line: str, labels: Mapping[str, str]) -> str:
    """Ids of studies as their labels."""
    return re.sub(r"[a-z0-9][a-z0-9-]*", lambda m: labels.get(m[0], m[0]), line)


def _analysis(each: Comparison, run: ChangedRun, labels: Mapping[str, str]) -> ChangedAnalysis:
    table, sketch = change_table(each, run), _sketch(each, run)
    return ChangedAnalysis(
        run.title,
        tuple(_sentence(_with_labels(line, labels)) for line in run.words),
        table.id if table.rows else "",
        sketch.id if sketch else "",
    )


def _sketch(each: Comparison, run: ChangedRun) -> Sketch | None:
    transforms = [
        version.poolings[run.run].profile.transform if version and run.run in version.poolings
        else None
        for version in (each.old, each.new)
    ]  # fmt: skip
    names = [_named(version) for version in (each.old, each.new) if version]
    return change_sketch(f"changed-{_id(each)}-{run.run}", run, transforms, names)


def tables(computed: Computed) -> Iterator[Table]:
    """Head counts of every version, then the clusters of each analysis that changed last."""
    if computed.history:
        yield head_counts([each.new for each in computed.history])
        yield from comparison_tables(computed.history[0])


def comparison_tables(each: Comparison) -> Iterator[Table]:
    """Clusters of each analysis that changed."""
    for run in each.runs:
        yield change_table(each, run)


def figures(computed: Computed) -> Iterator[Sketch]:
    """The maps of each analysis that changed last."""
    if computed.history:
        yield from comparison_figures(computed.history[0])


def comparison_figures(each: Comparison) -> Iterator[Sketch]:
    """The maps of each analysis that changed, where both sides can be computed."""
    yield from filter(None, (_sketch(each, run) for run in each.runs))


def head_counts(versions: list[Version]) -> Table:
    """Versions and their head counts."""
    rows = tuple(
        (
            _titled(v), str(len(v.studies)), str(v.participants), str(v.foci),
            str(len(v.significant)),
            "; ".join(f"{n} {verdict}" for verdict, n in v.verdicts.items()) or NOT_APPLICABLE,
        )
        for v in versions
    )  # fmt: skip
    return Table(
        "head-counts",
        "Head counts",
        (
            *texts("Version"),
            *numbers("Studies", "Participants", "Foci", "Significant clusters"),
            *texts("Published values"),
        ),
        rows,
        notes=("Significant clusters: of the analyses that the report leads with.",),
    )


def change_table(each: Comparison, run: ChangedRun) -> Table:
    """Findings of an analysis before and after."""
    spaces = {
        version.poolings[run.run].profile.space
        for version in (each.old, each.new)
        if version and run.run in version.poolings
    }
    peak = f"Peak, {' / '.join(sorted(spaces))}" if spaces else "Peak"
    return Table(
        f"clusters-{_id(each)}-{run.run}",
        f"{run.title}: findings before and after",
        (
            *texts("Region of the peak", "Readout"),
            *numbers(
                f"{peak}, before", "after", "Volume, mm³, before", "after", "p FWE, before",
                "after",
            ),
            *texts("Change"),
        ),
        tuple(_row(*pair) for pair in run.findings),
        notes=(
            "Findings: significant clusters, and meeting points at the exploratory threshold, which"
            " are not corrected for the number of places searched.",
        ),
    )  # fmt: skip


def _told(before: LockedCluster | None, after: LockedCluster | None) -> str:
    if before is None or after is None:
        return "new" if before is None else "no longer found"
    return "as before" if before == after else "changed"


def _row(before: LockedCluster | None, after: LockedCluster | None) -> tuple[str, ...]:
    one = after or before
    assert one is not None  # noqa: S101 (a pair has one side at least)
    cells: list[str] = []
    for cell in (_peak, _volume, _p_fwe):
        cells += [cell(side) if side else NOT_FOUND for side in (before, after)]
    return (one.region, readout_name(one.readout), *cells, _told(before, after))


def _peak(cluster: LockedCluster) -> str:
    return ", ".join(coordinates(cluster.peak))


def _volume(cluster: LockedCluster) -> str:
    return str(cluster.volume_mm3)


def _p_fwe(cluster: LockedCluster) -> str:
    return NOT_APPLICABLE if cluster.p_fwe is None else number(cluster.p_fwe)


def feed(computed: Computed) -> bytes | None:
    """The Atom feed with an entry for each edition; None before the first."""
    registry = computed.registry
    if not registry.editions:
        return None
    days = {f"edition {e.edition.id}": e.edition for e in registry.editions}
    first = registry.editions[0].edition.digest
    entries = [
        Entry(
            f"{first} {edition.id}", one.title, edition.date, page(one),
            tuple(_lines(one, each.new)),
        )
        for each, one in zip(computed.history, _of_history(computed), strict=True)
        if (edition := days.get(each.new.name))
    ]  # fmt: skip
    newest = registry.editions[-1].edition.date
    return atom(Feed(first, title(registry), newest, registry.review.authors, tuple(entries)))


def _lines(one: Changed, version: Version) -> Iterator[str]:
    """The same in plain sentences."""
    if one.note:
        yield one.note
    yield (
        f"{plural(len(version.studies), 'study', 'studies')}, {version.participants} participants,"
        f" {plural(version.foci, 'focus', 'foci')},"
        f" {plural(len(version.significant), 'significant cluster')}."
    )
    for what, names in (("Added", one.added), ("Removed", one.removed)):
        if names:
            yield f"{what}: {listed(names)}."
    for study, changes in one.corrected:
        yield f"Corrected, {study}: {'; '.join(changes)}."
    yield from (f"{verdict}." for verdict in one.verdicts)
    for each in one.analyses:
        yield f"{each.title}: {'. '.join(each.words)}."
    if one.against and one.nothing:
        yield f"Nothing of this changed since {one.against}."


SECTION = Section(
    id="changes",
    place="what-changed",
    title="Editions",
    page="changes.html",
    view=view,
    tables=tables,
    figures=figures,
)
