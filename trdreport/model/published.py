"""What the published paper claims, each claim tied to an analysis."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from trdreport.model.fields import (
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

CLUSTER_FWE = "cluster-fwe"
"""Name of the readout with family-wise correction."""

READOUT = rf"^({CLUSTER_FWE}|uncorrected-0\.[0-9]*[1-9])$"


def uncorrected(p: Decimal) -> str:
    """Name of the readout at an uncorrected p: `uncorrected-0.0001`, however p is written."""
    return f"uncorrected-{p.normalize():f}"


def _readout(value: str) -> str:
    if not re.fullmatch(READOUT, value):
        example = uncorrected(Decimal("0.0001"))
        raise ValueError(
            f"'{value}' is no readout; write {CLUSTER_FWE}, or {example} for p < 0.0001"
        )
    return value


Readout = Annotated[str, AfterValidator(_readout), Field(json_schema_extra={"pattern": READOUT})]


class PublishedCluster(Record):
    """A cluster as the paper reports it, in the space of the paper's analysis."""

    peak: Annotated[tuple[Number, Number, Number], Field(description="x, y, z in mm.")]
    volume_mm3: Annotated[Positive, Field(description="Volume in mm3.")]
    ale: Annotated[Positive, Field(description="ALE at the peak.")]
    p_uncorrected: Annotated[Probability, Field(description="Uncorrected p of the peak.")]
    significant: Annotated[bool, Field(description="Whether it survived family-wise correction.")]
    contributing: Annotated[
        tuple[Identifier, ...], Field(min_length=1, description="Studies that contribute, by id.")
    ]


class PublishedResult(Record):
    """What the paper says of one analysis at one readout; no clusters: it found none."""

    analysis: Annotated[Identifier, Field(description="An analysis of the plan.")]
    readout: Annotated[
        Readout, Field(description="cluster-fwe, or uncorrected and its p: uncorrected-0.0001.")
    ]
    place: Annotated[Text, Field(description="Where the paper says so.")]
    experiments: Annotated[Count | None, Field(description="Experiments pooled.")] = None
    foci: Annotated[Count | None, Field(description="Foci pooled.")] = None
    participants: Annotated[
        dict[str, Count] | None, Field(description="Participants by group.")
    ] = None
    clusters: Annotated[
        tuple[PublishedCluster, ...],
        Field(description="Clusters reported; none when it found none."),
    ]
    printed_elsewhere: Annotated[
        tuple[Elsewhere, ...], Field(description="What another place prints differently.")
    ] = ()


class PublishedTotal(Record):
    """A head count that the paper states for the whole review or for one modality."""

    id: Annotated[Identifier, Field(description="Name of the value, unique.")]
    group: Annotated[Text, Field(description="A declared group, or `all`.")]
    modality: Annotated[Text, Field(description="A declared modality, or `all`.")]
    n: Annotated[Count, Field(description="Participants.")]
    place: Annotated[Text, Field(description="Where the paper says so.")]


class PublishedCountries(Record):
    """Numbers of studies by country as the paper states them together."""

    total: Annotated[Count, Field(description="Their sum, as printed.")]
    studies: Annotated[
        dict[str, Count], Field(min_length=1, description="Number of studies by country.")
    ]
    place: Annotated[Text, Field(description="Where the paper says so.")]


class Published(Record):
    """The contents of published.yaml."""

    document: Annotated[CitationKey, Field(description="Citation key of the paper.")]
    note: Annotated[Text | None, Field(description="What holds for all values, in words.")] = None
    totals: Annotated[tuple[PublishedTotal, ...], Field(description="Head counts.")]
    countries: Annotated[
        tuple[PublishedCountries, ...], Field(description="Numbers of studies by country.")
    ] = ()
    results: Annotated[tuple[PublishedResult, ...], Field(description="Results of analyses.")]
    acknowledged: Annotated[
        tuple[Acknowledged, ...],
        Field(description="Findings of trdreport check that are left as they are."),
    ] = ()
