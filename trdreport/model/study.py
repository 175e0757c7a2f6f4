"""A study record: one included study, as its paper and the review print it."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from trdreport.model.eligibility import Eligibility
from trdreport.model.fields import (
    Acknowledged,
    Age,
    CitationKey,
    Contrast,
    Elsewhere,
    Identifier,
    Maybe,
    MeanSd,
    NonNegative,
    Number,
    People,
    Percent,
    Positive,
    Probability,
    Record,
    Source,
    Space,
    Spread,
    Text,
    Year,
    declared,
)

BRAIN_BOX_MM = ((-95, 95), (-135, 105), (-80, 110))
"""Generous box in mm around any adult brain in MNI or Talairach space, for x, y and z."""


class Focus(Record):
    """A peak coordinate in mm, as published, with what the paper says of it."""

    x: Annotated[
        Number,
        declared(
            "mm, left is negative.",
            label="x",
            unit="mm",
            example=-18,
            wrong="18 L",
            ge=BRAIN_BOX_MM[0][0],
            le=BRAIN_BOX_MM[0][1],
        ),
    ]
    y: Annotated[
        Number,
        declared(
            "mm, front is positive.",
            label="y",
            unit="mm",
            example=-12,
            ge=BRAIN_BOX_MM[1][0],
            le=BRAIN_BOX_MM[1][1],
        ),
    ]
    z: Annotated[
        Number,
        declared(
            "mm, up is positive.",
            label="z",
            unit="mm",
            example=72,
            ge=BRAIN_BOX_MM[2][0],
            le=BRAIN_BOX_MM[2][1],
        ),
    ]
    region: Annotated[
        Text | None,
        declared(
            "The paper's own name for the place.",
            label="Region as published",
            example="left insula",
        ),
    ] = None
    t_value: Annotated[
        Number | None,
        declared("Peak t statistic.", label="Peak t", example=4.82, ge=-1000, le=1000),
    ] = None
    z_value: Annotated[
        Number | None,
        declared("Peak z statistic.", label="Peak z", example=3.91, ge=-1000, le=1000),
    ] = None
    p_uncorrected: Annotated[
        Probability | None,
        declared(
            "Peak p, uncorrected.", label="Peak p, uncorrected", example=0.0002, wrong="<0.001"
        ),
    ] = None
    cluster_voxels: Annotated[
        People | None,
        declared("Cluster size in voxels.", label="Cluster size", unit="voxels", example=143),
    ] = None
    cluster_p_fwe: Annotated[
        Probability | None,
        declared(
            "Cluster p, corrected for family-wise error.", label="Cluster p FWE", example=0.032
        ),
    ] = None

    @property
    def statistic(self) -> tuple[Number, str] | None:
        """The peak statistic and its kind, `t` or `z`; None when the paper gives neither."""
        if self.t_value is not None:
            return self.t_value, "t"
        if self.z_value is not None:
            return self.z_value, "z"
        return None


def positions(foci: Iterable[Focus]) -> NDArray[np.float64]:
    """Foci as (n, 3) in mm, as published."""
    return np.array([[f.x, f.y, f.z] for f in foci], dtype=float).reshape(-1, 3)


class ContrastResult(Record):
    """Foci of one direction of a comparison. No foci: tested and nothing found."""

    contrast: Annotated[
        Contrast,
        declared(
            "The group with more first.",
            label="Contrast",
            example="TRD>HC",
            wrong="TRD vs HC",
            spaced=">",
        ),
    ]
    space: Annotated[
        Space,
        declared("Stereotaxic space of the foci.", label="Space", example="MNI", wrong="Talairach"),
    ]
    foci: Annotated[
        tuple[Focus, ...], declared("Peak coordinates; none when nothing was found.", label="Foci")
    ]

    def positions(self) -> NDArray[np.float64]:
        """Foci as (n, 3) in mm of `space`."""
        return positions(self.foci)


class OtherContrast(Record):
    """A comparison in the paper that the review's question does not ask for; never pooled."""

    comparison: Annotated[
        Text,
        declared(
            "The two sides, in words.",
            label="Comparison",
            example="unipolar against bipolar patients",
        ),
    ]
    n_more: Annotated[
        Maybe[People],
        declared("People on the side named first.", label="N, side named first", example=26),
    ]
    n_less: Annotated[
        Maybe[People],
        declared("People on the side named second.", label="N, side named second", example=15),
    ]
    reason: Annotated[
        Text,
        declared(
            "Why it is not in the meta-analysis.",
            label="Reason",
            example="Compares parts of one group.",
        ),
    ]
    space: Annotated[
        Space, declared("Stereotaxic space of the foci.", label="Space", example="MNI")
    ]
    foci: Annotated[
        tuple[Focus, ...], declared("Peak coordinates; none when nothing was found.", label="Foci")
    ]

    def positions(self) -> NDArray[np.float64]:
        """Foci as (n, 3) in mm of `space`."""
        return positions(self.foci)


