"""Tables of the report. One object gives the HTML, the PDF and the CSV, so they agree."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from trdreport.cbma.analysis import CLUSTER_FWE
from trdreport.cbma.claims import VOLUME_TOLERANCE_MM3, Claim
from trdreport.cbma.results import AnalysisResult, Cluster, ReadoutResult
from trdreport.cbma.run import Result
from trdreport.registry.fields import UNKNOWN_WORDS, Age, MeanSd
from trdreport.registry.loading import Registry
from trdreport.registry.study import Clinical, Group, Severity

NOT_APPLICABLE = "not applicable"

MISSING = (*(word.replace("_", " ") for word in UNKNOWN_WORDS), NOT_APPLICABLE)
"""What a cell says when it has no value."""


@dataclass(frozen=True)
class Table:
    """A captioned table of text cells. `numeric` names the columns set in figures.

    `links` maps a cell's text to a page of the site.
    """

    id: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    links: Mapping[str, str] | None = None

    def csv(self) -> str:
        """The table as CSV with a header row."""
        return to_csv(self.columns, self.rows)


def to_csv(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """RFC 4180 text with one header row and line feeds."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def shown(value: object) -> str:
    """A record's value as a reader sees it."""
    if value is None:
        return NOT_APPLICABLE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, MeanSd | Age | Severity):
        return f"{value.mean} ± {value.sd}" if not isinstance(value.sd, str) else f"{value.mean}"
    text = str(value)
    return text.replace("_", " ") if text in UNKNOWN_WORDS else text


def study_table(registry: Registry) -> Table:
    """Table 1: who was studied."""
    names = list(registry.review.groups)
    patients = [name for name, group in registry.review.groups.items() if group.patients]
    case = patients[0]
    pair = " / ".join(patients)
    columns = (
        "Study", "Country", f"N ({' / '.join(names)})", f"Age, years ({case})",
        f"Women, % ({case})", "Criteria", f"{case} criterion", f"Onset age, years ({pair})",
        f"Illness duration ({pair})", "Scale", f"Score ({pair})",
        f"Medication, % {case} ({patients[-1]})", "Quality",
    )  # fmt: skip
    rows = []
    for study in registry.studies:
        groups = [study.groups.get(name) for name in patients]
        first = study.groups[case]
        rows.append(
            (
                study.label, study.country,
                " / ".join(str(study.n(name)) for name in names),
                shown(first.age_years), shown(first.female_percent),
                study.diagnosis.criteria, study.trd_definition.as_printed,
                _pair(groups, lambda c: shown(c.onset_age_years)),
                _pair(groups, _duration), _scale(first),
                _pair(groups, lambda c: shown(c.severity)),
                _medication({n: study.groups[n] for n in patients if n in study.groups}, registry),
                shown(study.quality.score),
            )
        )  # fmt: skip
    labels = "; ".join(f"{k} = {v.label}" for k, v in registry.review.groups.items())
    drugs = "; ".join(
        f"{drug.short} = {drug.label}"
        for drug in registry.review.medication_classes.values()
        if drug.short != drug.label
    )
    return Table(
        id="table-1",
        caption="Table 1. Characteristics of the included studies",
        columns=columns,
        rows=tuple(rows),
        numeric=(columns[2], columns[3], columns[4], columns[-1]),
        notes=(
            f"{labels}. Mean ± SD, values as printed in the review.",
            f"Medication: percent of each group; – printed as a dash. {drugs}.",
        ),
        links={study.label: f"studies/{study.id}.html" for study in registry.studies},
    )


def _pair(groups: list[Group | None], read: Callable[[Clinical], str]) -> str:
    """`TRD value / TSD value`; said once when neither is known."""
    cells = [
        read(group.clinical) if group and group.clinical else NOT_APPLICABLE for group in groups
    ]
    return cells[0] if set(cells) <= set(MISSING[:1]) else " / ".join(cells)


