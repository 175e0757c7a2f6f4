"""Results as bytes and back, for the store: arrays inside the mask, everything else as JSON."""

import io
from dataclasses import dataclass

import numpy as np
from pydantic import TypeAdapter

from trdreport.brain.search_volume import analysis_mask
from trdreport.engine.results import AnalysisResult, Cluster, ExperimentTable, ReadoutResult
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
    arrays: dict[str, np.ndarray] = {
        f"map_{name}": volume[result.mask] for name, volume in result.maps.items()
    }
    arrays |= {f"labels_{i}": r.labels[result.mask] for i, r in enumerate(result.readouts)}
    arrays["null_sizes"] = result.null_sizes
    arrays["readouts"] = np.frombuffer(_READOUTS.dump_json(readouts), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def decode(content: bytes, run: str, table: ExperimentTable, profile: Profile) -> AnalysisResult:
    """The result that `encode` made bytes of, for the table and profile it was made from."""
    mask, affine = analysis_mask(profile)
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        stored = {name: arrays[name] for name in arrays.files}

    def volume(values: np.ndarray, outside: float) -> np.ndarray:
        full = np.full(mask.shape, outside, dtype=values.dtype)
        full[mask] = values
        return full

    readouts = _READOUTS.validate_json(stored["readouts"].tobytes())
    return AnalysisResult(
        run=run,
        table=table,
        space=profile.space,
        affine=affine,
        mask=mask,
        maps={name: volume(stored[f"map_{name}"], out) for name, out in MAP_OUTSIDE.items()},
        readouts=tuple(
            ReadoutResult(
                r.readout, r.threshold_p, r.threshold_ale, r.clusters,
                volume(stored[f"labels_{i}"], 0),
            )
            for i, r in enumerate(readouts)
        ),
        null_sizes=stored["null_sizes"],
    )  # fmt: skip
