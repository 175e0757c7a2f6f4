"""Editions: what the review said on a day, for ever."""

from typing import Annotated

from trdreport.model.fields import Count, Date, Identifier, Record, Text, declared

SHA256 = r"^[0-9a-f]{64}$"


class Edition(Record):
    """An edition, which `trdreport edition` records. It is never rewritten.

    Beside it stands `<id>.json`, the frozen data from which its numbers and maps can be had again.
    """

    id: Annotated[Identifier, declared("Name of the file.", label="Edition", example="2026-1")]
    after: Annotated[
        Identifier | None,
        declared(
            "The edition before; left out by the first.", label="Edition before", example="2025-2"
        ),
    ] = None
    date: Annotated[
        Date, declared("Day of the edition.", label="Date", example="2026-07-01", wrong="1.7.2026")
    ]
    version: Annotated[
        Text, declared("Version of trdreport that recorded it.", label="Version", example="0.1.0")
    ]
    digest: Annotated[
        str,
        declared(
            "SHA-256 of the records, without editions and the results' lock.",
            label="Digest of the records",
            example="0" * 64,
            wrong="0" * 12,
            pattern=SHA256,
        ),
    ]
    frozen: Annotated[
        str,
        declared(
            "SHA-256 of the frozen data beside it.",
            label="Digest of the frozen data",
            example="0" * 64,
            wrong="0" * 12,
            pattern=SHA256,
        ),
    ]
    note: Annotated[
        Text | None,
        declared(
            "What a person says of it to readers.",
            label="Note",
            example="The first update of the search adds one study.",
        ),
    ] = None
    studies: Annotated[Count, declared("Included studies.", label="Studies", example=8)]
    participants: Annotated[
        Count, declared("Participants of all studies.", label="Participants", example=555)
    ]
    foci: Annotated[Count, declared("Foci of all studies.", label="Foci", example=131)]
    clusters: Annotated[
        tuple[Text, ...],
        declared(
            "Significant clusters of the leading analyses.",
            label="Significant clusters",
            example=["all-trd-hc: left superior frontal gyrus (-12, -16, 62), p FWE 0.021"],
        ),
    ]
    verdicts: Annotated[
        dict[str, Count],
        declared(
            "How many published values have which verdict.",
            label="Verdicts",
            example={"reproduced": 51, "not reproduced": 1},
        ),
    ]
