"""The analysis plan: profiles (how to compute) and analyses (what to pool)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from trdreport.model.fields import Contrast, Identifier, Probability, Record, Space, Text, declared
from trdreport.model.published import CLUSTER_FWE, uncorrected

Transform = Literal["icbm_spm2tal", "icbm_fsl2tal", "icbm_other2tal"]

Method = Literal["ALE", "MKDADensity", "KDA"]
"""Names of the estimators: those of `trdreport.engine.estimators`."""

STOP_EARLY: tuple[Method, ...] = ("ALE",)
"""Methods whose permutations can stop as soon as the decision is clear."""

SampleSize = Literal["sum", "patients", "smaller_group"]
FociPlacement = Literal["exact", "voxel"]
Unit = Literal["study", "cohort"]
Values = Literal["printed", "corrected"]
MaskSource = Literal["mni152-2mm", "mni152-gm-2mm"]

Alpha = Annotated[Probability, Field(gt=0, le=0.05)]


class Mask(Record):
    """The volume in which convergence is sought."""

    source: Annotated[
        MaskSource,
        declared(
            "NiMARE's 2 mm brain mask; gm: those voxels of it that are grey matter.",
            label="Mask",
            example="mni152-2mm",
        ),
    ]
    dilate_voxels: Annotated[
        int,
        declared(
            "Dilations with the face-connected element.",
            label="Dilations",
            unit="voxels",
            example=0,
            ge=0,
            le=10,
        ),
    ]


class Profile(Record):
    """All choices that turn an experiment table into a result."""

    title: Annotated[
        Text, declared("Name for readers.", label="Title", example="As in the published review")
    ]
    method: Annotated[
        Method,
        declared(
            "Estimator: activation likelihood estimation or a kernel density.",
            label="Method",
            example="ALE",
        ),
    ]
    space: Annotated[Space, declared("Space of the analysis.", label="Space", example="MNI")]
    transform: Annotated[
        Transform,
        declared(
            "Lancaster matrix between MNI and TAL.", label="Transform", example="icbm_spm2tal"
        ),
    ]
    foci: Annotated[
        FociPlacement,
        declared(
            "Whether a Gaussian sits at the focus or at its nearest voxel.",
            label="Placement of foci",
            example="exact",
        ),
    ]
    sample_size: Annotated[
        SampleSize,
        declared(
            "Which participants make an experiment's sample size.",
            label="Sample size",
            example="sum",
        ),
    ]
    unit: Annotated[
        Unit, declared("What counts as one experiment.", label="Unit", example="cohort")
    ]
    values: Annotated[
        Values,
        declared(
            "Values as printed, or with those of corrections/ instead.",
            label="Values",
            example="printed",
        ),
    ] = "printed"
    mask: Annotated[Mask, declared("The volume in which convergence is sought.", label="Mask")]
    permutations: Annotated[
        int,
        declared(
            "Random data sets of the null.",
            label="Permutations",
            example=10000,
            ge=100,
            le=1_000_000,
        ),
    ]
    stop_early: Annotated[
        bool,
        declared(
            "Fewer permutations when every cluster's p is surely on one side.",
            label="Stops early",
            example=True,
        ),
    ] = False
    seed: Annotated[int, declared("Seed of the null.", label="Seed", example=1, ge=0, le=2**32 - 1)]
    cluster_forming_p: Annotated[
        Probability,
        declared(
            "Uncorrected p that forms clusters.",
            label="Cluster-forming p",
            example=0.001,
            gt=0,
            le=0.01,
        ),
    ]
    cluster_fwe_p: Annotated[
        Alpha,
        declared(
            "Family-wise p below which a cluster is significant.",
            label="Cluster p FWE",
            example=0.05,
        ),
    ]
    exploratory_p: Annotated[
        Probability,
        declared(
            "Uncorrected p of the exploratory readout.",
            label="Exploratory p",
            example=0.0001,
            gt=0,
            le=0.001,
        ),
    ]

    @model_validator(mode="after")
    def _can_stop_early(self) -> "Profile":
        if self.stop_early and self.method not in STOP_EARLY:
            raise ValueError(
                f"only {', '.join(STOP_EARLY)} can stop early; remove stop_early from this profile"
            )
        return self

    @property
    def exploratory(self) -> str:
        """Name of the exploratory readout."""
        return uncorrected(self.exploratory_p)

    @property
    def readouts(self) -> tuple[str, str]:
        """Names of the corrected and of the exploratory readout."""
        return CLUSTER_FWE, self.exploratory


class Analysis(Record):
    """One meta-analysis: the contrasts that it pools and the profile that it follows."""

    id: Annotated[
        Identifier, declared("Name of the analysis, unique.", label="Analysis", example="vbm-any")
    ]
    title: Annotated[
        Text,
        declared(
            "Name for readers.",
            label="Title",
            example="VBM: resistant depression against all others",
        ),
    ]
    question: Annotated[
        Text,
        declared(
            "What it asks, as a question.",
            label="Question",
            example="Where does grey matter differ?",
        ),
    ]
    profile: Annotated[
        Identifier,
        declared("The choices that the report leads with.", label="Profile", example="miola2023"),
    ]
    also_under: Annotated[
        tuple[Identifier, ...],
        declared(
            "Further profiles under which the same is run and shown beside.",
            label="Also under",
            example=["mni2026"],
        ),
    ] = ()
    modalities: Annotated[
        tuple[Text, ...],
        declared(
            "Kinds of imaging that it pools.", label="Modalities", example=["VBM"], min_length=1
        ),
    ]
    contrasts: Annotated[
        tuple[Contrast, ...],
        declared(
            "Contrasts that it pools.",
            label="Contrasts",
            example=["TRD>HC", "HC>TRD"],
            wrong=["TRD vs HC"],
            min_length=1,
        ),
    ]
    pools_directions: Annotated[
        bool,
        declared(
            "Declares that increases and decreases are pooled on purpose.",
            label="Pools directions",
            example=True,
        ),
    ]
    post_hoc: Annotated[
        bool,
        declared(
            "Whether it was planned after the data were seen.", label="Post hoc", example=False
        ),
    ]
    reason: Annotated[
        Text | None,
        declared(
            "Why modalities or directions are pooled.",
            label="Reason",
            example="As the published review did.",
        ),
    ] = None


class SpaceChoice(Record):
    """A space with the variant of the transform that leads there."""

    space: Annotated[Space, declared("Space of the analysis.", label="Space", example="TAL")]
    transform: Annotated[
        Transform,
        declared("Lancaster matrix that leads there.", label="Transform", example="icbm_spm2tal"),
    ]


class Multiverse(Record):
    """Defensible choices; every combination is run for every published claim."""

    spaces: Annotated[
        tuple[SpaceChoice, ...], declared("Spaces and transforms.", label="Spaces", min_length=1)
    ]
    foci: Annotated[
        tuple[FociPlacement, ...],
        declared(
            "Placements of foci.",
            label="Placements of foci",
            example=["exact", "voxel"],
            min_length=1,
        ),
    ]
    sample_size: Annotated[
        tuple[SampleSize, ...],
        declared(
            "Rules for an experiment's sample size.",
            label="Sample sizes",
            example=["sum", "patients"],
            min_length=1,
        ),
    ]
    unit: Annotated[
        tuple[Unit, ...],
        declared(
            "What counts as one experiment.",
            label="Units",
            example=["study", "cohort"],
            min_length=1,
        ),
    ]
    mask: Annotated[
        tuple[Mask, ...],
        declared("Volumes in which convergence is sought.", label="Masks", min_length=1),
    ]
    cluster_forming_p: Annotated[
        tuple[Annotated[Probability, Field(gt=0, le=0.01)], ...],
        declared(
            "Uncorrected p that forms clusters.",
            label="Cluster-forming p",
            example=[0.001, 0.0001],
            min_length=1,
        ),
    ]
    permutations: Annotated[
        int,
        declared(
            "Most permutations for each specification.",
            label="Permutations",
            example=1000,
            ge=100,
            le=1_000_000,
        ),
    ]
    other_estimators: Annotated[
        tuple[Method, ...],
        declared(
            "Run under the leading profile too, for claims with clusters.",
            label="Other estimators",
            example=["MKDADensity"],
        ),
    ] = ()
    other_permutations: Annotated[
        int,
        declared(
            "Permutations of the other estimators.",
            label="Permutations of the other estimators",
            example=1000,
            ge=100,
            le=100_000,
        ),
    ] = 200


class Comparison(Record):
    """Two analyses set against each other."""

    id: Annotated[
        Identifier,
        declared("Name of the comparison, unique.", label="Comparison", example="trd-against-tsd"),
    ]
    title: Annotated[
        Text, declared("Name for readers.", label="Title", example="Higher against lower in TRD")
    ]
    first: Annotated[Identifier, declared("An analysis.", label="First", example="all-trd-gt-hc")]
    second: Annotated[
        Identifier,
        declared(
            "Another analysis with the same leading profile.",
            label="Second",
            example="all-hc-gt-trd",
        ),
    ]
    permutations: Annotated[
        int,
        declared(
            "Random divisions of the experiments.",
            label="Permutations",
            example=10000,
            ge=100,
            le=1_000_000,
        ),
    ]
    threshold_p: Annotated[
        Probability,
        declared(
            "Uncorrected p of a difference.", label="Threshold p", example=0.01, gt=0, le=0.05
        ),
    ]


class FailSafe(Record):
    """How the fail-safe N is sought."""

    draws: Annotated[
        int, declared("Independent series of noise.", label="Draws", example=5, ge=1, le=1000)
    ]
    permutations: Annotated[
        int,
        declared(
            "Most permutations for each decision.",
            label="Permutations",
            example=1000,
            ge=100,
            le=1_000_000,
        ),
    ]
    seed: Annotated[
        int, declared("Seed of the noise.", label="Seed", example=1, ge=0, le=2**32 - 1)
    ]
    most: Annotated[
        int,
        declared(
            "Noise experiments tried, times those of the run.",
            label="Most",
            example=10,
            ge=1,
            le=100,
        ),
    ]


class Looks(Record):
    """How alpha is spent over the searches of a review that looks again and again."""

    spending: Annotated[
        Literal["obrien_fleming"],
        declared(
            "The spending function; shown beside each result, it decides nothing.",
            label="Spending",
            example="obrien_fleming",
        ),
    ]
    planned: Annotated[
        int,
        declared(
            "Searches that are planned in all, taken for equal shares of information.",
            label="Planned looks",
            example=5,
            ge=1,
            le=1000,
        ),
    ]


class Settle(Record):
    """Simulated futures that say what would settle a result."""

    studies: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1000)], ...],
        declared(
            "Numbers of further studies, rising.",
            label="Further studies",
            example=[2, 4, 8, 16],
            min_length=1,
        ),
    ]
    rates: Annotated[
        tuple[Annotated[float, Field(ge=0, le=1)], ...],
        declared(
            "Probabilities with which a further study reports the place.",
            label="Rates",
            example=[0, 0.25, 0.5],
            min_length=1,
        ),
    ]
    futures: Annotated[
        int,
        declared(
            "Futures for each rate and place.", label="Futures", example=100, ge=1, le=100_000
        ),
    ]
    permutations: Annotated[
        int,
        declared(
            "Random data sets of the null of each future.",
            label="Permutations",
            example=200,
            ge=100,
            le=1_000_000,
        ),
    ]
    seed: Annotated[
        int, declared("Seed of the futures.", label="Seed", example=1, ge=0, le=2**32 - 1)
    ]

    @model_validator(mode="after")
    def _studies_rise(self) -> "Settle":
        if list(self.studies) != sorted(set(self.studies)):
            raise ValueError("studies must rise: write each number once, the smallest first")
        return self


class Plan(Record):
    """The contents of analyses.yaml."""

    profiles: Annotated[
        dict[Identifier, Profile],
        declared("Ways to compute, by name.", label="Profiles", min_length=1),
    ]
    analyses: Annotated[
        tuple[Analysis, ...], declared("What to pool.", label="Analyses", min_length=1)
    ]
    multiverse: Annotated[
        Multiverse | None,
        declared("Defensible choices under which published claims are tested.", label="Multiverse"),
    ] = None
    fail_safe: Annotated[
        FailSafe | None, declared("How the fail-safe N is sought.", label="Fail-safe N")
    ] = None
    looks: Annotated[
        Looks | None, declared("A rule for looking again and again.", label="Looks")
    ] = None
    settle: Annotated[
        Settle | None, declared("What would settle a result.", label="What would settle it")
    ] = None
    comparisons: Annotated[
        tuple[Comparison, ...], declared("Analyses set against each other.", label="Comparisons")
    ] = ()
    search_every_months: Annotated[
        int | None,
        declared(
            "A living review: months from one search of the literature to the next.",
            label="Months between searches",
            unit="months",
            example=12,
            ge=1,
            le=120,
        ),
    ] = None

    @property
    def transform(self) -> Transform:
        """Where no analysis is at work, foci go to MNI by the first analysis's profile."""
        profile = self.profiles.get(self.analyses[0].profile, next(iter(self.profiles.values())))
        return profile.transform

    @property
    def runs(self) -> tuple["Run", ...]:
        """Every analysis under its leading profile, then under each further one."""
        leading = [Run(a, a.profile, self.profiles[a.profile]) for a in self.analyses]
        further = [
            Run(a, name, self.profiles[name]) for a in self.analyses for name in a.also_under
        ]
        order = list(self.profiles)
        return (*leading, *sorted(further, key=lambda run: order.index(run.profile_id)))


@dataclass(frozen=True)
class Run:
    """One analysis under one profile."""

    analysis: Analysis
    profile_id: str
    profile: Profile

    @property
    def leading(self) -> bool:
        """Whether the report leads with this profile."""
        return self.profile_id == self.analysis.profile

    @property
    def id(self) -> str:
        """The analysis's id; under a further profile with that profile's id behind a dot."""
        return self.analysis.id if self.leading else f"{self.analysis.id}.{self.profile_id}"