class TrdDefinition(Record):
    """What the study calls treatment-resistant."""

    failed_trials: Annotated[
        Maybe[People],
        declared(
            "Least number of failed antidepressant trials.",
            label="Failed trials, at least",
            example=2,
            wrong="two",
        ),
    ]
    different_classes: Annotated[
        Maybe[bool],
        declared(
            "Whether the drugs had to be of different classes.",
            label="Different classes",
            example=True,
            wrong="yes",
        ),
    ]
    weeks: Annotated[
        Maybe[Positive],
        declared(
            "Least duration of each trial, in weeks.",
            label="Each trial at least",
            unit="weeks",
            example=6,
            wrong="6-8",
        ),
    ]
    staging: Annotated[
        Maybe[Text],
        declared(
            "Staging model and the stage required.",
            label="Staging",
            example="Thase-Rush, stage 2 or above",
        ),
    ]
    as_printed: Annotated[
        Text,
        declared(
            "The criterion as its source has it.",
            label="Criterion as printed",
            example="2 AD of different classes for 6 weeks",
        ),
    ]
    summary: Annotated[
        Text,
        declared(
            "The definition in a sentence of ours.",
            label="Definition",
            example="Two failed antidepressants of different classes.",
        ),
    ]


class Severity(Spread):
    """A symptom score."""

    scale: Annotated[
        Text,
        declared(
            "A scale declared in review.yaml.", label="Scale", example="MADRS", names="scales"
        ),
    ]
    mean: Annotated[
        Number, declared("Mean score.", label="Mean score", example=34.2, ge=-10_000, le=10_000)
    ]
    sd: Annotated[
        Maybe[NonNegative],
        declared("Standard deviation of the score.", label="SD of the score", example=7.19),
    ]


class Subgroup(Record):
    """A part of a group."""

    name: Annotated[
        Text, declared("What the paper calls it.", label="Subgroup", example="unipolar")
    ]
    n: Annotated[People, declared("Participants.", label="N", example=26)]


