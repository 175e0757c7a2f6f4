"""Results as bytes and back, for the store: a line of JSON, and the arrays inside the mask.

No entry says how large its arrays are: mask and readouts say it, and the rest is the null sizes.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from trdreport.brain.search_volume import analysis_mask
from trdreport.brain.spaces import BoolMap, FloatMap
from trdreport.engine.results import (
    AnalysisResult,
    Cluster,
    ExperimentTable,
    ReadoutResult,
)
from trdreport.model.plan import Profile

MAP_OUTSIDE = {"stat": 0.0, "z": 0.0, "p": 1.0, "p_fwe": 1.0}


@dataclass(frozen=True)
class _Readout:
    readout: str
    threshold_p: float
    threshold_ale: float
    clusters: tuple[Cluster, ...]


_READOUTS = TypeAdapter(tuple[_Readout, ...])
_TABLE = TypeAdapter(ExperimentTable)


def table_json(table: ExperimentTable) -> bytes:
    """What estimation depends on in a table as JSON, the same bytes for the same experiments.

    Units without foci, and who the participants are, change no result.
    """
    return _TABLE.dump_json(
        table,
        exclude={
            "without_foci": True,
            "not_reported": True,
            "experiments": {"__all__": {"groups": True}},
        },
    )


def encode(result: AnalysisResult) -> bytes:
    """A result as bytes; the experiment table and the mask are not stored."""
    readouts = tuple(
        _Readout(r.readout, r.threshold_p, r.threshold_ale, r.clusters) for r in result.readouts
    )
    arrays = (
        *(result.maps[name][result.mask].astype("<f8") for name in MAP_OUTSIDE),
        *(r.labels[result.mask].astype("<i4") for r in result.readouts),
        result.null_sizes.astype("<f8"),
    )
    return b"".join((_READOUTS.dump_json(readouts), b"\n", *(array.tobytes() for array in arrays)))


def decode(content: bytes, run: str, table: ExperimentTable, profile: Profile) -> AnalysisResult:
    """The result that `encode` made bytes of, for the table and profile it was made from.

    Raises ValueError for other bytes.
    """
    mask, affine = analysis_mask(profile)
    head, _, body = content.partition(b"\n")
    readouts = _READOUTS.validate_json(head)
    if [r.readout for r in readouts] != list(profile.readouts):
        raise ValueError("has other readouts")
    voxels = int(mask.sum())
    layout = np.dtype(
        [
            *((name, "<f8", (voxels,)) for name in MAP_OUTSIDE),
            ("labels", "<i4", (len(readouts), voxels)),
        ]
    )
    stored = np.frombuffer(body, layout, count=1)[0]
    null_sizes = np.frombuffer(body, "<f8", offset=layout.itemsize)

    return AnalysisResult(
        run=run,
        table=table,
        space=profile.space,
        affine=affine,
        mask=mask,
        maps=_Maps(stored, mask),
        readouts=tuple(
            ReadoutResult(
                r.readout, r.threshold_p, r.threshold_ale, r.clusters,
                _volume(stored["labels"][i], mask, 0),
            )
            for i, r in enumerate(readouts)
        ),
        null_sizes=null_sizes,
        digest=_digest(content, profile),
    )  # fmt: skip


class _Maps(Mapping[str, FloatMap]):
    """Maps by name, each made a volume when it is asked for: most builds ask for few."""

    def __init__(self, stored: NDArray[np.void], mask: BoolMap) -> None:
        self._stored, self._mask = stored, mask

    def __getitem__(self, name: str) -> FloatMap:
        return _volume(self._stored[name], self._mask, MAP_OUTSIDE[name])

    def __iter__(self) -> Iterator[str]:
        return iter(MAP_OUTSIDE)

    def __len__(self) -> int:
        return len(MAP_OUTSIDE)


def _volume(values: NDArray[Any], mask: BoolMap, outside: float) -> NDArray[Any]:
    full = np.full(mask.shape, outside, dtype=values.dtype)
    full[mask] = values
    return full


def _digest(content: bytes, profile: Profile) -> str:
    """SHA-256 of what was computed and how; the mask is not in the content."""
    how = profile.model_dump_json(exclude={"title"}).encode()
    return hashlib.sha256(hashlib.sha256(content).digest() + how).hexdigest()
