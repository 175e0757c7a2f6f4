"""Evidence around the meta-analysis: what reviews and abstracts say of single regions.

A record has no contrast and no list of foci, so nothing in it can enter a meta-analysis.
"""

from typing import Annotated, Literal

from pydantic import model_validator

from trdreport.model.fields import (
    CitationKey,
    Identifier,
    Maybe,
    Number,
    People,
    Record,
    Space,
    Text,
    declared,
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

    x: Annotated[
        Number, declared("mm, left is negative.", label="x", unit="mm", example=-18, ge=-95, le=95)
    ]
    y: Annotated[
        Number,
        declared("mm, front is positive.", label="y", unit="mm", example=-12, ge=-135, le=105),
    ]
    z: Annotated[
        Number, declared("mm, up is positive.", label="z", unit="mm", example=72, ge=-80, le=110)
    ]
    space: Annotated[Space, declared("Stereotaxic space.", label="Space", example="MNI")]


class Statement(Record):
    """One thing that is said of one or more regions."""

    modality: Annotated[
        Maybe[Modality], declared("Kind of imaging.", label="Modality", example="rs-fMRI")
    ]
    measure: Annotated[
        Maybe[Measure], declared("What was measured.", label="Measure", example="ReHo")
    ]
    metabolite: Annotated[
        Text | None,
        declared(
            "For spectroscopy: the metabolite, such as GABA or Glx.",
            label="Metabolite",
            example="Glx",
        ),
    ] = None
    treatments: Annotated[
        tuple[Text, ...],
        declared(
            "Treatments declared in review.yaml; none when it is not about one.",
            label="Treatments",
            example=["ECT"],
        ),
    ]
    regions: Annotated[
        tuple[Text, ...],
        declared(
            "Regions of the atlas or areas declared in review.yaml; `left`, `right` or"
            " no side before the name; none when the document names none that fits.",
            label="Regions",
            example=["left insula"],
            wrong="left insula",
        ),
    ]
    connected_to: Annotated[
        tuple[Text, ...],
        declared(
            "For connectivity: the regions or areas at the other end.",
            label="Connected to",
            example=["precuneus"],
        ),
    ] = ()
    coordinate: Annotated[
        Coordinate | None,
        declared(
            "The place, where the document gives one.",
            label="Coordinate",
            example={"x": -18, "y": -12, "z": 72, "space": "MNI"},
        ),
    ] = None
    direction: Annotated[
        Direction,
        declared(
            "Of the side named first in the comparison.",
            label="Direction",
            example="increase",
            wrong="higher",
        ),
    ]
    association: Annotated[
        Maybe[Literal["positive", "negative", "none"]] | None,
        declared(
            "Sign of an association with improvement, `none` when it was sought and"
            " not found; given for those only.",
            label="Association",
            example="positive",
        ),
    ] = None
    comparison: Annotated[
        Text,
        declared(
            "What is compared, such as after against before treatment.",
            label="Comparison",
            example="after against before ECT",
        ),
    ]
    summary: Annotated[
        Text,
        declared(
            "The statement in a sentence of ours.",
            label="Statement",
            example="ReHo of the insula rose with ECT.",
        ),
    ]

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

    id: Annotated[
        Identifier,
        declared("The name of the file without .yaml.", label="Record", example="wang2025-17"),
    ]
    label: Annotated[
        Text, declared("Short name of the study or claim.", label="Name", example="Wang 2017")
    ]
    document: Annotated[
        CitationKey,
        declared("Citation key of the document we read.", label="Document", example="wang2025"),
    ]
    reference: Annotated[
        Maybe[People] | None,
        declared(
            "The study's number in the document's references; none: the document"
            " reports it itself.",
            label="Reference",
            example=17,
        ),
    ]
    place: Annotated[
        Text, declared("Section of the document.", label="Place", example="Section 3.1")
    ]
    design: Annotated[
        Literal["cross_sectional", "pre_post", "predictive", "review_claim"],
        declared("Design behind the statements.", label="Design", example="pre_post"),
    ]
    population: Annotated[
        Text,
        declared(
            "Who was studied, as far as the document says.",
            label="Population",
            example="Adults with resistant depression",
        ),
    ]
    n: Annotated[
        Maybe[People], declared("Patients, as far as the document says.", label="N", example=24)
    ]
    statements: Annotated[
        tuple[Statement, ...],
        declared("What is said, one entry each.", label="Statements", min_length=1),
    ]
    set_against: Annotated[
        tuple[Identifier, ...],
        declared(
            "Records that the document itself sets against this one.",
            label="Set against",
            example=["wang2025-20"],
        ),
    ] = ()
    notes: Annotated[
        tuple[Text, ...],
        declared(
            "Doubts about the reading.",
            label="Notes",
            example=["The number of patients is unclear."],
        ),
    ] = ()
