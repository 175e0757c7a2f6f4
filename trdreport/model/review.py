"""The review itself: question, criteria, vocabularies, search and PRISMA counts."""

from typing import Annotated, Literal

from pydantic import Discriminator, Tag

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
    declared,
)


class GroupType(Record):
    """A kind of participants, such as TRD."""

    label: Annotated[
        Text,
        declared("Name in full.", label="Name in full", example="treatment-resistant depression"),
    ]
    patients: Annotated[
        bool, declared("Whether these people have the disorder.", label="Patients", example=True)
    ]


class Modality(Record):
    """A kind of imaging."""

    label: Annotated[
        Text,
        declared(
            "Name in full.", label="Name in full", example="structural MRI, voxel-based morphometry"
        ),
    ]
    measures: Annotated[
        dict[str, Text],
        declared(
            "What is measured: short names and names in full.",
            label="Measures",
            example={"GMV": "grey matter volume"},
        ),
    ]


class Scale(Record):
    """A symptom scale and its range."""

    label: Annotated[
        Text,
        declared(
            "Name in full.",
            label="Name in full",
            example="Montgomery-Åsberg Depression Rating Scale",
        ),
    ]
    minimum: Annotated[Number, declared("Lowest score.", label="Lowest score", example=0)]
    maximum: Annotated[Maybe[Number], declared("Highest score.", label="Highest score", example=60)]
    whole_points: Annotated[
        bool, declared("Whether every score is a whole number.", label="Whole points", example=True)
    ] = False


class DrugClass(Record):
    """A class of drugs: its short name in tables and its name in full."""

    short: Annotated[Text, declared("Name in tables.", label="Short name", example="SSRI")]
    label: Annotated[
        Text,
        declared(
            "Name in full.", label="Name in full", example="selective serotonin reuptake inhibitors"
        ),
    ]


class Criterion(Record):
    """An eligibility criterion."""

    id: Annotated[
        str,
        declared("E and a number.", label="Id", example="E6", wrong="6", pattern=r"^E[1-9][0-9]?$"),
    ]
    text: Annotated[
        Text,
        declared("What must hold.", label="Criterion", example="Images cover the whole brain."),
    ]
    asks: Annotated[
        Literal[
            "diagnosis", "failed_trials", "comparison", "coordinates", "correction",
            "whole_brain", "comorbidity", "language",
        ]
        | None,
        declared(
            "What it asks of a record, for checks of the answers.",
            label="Asks", example="whole_brain",
        ),
    ] = None  # fmt: skip


class Protocol(Record):
    """Registration of the review."""

    registry: Annotated[
        Text,
        declared(
            "Where the review is registered.", label="Registry", example="Open Science Framework"
        ),
    ]
    url: Annotated[
        Url,
        declared(
            "Address of the protocol.",
            label="Address",
            example="https://osf.io/9txa5",
            wrong="osf.io/9txa5",
        ),
    ]


class Area(Record):
    """A network or larger area, by the regions of the atlas that it holds."""

    label: Annotated[
        Text, declared("Its name in full.", label="Name in full", example="salience network")
    ]
    kind: Annotated[
        Literal["network", "area"], declared("What it is.", label="Kind", example="network")
    ]
    regions: Annotated[
        tuple[Text, ...],
        declared(
            "Regions of the atlas, without sides.",
            label="Regions",
            example=["insula", "amygdala"],
            min_length=1,
        ),
    ]


class Document(Record):
    """A review or abstract that evidence statements were taken from."""

    references: Annotated[
        Maybe[People],
        declared("How many numbered references it has.", label="References", example=57),
    ]
    language: Annotated[Text, declared("Its language.", label="Language", example="English")]


