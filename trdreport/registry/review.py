"""The review itself: question, criteria, vocabularies, search and PRISMA counts."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from trdreport.registry.fields import (
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

    label: Text
    patients: Annotated[bool, Field(description="Whether these people have the disorder.")]


class Modality(Record):
    """A kind of imaging."""

    label: Text
    measures: dict[str, Text]


class Scale(Record):
    """A symptom scale and its range."""

    label: Text
    minimum: Number
    maximum: Maybe[Number]
    whole_points: Annotated[bool, Field(description="Whether every score is a whole number.")] = (
        False
    )


class DrugClass(Record):
    """A class of drugs: its short name in tables and its name in full."""

    short: Text
    label: Text


class Criterion(Record):
    """An eligibility criterion."""

    id: Annotated[str, Field(pattern=r"^E[1-9][0-9]?$")]
    text: Text


class Protocol(Record):
    """Registration of the review."""

    registry: Text
    url: Url


class Review(Record):
    """What the review asks, of whom, and in which words."""

    title: Text
    short_title: Text
    citation: Annotated[CitationKey, Field(description="The published review.")]
    authors: Annotated[tuple[Text, ...], Field(min_length=1)]
    question: Text
    population: Text
    protocol: Annotated[
        Annotated[Protocol, Tag("registered")] | Annotated[Literal["none"], Tag("none")],
        Discriminator(lambda value: "none" if isinstance(value, str) else "registered"),
    ]
    groups: dict[str, GroupType]
    modalities: dict[str, Modality]
    scales: dict[str, Scale]
    medication_classes: dict[str, DrugClass]
    eligibility: Annotated[tuple[Criterion, ...], Field(min_length=1)]
    excluded: Annotated[tuple[Text, ...], Field(description="Kinds of work left out.")]
    screeners: Maybe[People]
    extractors: Maybe[People]
    quality_raters: Maybe[People]
    agreement: Annotated[Maybe[Text], Field(description="Agreement between raters.")]
    authors_contacted: Maybe[bool]
    funding: Text
    competing_interests: Text
    acknowledged: tuple[Acknowledged, ...] = ()
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]


class Database(Record):
    """A source of records."""

    name: Text
    records: Maybe[Count]


class ExclusionReason(Record):
    """Full texts excluded for one reason."""

    reason: Text
    criterion: Maybe[Text]
    reports: Count


class Prisma(Record):
    """Counts of the PRISMA 2020 flow; each box follows from the one before."""

    records_identified: Count
    duplicates_removed: Count
    records_screened: Count
    records_excluded: Count
    reports_sought: Count
    reports_not_retrieved: Count
    reports_assessed: Count
    reports_excluded: Count
    exclusion_reasons: Maybe[tuple[ExclusionReason, ...]]
    studies_included: Count
    reports_included: Count


class Search(Record):
    """One search of the literature."""

    id: Identifier
    date: Annotated[Date, Field(description="Last day covered by the search.")]
    databases: Annotated[tuple[Database, ...], Field(min_length=1)]
    query: Annotated[Text, Field(description="The full query, the same for every database.")]
    other_methods: tuple[Text, ...]
    prisma: Prisma
    notes: tuple[Text, ...] = ()
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