class Clinical(Record):
    """The illness and its treatment in a group of patients."""

    onset_age_years: Annotated[
        Maybe[Age],
        declared(
            "Age at onset in years.",
            label="Onset age",
            unit="years",
            example={"mean": 28.26, "sd": 9.92},
        ),
    ]
    illness_duration_months: Annotated[
        Maybe[MeanSd] | None,
        declared(
            "Illness duration where printed in months.",
            label="Illness duration",
            unit="months",
            example={"mean": 35.5, "sd": 49.89},
        ),
    ] = None
    illness_duration_years: Annotated[
        Maybe[MeanSd] | None,
        declared(
            "Illness duration where printed in years.",
            label="Illness duration",
            unit="years",
            example={"mean": 18.9, "sd": 9.21},
        ),
    ] = None
    severity: Annotated[
        Maybe[Severity],
        declared(
            "Symptom score at the scan.",
            label="Symptom score",
            example={"scale": "MADRS", "mean": 34.2, "sd": 7.19},
        ),
    ]
    medication_status: Annotated[
        Maybe[Literal["medicated", "mixed", "untreated_at_scan", "treatment_naive"]],
        declared(
            "Whether the group took psychiatric drugs at the scan.",
            label="Medication",
            example="medicated",
            wrong="yes",
        ),
    ]
    medication_percent: Annotated[
        Maybe[dict[str, Maybe[Percent]]],
        declared(
            "Percent of the group on each class of drug, as printed.",
            label="Medication by class",
            unit="%",
            example={"ssri": 68.75},
            names="medication_classes",
        ),
    ]
    medication_note: Annotated[
        Text | None,
        declared(
            "What the classes do not say, in a sentence of ours.",
            label="Note",
            example="Three patients took no medication.",
        ),
    ] = None

    @model_validator(mode="after")
    def _one_duration(self) -> "Clinical":
        if (self.illness_duration_months is None) == (self.illness_duration_years is None):
            raise ValueError(
                "give one of illness_duration_months and illness_duration_years, as printed"
            )
        return self


class Group(Record):
    """One group of participants."""

    n: Annotated[
        People,
        declared("Participants analysed.", label="N", example=22, wrong="22 (11 F)", absent="0"),
    ]
    age_years: Annotated[
        Maybe[Age],
        declared("Age, mean and SD.", label="Age", unit="years", example={"mean": 27.4, "sd": 7.7}),
    ]
    female_percent: Annotated[
        Maybe[Percent],
        declared(
            "Share of women, as printed.", label="Women", unit="%", example=31.8, wrong="7/22"
        ),
    ]
    subgroups: Annotated[
        tuple[Subgroup, ...],
        declared("Parts of the group that the paper counts.", label="Of these"),
    ] = ()
    clinical: Annotated[
        Clinical | None, declared("For groups of patients only.", label="Illness and treatment")
    ] = None


class Diagnosis(Record):
    """How depression was diagnosed."""

    criteria: Annotated[
        Text,
        declared("Manual and version.", label="Diagnostic criteria", example="DSM-IV"),
    ]
    polarity: Annotated[
        Maybe[Literal["unipolar", "unipolar_and_bipolar"]],
        declared(
            "Whether people with bipolar depression were included.",
            label="Depression",
            example="unipolar",
        ),
    ]
    comorbidity: Annotated[
        Text,
        declared(
            "Comorbidity rules, in a sentence of ours.",
            label="Comorbidity",
            example="Serious physical illness was excluded.",
        ),
    ]


class Imaging(Record):
    """How the images were taken and tested."""

    modality: Annotated[
        Text,
        declared(
            "A modality declared in review.yaml.",
            label="Modality",
            example="VBM",
            names="modalities",
        ),
    ]
    measure: Annotated[
        Text,
        declared(
            "A measure declared in review.yaml.", label="Measure", example="GMV", names="measures"
        ),
    ]
    field_strength_tesla: Annotated[
        Positive,
        declared(
            "Magnetic field in tesla.",
            label="Field strength",
            unit="T",
            example=3,
            wrong="3T",
            le=30,
        ),
    ]
    scanner: Annotated[
        Maybe[Text],
        declared("Maker and model.", label="Scanner", example="Siemens Trio", wrong="n/a"),
    ]
    sequence: Annotated[
        Maybe[Text],
        declared(
            "Pulse sequence and its main parameters.",
            label="Sequence",
            example="MPRAGE, TR 2300 ms, 1 mm isotropic",
        ),
    ]
    software: Annotated[
        Maybe[Text],
        declared("Software and version of the analysis.", label="Software", example="SPM8"),
    ]
    smoothing_fwhm_mm: Annotated[
        Maybe[NonNegative],
        declared(
            "Width of the smoothing kernel in mm.",
            label="Smoothing FWHM",
            unit="mm",
            example=8,
            wrong="8 mm",
        ),
    ]
    whole_brain: Annotated[
        bool,
        declared("Searched the whole brain (criterion E6).", label="Whole brain", example=True),
    ]
    height_threshold_p: Annotated[
        Maybe[Probability],
        declared("Voxel-level p.", label="Voxel threshold p", example=0.001, wrong="p < 0.001"),
    ]
    extent_threshold: Annotated[
        Maybe[Text],
        declared("Cluster-level rule.", label="Cluster extent", example="more than 50 voxels"),
    ]
    correction: Annotated[
        Maybe[Text],
        declared(
            "Correction for multiple tests.", label="Correction", example="FWE, cluster level"
        ),
    ]
    covariates: Annotated[
        Maybe[tuple[Text, ...]],
        declared(
            "Variables that the analysis adjusted for.",
            label="Covariates",
            example=["age", "sex"],
            wrong="age and sex",
        ),
    ]


