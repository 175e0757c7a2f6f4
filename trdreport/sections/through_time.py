"""The evidence through time, and what would settle it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from trdreport.engine.living.results import Alarms, Living, Settled, Step, ThroughTime
from trdreport.engine.methods import Sentence
from trdreport.engine.stopping import exact_interval
from trdreport.figures.chart import Content
from trdreport.figures.grids import FOUND, MISSING, grid
from trdreport.model.plan import Run
from trdreport.sections.facts.computed import Computed
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.section import DataFile, Section, csv_file
from trdreport.sections.tables import NOT_APPLICABLE, Table, numbers, texts
from trdreport.sections.words import coordinates, listed, number, plural
from trdreport.sections.words.citing import Cited, cited

TIME_COLUMNS = (
    "analysis", "profile", "step", "added", "as_of", "experiments", "foci", "run",
    "smallest_p_fwe", "x_mni", "y_mni", "z_mni", "found", "p_fwe_of_place", "significant",
    "information", "alpha_spent", "boundary_p",
)  # fmt: skip

SETTLE_COLUMNS = (
    "analysis", "profile", "as_of", "x_mni", "y_mni", "z_mni", "p_fwe_now", "studies_added", "rate",
    "futures", "significant", "low", "high",
)  # fmt: skip

SHOWN_NOT_USED = (
    Sentence(
        "The chance of a false alarm, and any rule that spends alpha over searches, are shown and"
        " decide nothing: the Cochrane Handbook advises against resting the main conclusion on"
        " sequential rules",
        ("thomas2023",),
    ),
)

SPENDING = (
    Sentence(
        "Alpha is spent over the planned searches by Lan and DeMets' function that comes close to"
        " O'Brien and Fleming's boundary",
        ("lan1983", "obrien1979"),
    ),
)


@dataclass(frozen=True)
class ThroughTimeView:
    """How often the review looked, the tables and figure, and their sources.

    `alphas` are the family-wise p of the profiles.
    """

    searches: int
    alphas: tuple[str, ...]
    looks: tuple[str, ...]
    settle: tuple[str, ...]
    figures: tuple[str, ...]
    sources: tuple[Cited, ...]


def view(computed: Computed) -> ThroughTimeView | None:
    """What the section shows; None where nothing was computed."""
    living = computed.living
    if not living or not living.through_time:
        return None
    rule = computed.registry.plan.looks
    return ThroughTimeView(
        searches=len(computed.registry.searches),
        alphas=tuple(dict.fromkeys(
            number(float(run.profile.cluster_fwe_p)) for run in computed.leading
            if run.id in living.through_time
        )),
        looks=tuple(table.id for table in _of_looks(computed, living)),
        settle=tuple(table.id for table in _of_settle(computed, living)),
        figures=tuple(sketch.id for sketch in figures(computed)),
        sources=cited((*SHOWN_NOT_USED, *(SPENDING if rule else ())), computed),
    )  # fmt: skip


def tables(computed: Computed) -> Iterator[Table]:
    """Each search, false alarms, and what would settle each place."""
    if computed.living:
        yield from _of_looks(computed, computed.living)
        yield from _of_settle(computed, computed.living)


def _of_looks(computed: Computed, living: Living) -> Iterator[Table]:
    if living.through_time:
        if len(computed.registry.searches) > 1:
            yield searches_table(computed, living)
        yield alarms_table(computed, living)


def _of_settle(computed: Computed, living: Living) -> Iterator[Table]:
    if living.settled:
        yield settle_table(computed, living)


def figures(computed: Computed) -> Iterator[Sketch]:
    """Every analysis after each study; none where no study was a step of two analyses or more."""
    living = computed.living
    if living and any(len(t.studies) > 1 for t in living.through_time.values()):
        yield _sketch(computed, living)


def _sketch(computed: Computed, living: Living) -> Sketch:
    labels = computed.labels
    runs = [run for run in computed.leading if run.id in living.through_time]
    added = {step.added for t in living.through_time.values() for step in t.studies}
    order = sorted(added, key=lambda id_: (computed.registry.study(id_).year, id_))
    cells, rows, told = [], [], []
    for id_ in order:
        own = []
        for run in runs:
            through = living.through_time[run.id]
            step = next((s for s in through.studies if s.added == id_), None)
            own.append(_content(through, step, float(run.profile.cluster_fwe_p)))
            if step:
                rows.append(
                    (labels[id_], run.analysis.title, str(step.experiments), str(step.foci),
                     _smallest(step), _there(through, step, float(run.profile.cluster_fwe_p)))
                )  # fmt: skip
        cells.append(own)
    for run in runs:
        last = living.through_time[run.id].studies[-1]
        told.append(f"{run.analysis.title} ends at {_smallest(last)}")
    return Sketch(
        "through-time",
        grid(
            [f"+ {labels[id_]}" for id_ in order],
            [run.analysis.title for run in runs], cells, (), [True] * len(order),
        ),
        f"Smallest p FWE after each study: {'; '.join(told)}.",
        "After each study, in order of publication: the smallest p FWE anywhere in the brain."
        " “sig.”, in colour: the place that leads with all studies (the significant cluster, or"
        " else the one of the smallest p) is significant at that step. “there”: a cluster lies at"
        " that place and is not significant; it may come from one study alone, and the p may be"
        " that of another place. One: a single experiment, which cannot be pooled. Dash: the study"
        " adds no foci to the analysis, or in a large review it shares a step with the next.",
        ("after", "analysis", "experiments", "foci", "smallest_p_fwe", "leading_place"),
        tuple(rows),
    )  # fmt: skip


def _content(through: ThroughTime, step: Step | None, alpha: float) -> Content:
    if step is None:
        return MISSING["not applicable"]
    if not step.run:
        return Content("one", "paper")
    there = _there(through, step, alpha)
    word = {"significant": "\nsig.", "found": "\nthere", "not found": ""}[there]
    return Content(_smallest(step) + word, FOUND if there == "significant" else "paper")


def _smallest(step: Step) -> str:
    return f"{step.smallest_p:.3f}" if step.run else "not run"


def _there(through: ThroughTime, step: Step, alpha: float) -> str:
    if not step.run:
        return NOT_APPLICABLE
    spot = through.place.among(step.spots) if through.place else None
    if spot is None:
        return "not found"
    return "significant" if spot.p_fwe < alpha else "found"


def searches_table(computed: Computed, living: Living) -> Table:
    """Every leading analysis after each search."""
    rows = []
    for run in computed.leading:
        through = living.through_time.get(run.id)
        rule = {b.search: b for b in through.boundaries} if through else {}
        for step in through.searches if through else ():
            limit = rule.get(step.added)
            rows.append(
                (
                    run.analysis.title, step.added, str(step.experiments), str(step.foci),
                    _smallest(step),
                    _there(through, step, float(run.profile.cluster_fwe_p)) if through else "",
                    *((f"{limit.spent:.3g}" if limit else NOT_APPLICABLE,
                       f"{limit.p:.3g}" if limit else NOT_APPLICABLE)
                      if computed.registry.plan.looks else ()),
                )
            )  # fmt: skip
    spending = ("Alpha spent up to here", "Boundary for p") if computed.registry.plan.looks else ()
    return Table(
        "searches-through-time",
        "Each analysis after each search",
        (
            *texts("Analysis", "After the search"),
            *numbers("Experiments", "Foci", "Smallest p FWE"), *texts("Leading place"),
            *numbers(*spending),
        ),
        tuple(rows),
        notes=(
            "Leading place: the significant cluster of the smallest p of all studies, or without"
            " one the cluster of the smallest p; found is a cluster with its peak within 10 mm.",
            *(("A boundary of 0 is below what the permutations can resolve, or nothing is left to"
               " spend.",) if spending else ()),
        ),
    )  # fmt: skip


def alarms_table(computed: Computed, living: Living) -> Table:
    """The chance of a false alarm over all looks."""
    rows = []
    for run in computed.leading:
        if through := living.through_time.get(run.id):
            by_search, by_study = through.alarms, through.alarms_by_study
            rows.append((run.analysis.title, *_alarms(by_search), *_alarms(by_study)))
    return Table(
        "false-alarms",
        "Chance of a false alarm over all looks, each analysis by itself",
        (
            *texts("Analysis"),
            *numbers("Looks, by search", "False alarm", "95 % interval",
                     "Looks, were it by study", "False alarm then", "95 % interval then"),
        ),
        tuple(rows),
        notes=(
            "Share of permutations in which at least one look is significant at the threshold of"
            " its own null; foci that two looks share lie in the same random places. With one look"
            " that is at most the threshold by construction. With fewer than two experiments"
            " nothing can be pooled, and there is no look. Nothing here allows for the number of"
            " analyses.",
        ),
    )  # fmt: skip


def _alarms(alarms: Alarms) -> tuple[str, str, str]:
    low, high = exact_interval(alarms.alarms, alarms.permutations)
    share = alarms.alarms / alarms.permutations
    return str(alarms.looks), f"{share:.1%}", f"{low:.1%} to {high:.1%}"


def settle_table(computed: Computed, living: Living) -> Table:
    """The share of futures in which each leading place is significant."""
    settings = computed.registry.plan.settle
    rows = []
    for run in computed.leading:
        for settled in living.settled.get(run.id, ()):
            for rate, futures in groupby(settled.futures, key=lambda future: future.rate):
                rows.append(
                    (
                        run.analysis.title, _where(settled), _now(settled), f"{rate:.0%}",
                        *(f"{f.significant / f.futures:.0%}" for f in futures),
                    )
                )  # fmt: skip
    studies = settings.studies if settings else ()
    futures_each = settings.futures if settings else 0
    return Table(
        "settle",
        "How often further studies would make, or keep, a place significant",
        (
            *texts("Analysis", "Place (MNI)"), *numbers("p FWE now"),
            *numbers("Further studies that report it", *(f"{n} more studies" for n in studies)),
        ),
        tuple(rows),
        notes=(
            "Asked of the significant clusters, and of planned analyses without one the place of"
            " the smallest p, where foci of at least two experiments lie there.",
            f"Share of {futures_each} simulated futures in which the place is significant, given"
            " the foci that are there. In the others it is not significant; a result that is"
            " significant now is lost in them. With 0 % no further study reports the place.",
            "Assumed: further studies have the sample sizes and numbers of foci of the analysis's"
            " own experiments; one of a study's foci reports the place with the given probability,"
            " off by 5 mm (SD along each axis); all its other foci lie anywhere in the mask. With"
            f" {futures_each} futures a share is known to {_half_width(futures_each)}. Each future"
            f" has a null of its own, of {settings.permutations if settings else 0} permutations,"
            " which adds to that; rises and falls along a row may be no more.",
        ),
    )  # fmt: skip


def outlook(computed: Computed, run: Run) -> tuple[str, ...]:
    """What further studies would make of each place of a run that was asked, in a sentence."""
    settled = computed.living.settled.get(run.id, ()) if computed.living else ()
    return tuple(_outlook(each) for each in settled)


def _outlook(settled: Settled) -> str:
    counts = sorted({future.studies for future in settled.futures})
    studies = counts[len(counts) // 2]
    futures = [future for future in settled.futures if future.studies == studies]
    shares = listed(f"{future.significant / future.futures:.0%}" for future in futures)
    rates = listed(f"{future.rate:.0%}" for future in futures)
    verb = "stays" if settled.place.significant else "becomes"
    more = plural(studies, "more study", "more studies")
    return (
        f"With {more}, of which {rates} report the place at {_where(settled)} (MNI), it {verb}"
        f" significant in {shares} of {futures[0].futures} simulated futures each"
    )


def _half_width(futures: int) -> str:
    low, high = exact_interval(futures // 2, futures) if futures else (0.0, 1.0)
    return f"±{100 * (high - low) / 2:.0f} points at worst"


def _where(settled: Settled) -> str:
    return ", ".join(coordinates(settled.place.peak_mni))


def _now(settled: Settled) -> str:
    return number(settled.place.p_fwe)


def files(computed: Computed) -> Iterator[DataFile]:
    """Every step and every kind of future as data."""
    living = computed.living
    if living and living.through_time:
        rows = list(_time_rows(computed, living))
        words = "each analysis after each search and each study"
        yield csv_file("through_time.csv", TIME_COLUMNS, rows, words)
    if living and living.settled:
        yield csv_file(
            "settle.csv", SETTLE_COLUMNS, _settle_rows(computed, living),
            "simulated futures with further studies",
        )  # fmt: skip


def _time_rows(computed: Computed, living: Living) -> Iterator[tuple[str, ...]]:
    for run in computed.leading:
        through = living.through_time.get(run.id)
        if through is None:
            continue
        limits = {b.search: b for b in through.boundaries}
        place = through.place
        for step in (*through.searches, *through.studies):
            spot = place.among(step.spots) if place else None
            limit = limits.get(step.added) if step.kind == "search" else None
            yield (
                run.analysis.id, run.profile_id, step.kind, step.added,
                step.added if step.kind == "search" else computed.registry.newest,
                str(step.experiments), str(step.foci), str(step.run).lower(),
                number(step.smallest_p) if step.run else "",
                *(coordinates(place.peak_mni, 1) if place else ("", "", "")),
                str(spot is not None).lower() if step.run else "",
                number(spot.p_fwe) if spot else "",
                str(spot is not None and spot.p_fwe < float(run.profile.cluster_fwe_p)).lower()
                if step.run else "",
                *((number(limit.information), number(limit.spent), number(limit.p))
                  if limit else ("", "", "")),
            )  # fmt: skip


def _settle_rows(computed: Computed, living: Living) -> Iterator[tuple[str, ...]]:
    for run in computed.leading:
        for settled in living.settled.get(run.id, ()):
            for f in settled.futures:
                low, high = exact_interval(f.significant, f.futures)
                yield (
                    run.analysis.id, run.profile_id, computed.registry.newest,
                    *coordinates(settled.place.peak_mni, 1), _now(settled),
                    str(f.studies), number(f.rate), str(f.futures), str(f.significant),
                    f"{low:.4f}", f"{high:.4f}",
                )  # fmt: skip


SECTION = Section(
    id="through_time",
    place="through-time",
    title="The evidence through time, and what would settle it",
    page="robustness.html",
    view=view,
    tables=tables,
    figures=figures,
    files=files,
)
