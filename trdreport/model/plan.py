"""The analysis plan: profiles (how to compute) and analyses (what to pool)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from trdreport.model.fields import Contrast, Identifier, Probability, Record, Space, Text
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
        Field(description="NiMARE's 2 mm brain mask; gm: those voxels of it that are grey matter."),
    ]
    dilate_voxels: Annotated[
        int, Field(ge=0, le=10, description="Dilations with the face-connected element.")
    ]


class Profile(Record):
    """All choices that turn an experiment table into a result."""

    title: Annotated[Text, Field(description="Name for readers.")]
    method: Annotated[
        Method,
        Field(description="Estimator: activation likelihood estimation or a kernel density."),
    ]
    space: Annotated[Space, Field(description="Space of the analysis.")]
    transform: Annotated[Transform, Field(description="Lancaster matrix between MNI and TAL.")]
    foci: Annotated[
        FociPlacement,
        Field(description="Whether a Gaussian sits at the focus or at its nearest voxel."),
    ]
    sample_size: Annotated[
        SampleSize,
        Field(description="Which participants make an experiment's sample size."),
    ]
    unit: Annotated[Unit, Field(description="What counts as one experiment.")]
    values: Annotated[
        Values, Field(description="Values as printed, or with those of corrections/ instead.")
    ] = "printed"
    mask: Mask
    permutations: Annotated[
        int, Field(ge=100, le=1_000_000, description="Random data sets of the null.")
    ]
    stop_early: Annotated[
        bool,
        Field(description="Fewer permutations when every cluster's p is surely on one side."),
    ] = False
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of the null.")]
    cluster_forming_p: Annotated[
        Probability, Field(gt=0, le=0.01, description="Uncorrected p that forms clusters.")
    ]
    cluster_fwe_p: Annotated[
        Alpha, Field(description="Family-wise p below which a cluster is significant.")
    ]
    exploratory_p: Annotated[
        Probability, Field(gt=0, le=0.001, description="Uncorrected p of the exploratory readout.")
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

    id: Annotated[Identifier, Field(description="Name of the analysis, unique.")]
    title: Annotated[Text, Field(description="Name for readers.")]
    question: Annotated[Text, Field(description="What it asks, as a question.")]
    profile: Annotated[Identifier, Field(description="The choices that the report leads with.")]
    also_under: Annotated[
        tuple[Identifier, ...],
        Field(description="Further profiles under which the same is run and shown beside."),
    ] = ()
    modalities: Annotated[
        tuple[Text, ...], Field(min_length=1, description="Kinds of imaging that it pools.")
    ]
    contrasts: Annotated[
        tuple[Contrast, ...], Field(min_length=1, description="Contrasts that it pools.")
    ]
    pools_directions: Annotated[
        bool, Field(description="Declares that increases and decreases are pooled on purpose.")
    ]
    post_hoc: Annotated[bool, Field(description="Whether it was planned after the data were seen.")]
    reason: Annotated[
        Text | None, Field(description="Why modalities or directions are pooled.")
    ] = None


class SpaceChoice(Record):
    """A space with the variant of the transform that leads there."""

    space: Annotated[Space, Field(description="Space of the analysis.")]
    transform: Annotated[Transform, Field(description="Lancaster matrix that leads there.")]


class Multiverse(Record):
    """Defensible choices; every combination is run for every published claim."""

    spaces: Annotated[
        tuple[SpaceChoice, ...], Field(min_length=1, description="Spaces and transforms.")
    ]
    foci: Annotated[
        tuple[FociPlacement, ...], Field(min_length=1, description="Placements of foci.")
    ]
    sample_size: Annotated[
        tuple[SampleSize, ...],
        Field(min_length=1, description="Rules for an experiment's sample size."),
    ]
    unit: Annotated[
        tuple[Unit, ...], Field(min_length=1, description="What counts as one experiment.")
    ]
    mask: Annotated[
        tuple[Mask, ...], Field(min_length=1, description="Volumes in which convergence is sought.")
    ]
    cluster_forming_p: Annotated[
        tuple[Annotated[Probability, Field(gt=0, le=0.01)], ...],
        Field(min_length=1, description="Uncorrected p that forms clusters."),
    ]
    permutations: Annotated[
        int, Field(ge=100, le=1_000_000, description="Most permutations for each specification.")
    ]
    other_estimators: Annotated[
        tuple[Method, ...],
        Field(description="Run under the leading profile too, for claims with clusters."),
    ] = ()
    other_permutations: Annotated[
        int, Field(ge=100, le=100_000, description="Permutations of the other estimators.")
    ] = 200


class Comparison(Record):
    """Two analyses set against each other."""

    id: Annotated[Identifier, Field(description="Name of the comparison, unique.")]
    title: Annotated[Text, Field(description="Name for readers.")]
    first: Annotated[Identifier, Field(description="An analysis.")]
    second: Annotated[
        Identifier, Field(description="Another analysis with the same leading profile.")
    ]
    permutations: Annotated[
        int, Field(ge=100, le=1_000_000, description="Random divisions of the experiments.")
    ]
    threshold_p: Annotated[
        Probability, Field(gt=0, le=0.05, description="Uncorrected p of a difference.")
    ]


class FailSafe(Record):
    """How the fail-safe N is sought."""

    draws: Annotated[int, Field(ge=1, le=1000, description="Independent series of noise.")]
    permutations: Annotated[
        int, Field(ge=100, le=1_000_000, description="Most permutations for each decision.")
    ]
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of the noise.")]
    most: Annotated[
        int, Field(ge=1, le=100, description="Noise experiments tried, times those of the run.")
    ]


class Plan(Record):
    """The contents of analyses.yaml."""

    profiles: Annotated[
        dict[Identifier, Profile], Field(min_length=1, description="Ways to compute, by name.")
    ]
    analyses: Annotated[tuple[Analysis, ...], Field(min_length=1, description="What to pool.")]
    multiverse: Annotated[
        Multiverse | None,
        Field(description="Defensible choices under which published claims are tested."),
    ] = None
    fail_safe: Annotated[FailSafe | None, Field(description="How the fail-safe N is sought.")] = (
        None
    )
    comparisons: Annotated[
        tuple[Comparison, ...], Field(description="Analyses set against each other.")
    ] = ()

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