class Review(Record):
    """What the review asks, of whom, and in which words."""

    title: Annotated[
        Text,
        declared(
            "Title of the report.",
            label="Title",
            example="Features of treatment-resistant depression",
        ),
    ]
    short_title: Annotated[
        Text,
        declared(
            "Title at the top of every page.",
            label="Short title",
            example="Imaging of resistant depression",
        ),
    ]
    citation: Annotated[
        CitationKey, declared("The published review.", label="Citation key", example="miola2023")
    ]
    authors: Annotated[
        tuple[Text, ...],
        declared(
            "Authors of the review.",
            label="Authors",
            example=["Alessandro Miola", "Nicola Meda"],
            min_length=1,
        ),
    ]
    question: Annotated[
        Text,
        declared(
            "What the review asks.",
            label="Question",
            example="Where do the reported differences converge?",
        ),
    ]
    population: Annotated[
        Text,
        declared(
            "Whom it is about.",
            label="Population",
            example="Adults with a major depressive episode",
        ),
    ]
    protocol: Annotated[
        Annotated[
            Annotated[Protocol, Tag("registered")] | Annotated[Literal["none"], Tag("none")],
            Discriminator(lambda value: "none" if isinstance(value, str) else "registered"),
        ],
        declared(
            "Its registration, or none.",
            label="Protocol",
            example={"registry": "Open Science Framework", "url": "https://osf.io/9txa5"},
        ),
    ]
    groups: Annotated[
        dict[str, GroupType], declared("Kinds of participants by short name.", label="Groups")
    ]
    modalities: Annotated[
        dict[str, Modality], declared("Kinds of imaging by short name.", label="Modalities")
    ]
    scales: Annotated[dict[str, Scale], declared("Symptom scales by short name.", label="Scales")]
    medication_classes: Annotated[
        dict[str, DrugClass],
        declared("Classes of drugs by short name.", label="Medication classes"),
    ]
    treatments: Annotated[
        dict[str, Text],
        declared(
            "Treatments in evidence statements, by short name.",
            label="Treatments",
            example={"ECT": "electroconvulsive therapy"},
            default_factory=dict,
        ),
    ]
    areas: Annotated[
        dict[str, Area],
        declared(
            "Networks and larger areas in evidence statements.",
            label="Networks and areas",
            default_factory=dict,
        ),
    ]
    documents: Annotated[
        dict[str, Document],
        declared(
            "Documents behind evidence, by citation key.", label="Documents", default_factory=dict
        ),
    ]
    eligibility: Annotated[
        tuple[Criterion, ...],
        declared("Criteria of eligibility.", label="Criteria of eligibility", min_length=1),
    ]
    excluded: Annotated[
        tuple[Text, ...],
        declared(
            "Kinds of work left out.", label="Left out", example=["task-based functional MRI"]
        ),
    ]
    screeners: Annotated[
        Maybe[People], declared("People who screened each record.", label="Screeners", example=2)
    ]
    extractors: Annotated[
        Maybe[People],
        declared("People who extracted the data of each study.", label="Extractors", example=2),
    ]
    quality_raters: Annotated[
        Maybe[People], declared("People who rated quality.", label="Raters of quality", example=2)
    ]
    agreement: Annotated[
        Maybe[Text], declared("Agreement between raters.", label="Agreement", example="kappa 0.85")
    ]
    authors_contacted: Annotated[
        Maybe[bool],
        declared(
            "Whether authors were asked for missing data.", label="Authors contacted", example=True
        ),
    ]
    funding: Annotated[
        Text, declared("Who paid for the review.", label="Funding", example="No specific funding.")
    ]
    competing_interests: Annotated[
        Text,
        declared(
            "What its authors declare.", label="Competing interests", example="None declared."
        ),
    ]
    acknowledged: Annotated[
        tuple[Acknowledged, ...],
        declared(
            "Doubts of trdreport check that are left as they are.", label="Acknowledged doubts"
        ),
    ] = ()
    sources: Annotated[
        tuple[Source, ...],
        declared("Which place gives which part of this record.", label="Sources", min_length=1),
    ]

    @property
    def patients(self) -> tuple[str, ...]:
        """Groups of patients, the cases first."""
        return tuple(name for name, group in self.groups.items() if group.patients)

    @property
    def cases(self) -> str | None:
        """The group that the review is about: its first group of patients; None without any."""
        return next(iter(self.patients), None)

    @property
    def comparisons(self) -> tuple[str, ...]:
        """Every group that cases can be compared with, patients or not."""
        return tuple(name for name in self.groups if name != self.cases)

    @property
    def measures(self) -> dict[str, str]:
        """Names in full of the measures of all modalities."""
        return {k: v for modality in self.modalities.values() for k, v in modality.measures.items()}

    def named(self, names: str, word: str) -> tuple[str, str]:
        """A word of a vocabulary, such as `scales`: its name in tables and in full.

        A word that is not declared stands for itself.
        """
        entry = getattr(self, names).get(word, word) if names else word
        if isinstance(entry, str):
            return word, entry
        return getattr(entry, "short", word), entry.label


