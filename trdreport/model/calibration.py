"""What simulated reviews showed: how often a run finds what is not there, and misses what is."""

from typing import Annotated

from pydantic import Field, model_validator

from trdreport.model.fields import (
    Count,
    Identifier,
    NonNegative,
    People,
    Positive,
    Probability,
    Record,
    Text,
)


class Simulated(Record):
    """Simulated reviews of one size.

    `reported` is the probability with which a study reports the planted centre; 0 where none is
    planted. `found` counts reviews with a significant cluster, where a centre is planted with its
    peak within 10 mm of it.
    """

    studies: Annotated[People, Field(description="Studies in each review.")]
    reported: Annotated[
        Probability, Field(description="Probability with which a study reports the planted place.")
    ]
    reviews: Annotated[People, Field(description="Simulated reviews.")]
    found: Annotated[Count, Field(description="Reviews with the cluster in question.")]
    median_error_mm: Annotated[
        NonNegative | None, Field(description="From the centre to the peak, where found.")
    ] = None

    @model_validator(mode="after")
    def _possible(self) -> "Simulated":
        if self.found > self.reviews:
            raise ValueError(f"found in {self.found} of {self.reviews} reviews is impossible")
        return self


class Calibration(Record):
    """The contents of calibration.yaml, which `trdreport calibrate` writes."""

    command: Annotated[Text, Field(description="The command that made this file.")]
    version: Annotated[Text, Field(description="Version of trdreport that made it.")]
    analysis: Annotated[Identifier, Field(description="The analysis that was imitated.")]
    profile: Annotated[Identifier, Field(description="Its profile.")]
    seed: Annotated[Count, Field(description="Seed of the simulation.")]
    permutations: Annotated[People, Field(description="Most permutations for each review.")]
    spread_mm: Annotated[
        Positive, Field(description="SD of a reported focus about the centre, along each axis.")
    ]
    simulated: Annotated[
        tuple[Simulated, ...],
        Field(min_length=1, description="What became of the simulated reviews."),
    ]