def _duration(clinical: Clinical) -> str:
    years, months = clinical.illness_duration_years, clinical.illness_duration_months
    value, unit = (months, "months") if years is None else (years, "years")
    return shown(value) if isinstance(value, str) else f"{shown(value)} {unit}"


def _scale(group: Group) -> str:
    severity = group.clinical.severity if group.clinical else "not_reported"
    return shown(severity) if isinstance(severity, str) else severity.scale


def _medication(groups: Mapping[str, Group], registry: Registry) -> str:
    """`SSRI 68.75 (100)`: percent of the first group and, in brackets, of the second."""
    clinical = {name: group.clinical for name, group in groups.items() if group.clinical}
    percents = {
        name: c.medication_percent
        for name, c in clinical.items()
        if isinstance(c.medication_percent, dict)
    }
    cells = []
    for drug, names in registry.review.medication_classes.items():
        shares = [_percent(shares[drug]) for shares in percents.values() if drug in shares]
        if shares:
            brackets = "".join(f" ({share})" for share in shares[1:])
            cells.append(f"{names.short} {shares[0]}{brackets}")
    cells += [
        f"{name}: {shown(c.medication_status).replace('_', ' ')}"
        for name, c in clinical.items()
        if name not in percents
    ]
    return "; ".join(cells)


def _percent(value: object) -> str:
    return "–" if value == "not_reported" else shown(value)


def foci_table(registry: Registry) -> Table:
    """Table 2: every focus that can be pooled."""
    columns = ("Study", "Modality", "Measure", "Field, T", "Contrast", "x", "y", "z", "Space")
    rows = [
        (
            study.label, study.imaging.modality, study.imaging.measure,
            shown(study.imaging.field_strength_tesla), result.contrast.replace(">", " > "),
            str(focus.x), str(focus.y), str(focus.z), result.space,
        )
        for study in registry.studies
        for result in study.contrasts
        for focus in result.foci
    ]  # fmt: skip
    return Table(
        id="table-2",
        caption="Table 2. Imaging and coordinates of the included studies",
        columns=columns,
        rows=tuple(rows),
        numeric=("Field, T", "x", "y", "z"),
        notes=(
            "x, y, z in mm, as published. A contrast A > B lists where A has the higher value.",
        ),
        links={study.label: f"studies/{study.id}.html" for study in registry.studies},
    )


def definition_table(registry: Registry) -> Table:
    """How each study defines treatment resistance."""
    rows = [
        (
            study.label, shown(study.trd_definition.failed_trials),
            shown(study.trd_definition.different_classes), shown(study.trd_definition.weeks),
            shown(study.trd_definition.staging), shown(study.diagnosis.polarity).replace("_", " "),
            study.trd_definition.summary,
        )
        for study in registry.studies
    ]  # fmt: skip
    return Table(
        "definitions",
        "Table 3. Definitions of treatment resistance",
        (
            "Study", "Failed trials, at least", "Different classes", "Weeks, at least", "Staging",
            "Depression", "Definition",
        ),
        tuple(rows),
        ("Failed trials, at least", "Weeks, at least"),
        links={study.label: f"studies/{study.id}.html" for study in registry.studies},
    )  # fmt: skip


def acquisition_table(registry: Registry) -> Table:
    """How each study imaged and tested."""
    rows = [
        (
            study.label, study.imaging.modality, study.imaging.measure,
            shown(study.imaging.field_strength_tesla), shown(study.imaging.scanner),
            shown(study.imaging.software), shown(study.imaging.smoothing_fwhm_mm),
            shown(study.imaging.height_threshold_p), shown(study.imaging.correction),
        )
        for study in registry.studies
    ]  # fmt: skip
    return Table(
        "acquisition",
        "Table 4. Acquisition, processing and thresholds",
        (
            "Study", "Modality", "Measure", "Field, T", "Scanner", "Software", "Smoothing, mm",
            "Voxel p", "Correction",
        ),
        tuple(rows),
        ("Field, T", "Smoothing, mm", "Voxel p"),
        links={study.label: f"studies/{study.id}.html" for study in registry.studies},
    )  # fmt: skip