class Quality(Record):
    """Quality rating by the review's authors."""

    instrument: Annotated[
        Text,
        declared(
            "Name of the rating instrument.", label="Instrument", example="Newcastle-Ottawa Scale"
        ),
    ]
    score: Annotated[
        NonNegative,
        declared(
            "Total score, as printed.",
            label="Quality score",
            example=8.5,
            wrong="8.5/10",
            le=1000,
        ),
    ]
    maximum: Annotated[
        Maybe[Positive],
        declared(
            "Highest score that the instrument can give.",
            label="Highest possible score",
            example=10,
        ),
    ]
    items: Annotated[
        Maybe[dict[str, NonNegative]],
        declared("Score of each item, consensus.", label="Items", example={"Ascertainment": 1}),
    ]


class Study(Record):
    """One included study."""

    id: Annotated[
        Identifier,
        declared(
            "The name of the file without .yaml.",
            label="Study",
            example="wu2011",
            wrong="Wu 2011",
            page=False,
        ),
    ]
    citation: Annotated[
        CitationKey,
        declared("Key in references.bib.", label="Citation key", example="wu2011", page=False),
    ]
    search: Annotated[
        Identifier,
        declared(
            "The search that found it, by its id in search.yaml.",
            label="Found by",
            example="original",
            wrong="PubMed",
            page=False,
        ),
    ]
    label: Annotated[
        Text,
        declared("Short name, unique in the review.", label="Study", example="Wu 2011", page=False),
    ]
    year: Annotated[
        Year,
        declared(
            "Year of publication, as in references.bib.",
            label="Year",
            example=2011,
            wrong="2011, in press",
            page=False,
        ),
    ]
    country: Annotated[
        Text, declared("Where the participants were recruited.", label="Country", example="China")
    ]
    cohort: Annotated[
        Identifier,
        declared("Studies of the same people share a cohort.", label="Sample", example="wu2011"),
    ]
    design: Annotated[
        Literal["cross_sectional", "case_control", "prospective", "experimental"],
        declared("Design of the study.", label="Design", example="cross_sectional", wrong="RCT"),
    ]
    diagnosis: Annotated[Diagnosis, declared("How depression was diagnosed.", label="Diagnosis")]
    trd_definition: Annotated[
        TrdDefinition,
        declared("What the study calls treatment-resistant.", label="Definition of resistance"),
    ]
    groups: Annotated[
        dict[str, Group],
        declared(
            "Participants by group; groups are declared in review.yaml.",
            label="Groups",
            names="groups",
        ),
    ]
    imaging: Annotated[Imaging, declared("How the images were taken and tested.", label="Imaging")]
    quality: Annotated[
        Quality, declared("Quality rating by the review's authors.", label="Quality")
    ]
    contrasts: Annotated[
        tuple[ContrastResult, ...],
        declared("Comparisons between groups with their foci.", label="Contrasts", page=False),
    ]
    other_contrasts: Annotated[
        tuple[OtherContrast, ...],
        declared(
            "Comparisons that are recorded but never pooled.",
            label="Comparisons outside the meta-analysis",
            page=False,
        ),
    ] = ()
    sources: Annotated[
        tuple[Source, ...],
        declared(
            "Which place gives which part of this record.",
            label="Sources",
            page=False,
            min_length=1,
        ),
    ]
    eligibility: Eligibility = Field(default_factory=dict)
    printed_elsewhere: Annotated[
        tuple[Elsewhere, ...],
        declared(
            "Values that another place prints differently.", label="Printed elsewhere", page=False
        ),
    ] = ()
    acknowledged: Annotated[
        tuple[Acknowledged, ...],
        declared(
            "Doubts of trdreport check that are left as they are.",
            label="Acknowledged doubts",
            page=False,
        ),
    ] = ()
    notes: Annotated[
        tuple[Text, ...],
        declared(
            "Doubts about the transcription.",
            label="Notes",
            example=["The text and Table 2 name different regions."],
            page=False,
        ),
    ] = ()

    def n(self, group: str) -> int:
        """Participants in `group`; 0 when the study has no such group."""
        return self.groups[group].n if group in self.groups else 0


TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "table-1": (
            "label",
            "country",
            "groups[all].n",
            "groups[cases].age_years",
            "groups[cases].female_percent",
            "diagnosis.criteria",
            "trd_definition.as_printed",
            "groups[patients].clinical.onset_age_years",
            "groups[patients].clinical.illness_duration_years|illness_duration_months",
            "groups[cases].clinical.severity.scale",
            "groups[patients].clinical.severity",
            "groups[patients].clinical.medication_percent|medication_status",
            "quality.score",
        ),
        "table-2": (
            "label",
            "imaging.modality",
            "imaging.measure",
            "imaging.field_strength_tesla",
            "contrasts[each].contrast",
            "contrasts[each].foci[each].x",
            "contrasts[each].foci[each].y",
            "contrasts[each].foci[each].z",
            "contrasts[each].space",
        ),
        "definitions": (
            "label",
            "trd_definition.failed_trials",
            "trd_definition.different_classes",
            "trd_definition.weeks",
            "trd_definition.staging",
            "diagnosis.polarity",
            "trd_definition.summary",
        ),
        "acquisition": (
            "label",
            "imaging.modality",
            "imaging.measure",
            "imaging.field_strength_tesla",
            "imaging.scanner",
            "imaging.software",
            "imaging.smoothing_fwhm_mm",
            "imaging.height_threshold_p",
            "imaging.correction",
        ),
        "quality": (
            "label",
            "quality.instrument",
            "quality.score",
            "quality.maximum",
            "quality.items",
        ),
        "foci of a study": (
            "contrasts[each].contrast",
            "contrasts[each].foci[each].x",
            "contrasts[each].foci[each].y",
            "contrasts[each].foci[each].z",
            "contrasts[each].space",
            "contrasts[each].foci[each].region",
            "contrasts[each].foci[each].t_value",
            "contrasts[each].foci[each].z_value",
            "contrasts[each].foci[each].p_uncorrected",
            "contrasts[each].foci[each].cluster_voxels",
            "contrasts[each].foci[each].cluster_p_fwe",
        ),
        "studies.csv": (
            "id",
            "label",
            "year",
            "country",
            "cohort",
            "imaging.modality",
            "imaging.measure",
            "groups[all].n",
        ),
    }
)
"""Columns of the tables of studies, each a field by its path.

In brackets stand the groups that a column is about, `cases`, `patients`, `comparisons` or `all` as
Review tells them, or `each` for one row for each item of a list. Of fields with `|` between them
the first that is known is printed. A field's place on a study's page is its place in the model.
"""
