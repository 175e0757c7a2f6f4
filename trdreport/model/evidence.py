"""Evidence around the meta-analysis: what reviews and abstracts say of single regions.

A record has no contrast and no list of foci, so nothing in it can enter a meta-analysis.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trdreport.model.fields import (
    CitationKey,
    Identifier,
    Maybe,
    Number,
    People,
    Record,
    Space,
    Text,
)

Modality = Literal["sMRI", "DTI", "rs-fMRI", "task-fMRI", "MRS", "perfusion", "PET or SPECT"]

Measure = Literal[
    "VBM", "volume", "cortical thickness", "DTI", "radiomics", "ALFF", "fALFF", "ReHo",
    "functional connectivity", "ICA", "task activation", "metabolite", "perfusion", "metabolism",
    "binding",
]  # fmt: skip

Direction = Literal["increase", "decrease", "no change", "association with improvement"]


class Coordinate(Record):
    """A place that a statement gives in mm."""

    x: Annotated[Number, Field(ge=-95, le=95, description="mm, left is negative.")]
    y: Annotated[Number, Field(ge=-135, le=105, description="mm, front is positive.")]
    z: Annotated[Number, Field(ge=-80, le=110, description="mm, up is positive.")]
    space: Annotated[Space, Field(description="Stereotaxic space.")]


class Statement(Record):
    """One thing that is said of one or more regions."""

    modality: Annotated[Maybe[Modality], Field(description="Kind of imaging.")]
    measure: Annotated[Maybe[Measure], Field(description="What was measured.")]
    metabolite: Annotated[
        Text | None, Field(description="For spectroscopy: the metabolite, such as GABA or Glx.")
    ] = None
    treatments: Annotated[
        tuple[Text, ...],
        Field(description="Treatments declared in review.yaml; none when it is not about one."),
    ]
    regions: Annotated[
        tuple[Text, ...],
        Field(
            description="Regions of the atlas or areas declared in review.yaml; `left`, `right` or"
            " no side before the name; none when the document names none that fits.",
        ),
    ]
    connected_to: Annotated[
        tuple[Text, ...],
        Field(description="For connectivity: the regions or areas at the other end."),
    ] = ()
    coordinate: Annotated[
        Coordinate | None, Field(description="The place, where the document gives one.")
    ] = None
    direction: Annotated[Direction, Field(description="Of the side named first in the comparison.")]
    association: Annotated[
        Maybe[Literal["positive", "negative", "none"]] | None,
        Field(
            description="Sign of an association with improvement, `none` when it was sought and"
            " not found; given for those only."
        ),
    ] = None
    comparison: Annotated[
        Text, Field(description="What is compared, such as after against before treatment.")
    ]
    summary: Annotated[Text, Field(description="The statement in a sentence of ours.")]

    @model_validator(mode="after")
    def _fitting(self) -> "Statement":
        if (self.measure == "metabolite") != (self.metabolite is not None):
            raise ValueError("`metabolite` is given when the measure is metabolite, and only then")
        if (self.direction == "association with improvement") != (self.association is not None):
            raise ValueError(
                "`association` is given when the direction is an association, and only then"
            )
        return self


class Evidence(Record):
    """What one document says of one study, or claims in general."""

    id: Annotated[Identifier, Field(description="The name of the file without .yaml.")]
    label: Annotated[Text, Field(description="Short name of the study or claim.")]
    document: Annotated[CitationKey, Field(description="Citation key of the document we read.")]
    reference: Annotated[
        Maybe[People] | None,
        Field(
            description="The study's number in the document's references; none: the document"
            " reports it itself."
        ),
    ]
    place: Annotated[Text, Field(description="Section of the document.")]
    design: Annotated[
        Literal["cross_sectional", "pre_post", "predictive", "review_claim"],
        Field(description="Design behind the statements."),
    ]
    population: Annotated[Text, Field(description="Who was studied, as far as the document says.")]
    n: Annotated[Maybe[People], Field(description="Patients, as far as the document says.")]
    statements: Annotated[
        tuple[Statement, ...], Field(min_length=1, description="What is said, one entry each.")
    ]
    set_against: Annotated[
        tuple[Identifier, ...],
        Field(description="Records that the document itself sets against this one."),
    ] = ()
    notes: Annotated[tuple[Text, ...], Field(description="Doubts about the reading.")] = ()