class Database(Record):
    """A source of records."""

    name: Annotated[Text, declared("Name of the source.", label="Source", example="PubMed")]
    records: Annotated[Maybe[Count], declared("Records found there.", label="Records", example=120)]


class ExclusionReason(Record):
    """Full texts excluded for one reason."""

    reason: Annotated[
        Text, declared("Why, in words.", label="Reason", example="Region-of-interest analysis")
    ]
    criterion: Annotated[
        Maybe[Text],
        declared("The criterion that fails, such as E6.", label="Criterion", example="E6"),
    ]
    reports: Annotated[Count, declared("Number of full texts.", label="Reports", example=12)]


class Prisma(Record):
    """Counts of the PRISMA 2020 flow; each box follows from the one before."""

    records_identified: Annotated[
        Count, declared("Found in all sources together.", label="Records identified", example=1233)
    ]
    duplicates_removed: Annotated[
        Count, declared("Removed before screening.", label="Duplicates removed", example=210)
    ]
    records_screened: Annotated[
        Count, declared("Titles and abstracts read.", label="Records screened", example=1023)
    ]
    records_excluded: Annotated[
        Count, declared("Excluded by title and abstract.", label="Records excluded", example=900)
    ]
    reports_sought: Annotated[
        Count, declared("Full texts looked for.", label="Reports sought", example=123)
    ]
    reports_not_retrieved: Annotated[
        Count, declared("Full texts not found.", label="Reports not retrieved", example=0)
    ]
    reports_assessed: Annotated[
        Count, declared("Full texts read.", label="Reports assessed", example=123)
    ]
    reports_excluded: Annotated[
        Count, declared("Full texts excluded.", label="Reports excluded", example=115)
    ]
    exclusion_reasons: Annotated[
        Maybe[tuple[ExclusionReason, ...]],
        declared("Full texts excluded, by reason.", label="Reasons of exclusion"),
    ]
    studies_included: Annotated[
        Count, declared("Studies included.", label="Studies included", example=8)
    ]
    reports_included: Annotated[
        Count, declared("Reports of included studies.", label="Reports included", example=8)
    ]
    studies_before: Annotated[
        Count | None,
        declared(
            "Of an update: studies of the version before it.", label="Studies before", example=8
        ),
    ] = None
    reports_before: Annotated[
        Count | None,
        declared(
            "Of an update: reports of the studies of the version before it.",
            label="Reports before",
            example=8,
        ),
    ] = None


class Search(Record):
    """One search of the literature."""

    id: Annotated[
        Identifier,
        declared(
            "Name of the search, unique.",
            label="Search",
            example="update-2026",
            wrong="Update 2026",
        ),
    ]
    date: Annotated[
        Date,
        declared(
            "Last day covered by the search.", label="Date", example="2022-04-23", wrong="23.4.2022"
        ),
    ]
    by: Annotated[
        Text | None,
        declared("Who searched and screened.", label="Searched by", example="A. Miola, N. Meda"),
    ] = None
    databases: Annotated[
        tuple[Database, ...], declared("Sources searched.", label="Databases", min_length=1)
    ]
    query: Annotated[
        Text,
        declared(
            "The full query, the same for every database.",
            label="Query",
            example="depression AND resistant AND (MRI OR VBM)",
        ),
    ]
    other_methods: Annotated[
        tuple[Text, ...],
        declared(
            "Other ways in which records were found.",
            label="Other methods",
            example=["reference lists of reviews"],
        ),
    ]
    prisma: Annotated[Prisma, declared("Counts of the PRISMA 2020 flow.", label="PRISMA counts")]
    notes: Annotated[
        tuple[Text, ...],
        declared(
            "What the counts do not say.",
            label="Notes",
            example=["Numbers by database are not printed."],
        ),
    ] = ()
    sources: Annotated[
        tuple[Source, ...],
        declared("Which place gives which part of this record.", label="Sources", min_length=1),
    ]


class SearchFile(Record):
    """The contents of search.yaml."""

    searches: Annotated[tuple[Search, ...], declared("Searches, oldest first.", label="Searches")]