ANALYSIS_COLUMNS = (
    "analysis", "profile", "title", "experiments", "foci", "participants", "status",
)  # fmt: skip


def analysis_rows(registry: Registry, results: Mapping[str, Result]) -> list[tuple[str, ...]]:
    """Rows of analyses.csv."""
    return [
        (
            analysis.id, analysis.profile, analysis.title,
            str(len(results[analysis.id].table.experiments)),
            str(results[analysis.id].table.n_foci),
            str(results[analysis.id].table.participants),
            status(results[analysis.id]),
        )
        for analysis in registry.plan.analyses
    ]  # fmt: skip


def status(result: Result) -> str:
    """`run`, or why not."""
    return "run" if isinstance(result, AnalysisResult) else f"not run: {result.reason}"


def overview_table(registry: Registry, results: Mapping[str, Result]) -> Table:
    """Every analysis and what it found."""
    rows = []
    for analysis in registry.plan.analyses:
        result = results[analysis.id]
        table = result.table
        rows.append(
            (
                analysis.title, "post hoc" if analysis.post_hoc else "planned",
                str(len(table.experiments)), str(table.n_foci), str(table.participants),
                *_found(result),
            )
        )  # fmt: skip
    return Table(
        "analyses",
        "Table 6. Analyses and their findings",
        (
            "Analysis", "Kind", "Experiments", "Foci", "Participants", "Significant clusters (FWE)",
            "Smallest FWE p", "Meeting points, uncorrected",
        ),
        tuple(rows),
        (
            "Experiments", "Foci", "Participants", "Significant clusters (FWE)", "Smallest FWE p",
            "Meeting points, uncorrected",
        ),
        notes=(
            "Meeting points: clusters at the exploratory threshold with foci of at least two"
            " experiments; not corrected for the number of places searched.",
        ),
        links={a.title: f"analyses/{a.id}.html" for a in registry.plan.analyses},
    )  # fmt: skip


def _found(result: Result) -> tuple[str, str, str]:
    if not isinstance(result, AnalysisResult):
        return ("not run",) * 3
    corrected, exploratory = result.readouts
    smallest = min((c.p_fwe for c in corrected.clusters if c.p_fwe is not None), default=None)
    return (
        str(sum(cluster.significant for cluster in corrected.clusters)),
        NOT_APPLICABLE if smallest is None else number(smallest),
        str(sum(cluster.convergent for cluster in exploratory.clusters)),
    )


CLUSTER_COLUMNS = (
    "analysis", "profile", "readout", "cluster", "x", "y", "z", "space", "volume_mm3", "ale",
    "p_uncorrected", "z_value", "p_fwe", "significant", "label", "contributing",
    "x_mni", "y_mni", "z_mni", "shares",
)  # fmt: skip


def cluster_rows(registry: Registry, results: Mapping[str, Result]) -> list[tuple[str, ...]]:
    """Rows of clusters.csv: every cluster of both readouts."""
    rows: list[tuple[str, ...]] = []
    for analysis in registry.plan.analyses:
        result = results[analysis.id]
        if isinstance(result, AnalysisResult):
            for readout in result.readouts:
                for cluster in readout.clusters:
                    rows.append(
                        (
                            analysis.id, analysis.profile, readout.readout, str(cluster.number),
                            *coordinates(cluster.peak), result.space, str(cluster.volume_mm3),
                            f"{cluster.ale:.5f}", number(cluster.p_uncorrected),
                            f"{cluster.z_value:.2f}",
                            "" if cluster.p_fwe is None else number(cluster.p_fwe),
                            str(cluster.significant).lower(), str(cluster.label),
                            ";".join(cluster.contributing), *coordinates(cluster.peak_mni, 1),
                            shares(cluster, ";", "="),
                        )
                    )  # fmt: skip
    return rows


def coordinates(point: tuple[float, float, float], digits: int = 0) -> tuple[str, str, str]:
    """x, y, z as text; never `-0`."""
    x, y, z = (f"{round(value, digits) + 0.0:.{digits}f}" for value in point)
    return x, y, z


