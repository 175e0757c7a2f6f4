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
    declared,
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

    peak: Annotated[
        tuple[Number, Number, Number],
        declared("x, y, z in mm.", label="Peak", unit="mm", example=[-18, -12, 72]),
    ]
    volume_mm3: Annotated[
        Positive, declared("Volume in mm3.", label="Volume", unit="mm³", example=840)
    ]
    ale: Annotated[Positive, declared("ALE at the peak.", label="ALE", example=0.0123)]
    p_uncorrected: Annotated[
        Probability,
        declared(
            "Uncorrected p of the peak.", label="p, uncorrected", example=0.00002, wrong="<0.0001"
        ),
    ]
    significant: Annotated[
        bool,
        declared("Whether it survived family-wise correction.", label="Significant", example=False),
    ]
    contributing: Annotated[
        tuple[Identifier, ...],
        declared(
            "Studies that contribute, by id.",
            label="Contributing studies",
            example=["wu2011"],
            min_length=1,
        ),
    ]


class PublishedResult(Record):
    """What the paper says of one analysis at one readout; no clusters: it found none."""

    analysis: Annotated[
        Identifier, declared("An analysis of the plan.", label="Analysis", example="vbm-any")
    ]
    readout: Annotated[
        Readout,
        declared(
            "cluster-fwe, or uncorrected and its p: uncorrected-0.0001.",
            label="Readout",
            example="cluster-fwe",
        ),
    ]
    place: Annotated[Text, declared("Where the paper says so.", label="Place", example="Table 3")]
    experiments: Annotated[
        Count | None, declared("Experiments pooled.", label="Experiments", example=4)
    ] = None
    foci: Annotated[Count | None, declared("Foci pooled.", label="Foci", example=32)] = None
    participants: Annotated[
        dict[str, Count] | None,
        declared("Participants by group.", label="Participants", example={"TRD": 110}),
    ] = None
    clusters: Annotated[
        tuple[PublishedCluster, ...],
        declared("Clusters reported; none when it found none.", label="Clusters"),
    ]
    printed_elsewhere: Annotated[
        tuple[Elsewhere, ...],
        declared("What another place prints differently.", label="Printed elsewhere"),
    ] = ()


class PublishedTotal(Record):
    """A head count that the paper states for the whole review or for one modality."""

    id: Annotated[
        Identifier, declared("Name of the value, unique.", label="Value", example="trd-total")
    ]
    group: Annotated[Text, declared("A declared group, or `all`.", label="Group", example="TRD")]
    modality: Annotated[
        Text, declared("A declared modality, or `all`.", label="Modality", example="all")
    ]
    n: Annotated[Count, declared("Participants.", label="N", example=189)]
    place: Annotated[Text, declared("Where the paper says so.", label="Place", example="Abstract")]


class PublishedCountries(Record):
    """Numbers of studies by country as the paper states them together."""

    total: Annotated[Count, declared("Their sum, as printed.", label="Sum", example=8)]
    studies: Annotated[
        dict[str, Count],
        declared(
            "Number of studies by country.",
            label="Studies by country",
            example={"China": 4},
            min_length=1,
        ),
    ]
    place: Annotated[
        Text,
        declared("Where the paper says so.", label="Place", example="Results, first paragraph"),
    ]


class Published(Record):
    """The contents of published.yaml."""

    document: Annotated[
        CitationKey, declared("Citation key of the paper.", label="Document", example="miola2023")
    ]
    as_of: Annotated[
        Identifier,
        declared(
            "The search up to which the paper has studies; its values are compared with what these"
            " give.",
            label="As of",
            example="original",
        ),
    ]
    note: Annotated[
        Text | None,
        declared(
            "What holds for all values, in words.",
            label="Note",
            example="Coordinates are in Talairach space.",
        ),
    ] = None
    totals: Annotated[tuple[PublishedTotal, ...], declared("Head counts.", label="Head counts")]
    countries: Annotated[
        tuple[PublishedCountries, ...],
        declared("Numbers of studies by country.", label="Countries"),
    ] = ()
    results: Annotated[
        tuple[PublishedResult, ...], declared("Results of analyses.", label="Results")
    ]
    acknowledged: Annotated[
        tuple[Acknowledged, ...],
        declared(
            "Doubts of trdreport check that are left as they are.", label="Acknowledged doubts"
        ),
    ] = ()
