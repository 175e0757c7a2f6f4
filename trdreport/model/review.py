"""The review itself: question, criteria, vocabularies, search and PRISMA counts."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from trdreport.model.fields import (
    Acknowledged,
    CitationKey,
    Count,
    Date,
    Identifier,
    Maybe,
    Number,
    People,
    Record,
    Source,
    Text,
    Url,
)


class GroupType(Record):
    """A kind of participants, such as TRD."""

    label: Annotated[Text, Field(description="Name in full.")]
    patients: Annotated[bool, Field(description="Whether these people have the disorder.")]


class Modality(Record):
    """A kind of imaging."""

    label: Annotated[Text, Field(description="Name in full.")]
    measures: Annotated[
        dict[str, Text], Field(description="What is measured: short names and names in full.")
    ]


class Scale(Record):
    """A symptom scale and its range."""

    label: Annotated[Text, Field(description="Name in full.")]
    minimum: Annotated[Number, Field(description="Lowest score.")]
    maximum: Annotated[Maybe[Number], Field(description="Highest score.")]
    whole_points: Annotated[bool, Field(description="Whether every score is a whole number.")] = (
        False
    )


class DrugClass(Record):
    """A class of drugs: its short name in tables and its name in full."""

    short: Annotated[Text, Field(description="Name in tables.")]
    label: Annotated[Text, Field(description="Name in full.")]


class Criterion(Record):
    """An eligibility criterion."""

    id: Annotated[str, Field(pattern=r"^E[1-9][0-9]?$", description="E and a number.")]
    text: Annotated[Text, Field(description="What must hold.")]
    asks: Annotated[
        Literal[
            "diagnosis", "failed_trials", "comparison", "coordinates", "correction",
            "whole_brain", "comorbidity", "language",
        ]
        | None,
        Field(description="What it asks of a record, for checks of the answers."),
    ] = None  # fmt: skip


class Protocol(Record):
    """Registration of the review."""

    registry: Annotated[Text, Field(description="Where the review is registered.")]
    url: Annotated[Url, Field(description="Address of the protocol.")]


class Area(Record):
    """A network or larger area, by the regions of the atlas that it holds."""

    label: Annotated[Text, Field(description="Its name in full.")]
    kind: Annotated[Literal["network", "area"], Field(description="What it is.")]
    regions: Annotated[
        tuple[Text, ...], Field(min_length=1, description="Regions of the atlas, without sides.")
    ]


class Document(Record):
    """A review or abstract that evidence statements were taken from."""

    references: Annotated[Maybe[People], Field(description="How many numbered references it has.")]
    language: Annotated[Text, Field(description="Its language.")]


class Review(Record):
    """What the review asks, of whom, and in which words."""

    title: Annotated[Text, Field(description="Title of the report.")]
    short_title: Annotated[Text, Field(description="Title at the top of every page.")]
    citation: Annotated[CitationKey, Field(description="The published review.")]
    authors: Annotated[tuple[Text, ...], Field(min_length=1, description="Authors of the review.")]
    question: Annotated[Text, Field(description="What the review asks.")]
    population: Annotated[Text, Field(description="Whom it is about.")]
    protocol: Annotated[
        Annotated[
            Annotated[Protocol, Tag("registered")] | Annotated[Literal["none"], Tag("none")],
            Discriminator(lambda value: "none" if isinstance(value, str) else "registered"),
        ],
        Field(description="Its registration, or none."),
    ]
    groups: Annotated[
        dict[str, GroupType], Field(description="Kinds of participants by short name.")
    ]
    modalities: Annotated[dict[str, Modality], Field(description="Kinds of imaging by short name.")]
    scales: Annotated[dict[str, Scale], Field(description="Symptom scales by short name.")]
    medication_classes: Annotated[
        dict[str, DrugClass], Field(description="Classes of drugs by short name.")
    ]
    treatments: Annotated[
        dict[str, Text],
        Field(
            default_factory=dict, description="Treatments in evidence statements, by short name."
        ),
    ]
    areas: Annotated[
        dict[str, Area],
        Field(
            default_factory=dict, description="Networks and larger areas in evidence statements."
        ),
    ]
    documents: Annotated[
        dict[str, Document],
        Field(default_factory=dict, description="Documents behind evidence, by citation key."),
    ]
    eligibility: Annotated[
        tuple[Criterion, ...], Field(min_length=1, description="Criteria of eligibility.")
    ]
    excluded: Annotated[tuple[Text, ...], Field(description="Kinds of work left out.")]
    screeners: Annotated[Maybe[People], Field(description="People who screened each record.")]
    extractors: Annotated[
        Maybe[People], Field(description="People who extracted the data of each study.")
    ]
    quality_raters: Annotated[Maybe[People], Field(description="People who rated quality.")]
    agreement: Annotated[Maybe[Text], Field(description="Agreement between raters.")]
    authors_contacted: Annotated[
        Maybe[bool], Field(description="Whether authors were asked for missing data.")
    ]
    funding: Annotated[Text, Field(description="Who paid for the review.")]
    competing_interests: Annotated[Text, Field(description="What its authors declare.")]
    acknowledged: Annotated[
        tuple[Acknowledged, ...],
        Field(description="Findings of trdreport check that are left as they are."),
    ] = ()
    sources: Annotated[
        tuple[Source, ...],
        Field(min_length=1, description="Which place gives which part of this record."),
    ]


class Database(Record):
    """A source of records."""

    name: Annotated[Text, Field(description="Name of the source.")]
    records: Annotated[Maybe[Count], Field(description="Records found there.")]


class ExclusionReason(Record):
    """Full texts excluded for one reason."""

    reason: Annotated[Text, Field(description="Why, in words.")]
    criterion: Annotated[Maybe[Text], Field(description="The criterion that fails, such as E6.")]
    reports: Annotated[Count, Field(description="Number of full texts.")]


class Prisma(Record):
    """Counts of the PRISMA 2020 flow; each box follows from the one before."""

    records_identified: Annotated[Count, Field(description="Found in all sources together.")]
    duplicates_removed: Annotated[Count, Field(description="Removed before screening.")]
    records_screened: Annotated[Count, Field(description="Titles and abstracts read.")]
    records_excluded: Annotated[Count, Field(description="Excluded by title and abstract.")]
    reports_sought: Annotated[Count, Field(description="Full texts looked for.")]
    reports_not_retrieved: Annotated[Count, Field(description="Full texts not found.")]
    reports_assessed: Annotated[Count, Field(description="Full texts read.")]
    reports_excluded: Annotated[Count, Field(description="Full texts excluded.")]
    exclusion_reasons: Annotated[
        Maybe[tuple[ExclusionReason, ...]], Field(description="Full texts excluded, by reason.")
    ]
    studies_included: Annotated[Count, Field(description="Studies included.")]
    reports_included: Annotated[Count, Field(description="Reports of included studies.")]


class Search(Record):
    """One search of the literature."""

    id: Annotated[Identifier, Field(description="Name of the search, unique.")]
    date: Annotated[Date, Field(description="Last day covered by the search.")]
    databases: Annotated[tuple[Database, ...], Field(min_length=1, description="Sources searched.")]
    query: Annotated[Text, Field(description="The full query, the same for every database.")]
    other_methods: Annotated[
        tuple[Text, ...], Field(description="Other ways in which records were found.")
    ]
    prisma: Prisma
    notes: Annotated[tuple[Text, ...], Field(description="What the counts do not say.")] = ()
    sources: Annotated[
        tuple[Source, ...],
        Field(min_length=1, description="Which place gives which part of this record."),
    ]