def number(value: float) -> str:
    """Three significant digits; powers of ten below 0.0001."""
    return f"{value:.3g}"


def shares(cluster: Cluster, separator: str = "; ", between: str = " ") -> str:
    """Experiments with at least one percent of a cluster's ALE, largest first."""
    return separator.join(
        f"{part.unit}{between}{part.share:.0%}"
        for part in cluster.contributions
        if part.share >= 0.01
    )


def cluster_table(
    registry: Registry,
    result: AnalysisResult,
    readout: ReadoutResult,
    *,
    convergent_only: bool,
) -> Table:
    """Clusters of one readout, all or those in which experiments meet, for reading."""
    clusters = [c for c in readout.clusters if c.convergent or not convergent_only]
    kind = "meeting" if convergent_only else "clusters"
    what = "clusters in which experiments meet" if convergent_only else "all clusters"
    labels = {study.id: study.label for study in registry.studies}
    analysis = registry.analysis(result.analysis)
    rows = [
        (
            str(cluster.number), str(cluster.label), ", ".join(coordinates(cluster.peak)),
            ", ".join(coordinates(cluster.peak_mni, 1)), str(cluster.volume_mm3),
            f"{cluster.ale:.5f}", number(cluster.p_uncorrected), f"{cluster.z_value:.2f}",
            NOT_APPLICABLE if cluster.p_fwe is None else number(cluster.p_fwe),
            "; ".join(
                f"{labels.get(part.unit, part.unit)} {part.share:.0%}"
                + (f" ({part.foci_inside} inside)" if part.foci_inside else "")
                for part in cluster.contributions
                if part.share >= 0.01
            ),
        )
        for cluster in clusters
    ]  # fmt: skip
    columns = (
        "Cluster", "Region of the peak", f"Peak, {result.space}", "Peak, MNI", "Volume, mm³", "ALE",
        "p uncorrected", "z", "p FWE", "Share of the ALE by experiment",
    )  # fmt: skip
    return Table(
        id=f"{kind}-{result.analysis}-{readout.readout.replace('.', '-')}",
        caption=f"{analysis.title}: {what}, {readout_name(readout.readout)}",
        columns=columns,
        rows=tuple(rows),
        numeric=columns[:1] + columns[2:9],
    )


def claim_table(registry: Registry, claims: Iterable[Claim]) -> Table:
    """Published values beside computed ones."""
    titles = {analysis.id: analysis.title for analysis in registry.plan.analyses}
    rows = [
        (
            titles.get(claim.analysis, "Whole review"),
            readout_name(claim.readout) if claim.readout else NOT_APPLICABLE, claim.quantity,
            claim.published, claim.computed, claim.difference, claim.verdict.value,
        )
        for claim in claims
    ]  # fmt: skip
    return Table(
        "reproduction",
        "Table 7. Published claims and what was computed",
        ("Analysis", "Readout", "Quantity", "Published", "Computed", "Difference", "Verdict"),
        tuple(rows),
        notes=(
            "Reproduced means: peaks agree to the voxel, volumes within"
            f" {VOLUME_TOLERANCE_MM3} mm³, ALE and p at the digits printed, and so do the decisions"
            " about significance and the studies behind a cluster.",
        ),
    )


def readout_name(readout: str) -> str:
    """A readout in words."""
    if readout == CLUSTER_FWE:
        return "cluster-level FWE"
    return readout.replace("uncorrected-", "uncorrected p < ")


def quality_table(registry: Registry) -> Table:
    """Quality scores of the studies."""
    rows = [
        (
            study.label, study.quality.instrument, shown(study.quality.score),
            shown(study.quality.maximum), shown(study.quality.items),
        )
        for study in registry.studies
    ]  # fmt: skip
    return Table(
        "quality",
        "Table 5. Quality ratings by the review's authors",
        ("Study", "Instrument", "Score", "Maximum", "Items"),
        tuple(rows),
        ("Score", "Maximum"),
        links={study.label: f"studies/{study.id}.html" for study in registry.studies},
    )
