"""What the published paper claims, each claim tied to an analysis."""

from typing import Annotated, Literal

from pydantic import Field

from trdreport.registry.fields import (
    Acknowledged,
    CitationKey,
    Count,
    Elsewhere,
    Identifier,
    Number,
    Positive,
    Probability,
    Record,
    Text,
)

Readout = Literal["cluster-fwe", "uncorrected-0.0001"]


class PublishedCluster(Record):
    """A cluster as the paper reports it, in the space of the paper's analysis."""

    peak: Annotated[tuple[Number, Number, Number], Field(description="x, y, z in mm.")]
    volume_mm3: Positive
    ale: Positive
    p_uncorrected: Probability
    significant: Annotated[bool, Field(description="Whether it survived family-wise correction.")]
    contributing: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class PublishedResult(Record):
    """What the paper says of one analysis at one readout; no clusters: it found none."""

    analysis: Identifier
    readout: Readout
    place: Text
    experiments: Count | None = None
    foci: Count | None = None
    participants: dict[str, Count] | None = None
    clusters: tuple[PublishedCluster, ...]
    printed_elsewhere: tuple[Elsewhere, ...] = ()


class PublishedTotal(Record):
    """A head count that the paper states for the whole review or for one modality."""

    id: Identifier
    group: Annotated[Text, Field(description="A declared group, or `all`.")]
    modality: Annotated[Text, Field(description="A declared modality, or `all`.")]
    n: Count
    place: Text


class PublishedCountries(Record):
    """Numbers of studies by country as the paper states them together."""

    total: Annotated[Count, Field(description="Their sum, as printed.")]
    studies: Annotated[dict[str, Count], Field(min_length=1)]
    place: Text


class Published(Record):
    """The contents of published.yaml."""

    document: CitationKey
    note: Text | None = None
    totals: tuple[PublishedTotal, ...]
    countries: tuple[PublishedCountries, ...] = ()
    results: tuple[PublishedResult, ...]
    acknowledged: tuple[Acknowledged, ...] = ()
