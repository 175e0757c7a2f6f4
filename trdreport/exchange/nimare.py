"""NiMARE's older JSON data sets; read only."""

from collections.abc import Iterator, Mapping
from typing import Any

from trdreport.exchange.experiments import Exchanged, Reader


def read(text: str, name: str) -> tuple[Exchanged, ...]:
    """NiMARE's older JSON: studies with contrasts with columns of coordinates."""
    reader = Reader(name)
    data = reader.json(text)
    if data is not None and not isinstance(data, dict):
        reader.wrong(1, "is no NiMARE data set")
        data = None
    return reader.done(_nimare(reader, data or {}))


def _nimare(reader: Reader, data: Mapping[str, Any]) -> Iterator[Exchanged]:
    for study, entry in data.items():
        contrasts = entry.get("contrasts") if isinstance(entry, dict) else None
        if not isinstance(contrasts, dict):
            reader.wrong(1, "has no contrasts", study)
            continue
        for contrast, values in contrasts.items():
            at = f"{study}.contrasts.{contrast}"
            coordinates = values.get("coords") or {}
            columns = [coordinates.get(axis) or [] for axis in "xyz"]
            if len({len(column) for column in columns}) != 1:
                reader.wrong(1, "has columns x, y, z of unequal length", f"{at}.coords")
                continue
            given = (values.get("metadata") or {}).get("sample_sizes") or [""]
            sizes = tuple(s for value in given if (s := reader.size(value, 1, f"{at}.metadata")))
            space = reader.space(str(coordinates.get("space") or ""), 1, f"{at}.coords.space")
            places = (
                reader.place(row, 1, f"{at}.coords[{index}]")
                for index, row in enumerate(zip(*columns, strict=True))
            )
            foci = tuple(place for place in places if place)
            reader.name(study, 1, study)
            reader.contrast(contrast, 1, at)
            yield Exchanged(study, contrast, space, sizes, foci)
