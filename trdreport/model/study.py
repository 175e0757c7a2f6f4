"""A study record: one included study, as its paper and the review print it."""

from collections.abc import Iterable
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
    Text,
    Year,
)

BRAIN_BOX_MM = ((-95, 95), (-135, 105), (-80, 110))
"""Generous box in mm around any adult brain in MNI or Talairach space, for x, y and z."""


class Focus(Record):
    """A peak coordinate in mm, as published, with what the paper says of it."""

    x: Annotated[
        Number,
        Field(ge=BRAIN_BOX_MM[0][0], le=BRAIN_BOX_MM[0][1], description="mm, left is negative."),
    ]
    y: Annotated[
        Number,
        Field(ge=BRAIN_BOX_MM[1][0], le=BRAIN_BOX_MM[1][1], description="mm, front is positive."),
    ]
    z: Annotated[
        Number,
        Field(ge=BRAIN_BOX_MM[2][0], le=BRAIN_BOX_MM[2][1], description="mm, up is positive."),
    ]
    region: Annotated[Text | None, Field(description="The paper's own name for the place.")] = None
    t_value: Annotated[Number | None, Field(description="Peak t statistic.")] = None
    z_value: Annotated[Number | None, Field(description="Peak z statistic.")] = None
    p_uncorrected: Annotated[Probability | None, Field(description="Peak p, uncorrected.")] = None
    cluster_voxels: Annotated[People | None, Field(description="Cluster size in voxels.")] = None
    cluster_p_fwe: Annotated[
        Probability | None, Field(description="Cluster p, corrected for family-wise error.")
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

    contrast: Annotated[Contrast, Field(description="The group with more first, such as TRD>HC.")]
    space: Annotated[Space, Field(description="Stereotaxic space of the foci.")]
    foci: Annotated[
        tuple[Focus, ...], Field(description="Peak coordinates; none when nothing was found.")
    ]

    def positions(self) -> NDArray[np.float64]:
        """Foci as (n, 3) in mm of `space`."""
        return positions(self.foci)


class OtherContrast(Record):
    """A comparison in the paper that the review's question does not ask for; never pooled."""

    comparison: Annotated[Text, Field(description="The two sides, in words.")]
    n_more: Annotated[Maybe[People], Field(description="People on the side named first.")]
    n_less: Annotated[Maybe[People], Field(description="People on the side named second.")]
    reason: Annotated[Text, Field(description="Why it is not in the meta-analysis.")]
    space: Annotated[Space, Field(description="Stereotaxic space of the foci.")]
    foci: Annotated[
        tuple[Focus, ...], Field(description="Peak coordinates; none when nothing was found.")
    ]

    def positions(self) -> NDArray[np.float64]:
        """Foci as (n, 3) in mm of `space`."""
        return positions(self.foci)


class TrdDefinition(Record):
    """What the study calls treatment-resistant."""

    failed_trials: Annotated[
        Maybe[People], Field(description="Least number of failed antidepressant trials.")
    ]
    different_classes: Annotated[
        Maybe[bool], Field(description="Whether the drugs had to be of different classes.")
    ]
    weeks: Annotated[Maybe[Positive], Field(description="Least duration of each trial, in weeks.")]
    staging: Annotated[Maybe[Text], Field(description="Staging model and the stage required.")]
    as_printed: Annotated[Text, Field(description="The criterion as the review's table has it.")]
    summary: Annotated[Text, Field(description="The definition in a sentence of ours.")]


class Severity(Record):
    """A symptom score."""

    scale: Annotated[Text, Field(description="A scale declared in review.yaml.")]
    mean: Annotated[Number, Field(description="Mean score.")]
    sd: Annotated[Maybe[NonNegative], Field(description="Standard deviation of the score.")]


class Subgroup(Record):
    """A part of a group."""

    name: Annotated[Text, Field(description="What the paper calls it.")]
    n: Annotated[People, Field(description="Participants.")]


class Clinical(Record):
    """The illness and its treatment in a group of patients."""

    onset_age_years: Annotated[Maybe[Age], Field(description="Age at onset in years.")]
    illness_duration_months: Annotated[
        Maybe[MeanSd] | None, Field(description="Illness duration where printed in months.")
    ] = None
    illness_duration_years: Annotated[
        Maybe[MeanSd] | None, Field(description="Illness duration where printed in years.")
    ] = None
    severity: Annotated[Maybe[Severity], Field(description="Symptom score at the scan.")]
    medication_status: Annotated[
        Maybe[Literal["medicated", "mixed", "untreated_at_scan", "treatment_naive"]],
        Field(description="Whether the group took psychiatric drugs at the scan."),
    ]
    medication_percent: Annotated[
        Maybe[dict[str, Maybe[Percent]]],
        Field(description="Percent of the group on each class of drug, as printed."),
    ]
    medication_note: Annotated[
        Text | None, Field(description="What the classes do not say, in a sentence of ours.")
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

    n: Annotated[People, Field(description="Participants analysed.")]
    age_years: Annotated[Maybe[Age], Field(description="Age, mean and SD.")]
    female_percent: Annotated[Maybe[Percent], Field(description="Share of women, as printed.")]
    subgroups: Annotated[
        tuple[Subgroup, ...], Field(description="Parts of the group that the paper counts.")
    ] = ()
    clinical: Annotated[Clinical | None, Field(description="For groups of patients only.")] = None


class Diagnosis(Record):
    """How depression was diagnosed."""

    criteria: Annotated[Text, Field(description="Manual and version, such as DSM-IV.")]
    polarity: Annotated[
        Maybe[Literal["unipolar", "unipolar_and_bipolar"]],
        Field(description="Whether people with bipolar depression were included."),
    ]
    comorbidity: Annotated[Text, Field(description="Comorbidity rules, in a sentence of ours.")]


class Imaging(Record):
    """How the images were taken and tested."""

    modality: Annotated[Text, Field(description="A modality declared in review.yaml.")]
    measure: Annotated[Text, Field(description="A measure declared in review.yaml.")]
    field_strength_tesla: Annotated[
        Positive, Field(description="Magnetic field in tesla, such as 1.5.")
    ]
    scanner: Annotated[Maybe[Text], Field(description="Maker and model.")]
    sequence: Annotated[Maybe[Text], Field(description="Pulse sequence and its main parameters.")]
    software: Annotated[Maybe[Text], Field(description="Software and version of the analysis.")]
    smoothing_fwhm_mm: Annotated[
        Maybe[NonNegative], Field(description="Width of the smoothing kernel in mm.")
    ]
    whole_brain: Annotated[bool, Field(description="Searched the whole brain (criterion E6).")]
    height_threshold_p: Annotated[Maybe[Probability], Field(description="Voxel-level p.")]
    extent_threshold: Annotated[Maybe[Text], Field(description="Cluster-level rule.")]
    correction: Annotated[Maybe[Text], Field(description="Correction for multiple tests.")]
    covariates: Annotated[
        Maybe[tuple[Text, ...]], Field(description="Variables that the analysis adjusted for.")
    ]


class Quality(Record):
    """Quality rating by the review's authors."""

    instrument: Annotated[Text, Field(description="Name of the rating instrument.")]
    score: Annotated[NonNegative, Field(description="Total score, as printed.")]
    maximum: Annotated[
        Maybe[Positive], Field(description="Highest score that the instrument can give.")
    ]
    items: Annotated[
        Maybe[dict[str, NonNegative]], Field(description="Score of each item, consensus.")
    ]


class Study(Record):
    """One included study."""

    id: Annotated[
        Identifier, Field(description="The name of the file without .yaml, such as wu2011.")
    ]
    citation: Annotated[CitationKey, Field(description="Key in references.bib.")]
    label: Annotated[Text, Field(description="Short name, unique in the review.")]
    year: Annotated[Year, Field(description="Year of publication, as in references.bib.")]
    country: Annotated[Text, Field(description="Where the participants were recruited.")]
    cohort: Annotated[Identifier, Field(description="Studies of the same people share a cohort.")]
    design: Annotated[
        Literal["cross_sectional", "case_control", "prospective", "experimental"],
        Field(description="Design of the study."),
    ]
    diagnosis: Diagnosis
    trd_definition: TrdDefinition
    groups: Annotated[
        dict[str, Group],
        Field(description="Participants by group; groups are declared in review.yaml."),
    ]
    imaging: Imaging
    quality: Quality
    contrasts: Annotated[
        tuple[ContrastResult, ...], Field(description="Comparisons between groups with their foci.")
    ]
    other_contrasts: Annotated[
        tuple[OtherContrast, ...],
        Field(description="Comparisons that are recorded but never pooled."),
    ] = ()
    sources: Annotated[
        tuple[Source, ...],
        Field(min_length=1, description="Which place gives which part of this record."),
    ]
    eligibility: Eligibility = Field(default_factory=dict)
    printed_elsewhere: Annotated[
        tuple[Elsewhere, ...], Field(description="Values that another place prints differently.")
    ] = ()
    acknowledged: Annotated[
        tuple[Acknowledged, ...],
        Field(description="Findings of trdreport check that are left as they are."),
    ] = ()
    notes: Annotated[tuple[Text, ...], Field(description="Doubts about the transcription.")] = ()

    def n(self, group: str) -> int:
        """Participants in `group`; 0 when the study has no such group."""
        return self.groups[group].n if group in self.groups else 0
