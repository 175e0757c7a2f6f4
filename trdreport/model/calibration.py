"""What simulated reviews showed: how often a run finds what is not there, and misses what is."""

from typing import Annotated

from pydantic import model_validator

from trdreport.model.fields import (
    Count,
    Identifier,
    NonNegative,
    People,
    Positive,
    Probability,
    Record,
    Text,
    declared,
)


class Simulated(Record):
    """Simulated reviews of one size.

    `reported` is the probability with which a study reports the planted centre; 0 where none is
    planted. `found` counts reviews with a significant cluster, where a centre is planted with its
    peak within 10 mm of it.
    """

    studies: Annotated[People, declared("Studies in each review.", label="Studies", example=8)]
    reported: Annotated[
        Probability,
        declared(
            "Probability with which a study reports the planted place.",
            label="Reported",
            example=0.5,
        ),
    ]
    reviews: Annotated[People, declared("Simulated reviews.", label="Reviews", example=200)]
    found: Annotated[
        Count, declared("Reviews with the cluster in question.", label="Found", example=9)
    ]
    median_error_mm: Annotated[
        NonNegative | None,
        declared(
            "From the centre to the peak, where found.",
            label="Median error",
            unit="mm",
            example=4.2,
        ),
    ] = None

    @model_validator(mode="after")
    def _possible(self) -> "Simulated":
        if self.found > self.reviews:
            raise ValueError(f"found in {self.found} of {self.reviews} reviews is impossible")
        return self


class Calibration(Record):
    """The contents of calibration.yaml, which `trdreport calibrate` writes."""

    command: Annotated[
        Text,
        declared(
            "The command that made this file.",
            label="Command",
            example="trdreport calibrate --reviews 200",
        ),
    ]
    version: Annotated[
        Text, declared("Version of trdreport that made it.", label="Version", example="0.1.0")
    ]
    analysis: Annotated[
        Identifier, declared("The analysis that was imitated.", label="Analysis", example="vbm-any")
    ]
    profile: Annotated[Identifier, declared("Its profile.", label="Profile", example="mni2026")]
    seed: Annotated[Count, declared("Seed of the simulation.", label="Seed", example=1)]
    permutations: Annotated[
        People, declared("Most permutations for each review.", label="Permutations", example=1000)
    ]
    spread_mm: Annotated[
        Positive,
        declared(
            "SD of a reported focus about the centre, along each axis.",
            label="Spread",
            unit="mm",
            example=6.5,
        ),
    ]
    simulated: Annotated[
        tuple[Simulated, ...],
        declared("What became of the simulated reviews.", label="Simulated reviews", min_length=1),
    ]
