"""NIMADS studysets: the format of NeuroStore, Neurosynth Compose and NiMARE."""

import json
from collections.abc import Mapping
from typing import Any

from trdreport.exchange.experiments import REGION_LOST, SPACES, Exchanged, Exported, Reader
from trdreport.model.fields import split_contrast
from trdreport.records.loading import Registry


def read(text: str, name: str) -> tuple[Exchanged, ...]:
    """A NIMADS studyset (NeuroStore); JSON has no lines left, so mistakes name their place."""
    reader = Reader(name)
    data = reader.json(text)
    studies = data.get("studies") if isinstance(data, dict) else None
    if not isinstance(studies, list):
        if data is not None:
            reader.wrong(1, "is no NIMADS studyset: it has no list 'studies'")
        return reader.done(())
    found = []
    for number, study in enumerate(studies):
        for index, analysis in enumerate(study.get("analyses") or ()):
            found.append(_nimads(reader, f"studies[{number}].analyses[{index}]", study, analysis))
    return reader.done(found)


def _nimads(
    reader: Reader, at: str, study: Mapping[str, Any], analysis: Mapping[str, Any]
) -> Exchanged:
    metadata = {**(study.get("metadata") or {}), **(analysis.get("metadata") or {})}
    given = metadata.get("sample_sizes") or [metadata.get("sample_size", "")]
    sizes = tuple(s for value in given if (s := reader.size(value, 1, f"{at}.metadata")))
    foci, spaces = [], []
    for number, point in enumerate(analysis.get("points") or ()):
        place = reader.place(point.get("coordinates") or (), 1, f"{at}.points[{number}]")
        spaces.append(reader.space(str(point.get("space") or ""), 1, f"{at}.points[{number}]"))
        foci += [place] if place else []
    if len(set(spaces)) > 1:
        reader.wrong(1, "has points in two spaces", at)
    space = spaces[0] if spaces else SPACES.get(str(metadata.get("space", "MNI")).upper(), "MNI")
    name = reader.name(str(study.get("id", "")), 1, f"{at.partition('.')[0]}.id")
    contrast = reader.contrast(str(analysis.get("name", "")), 1, f"{at}.name")
    return Exchanged(name, contrast, space, sizes, tuple(foci))


def studyset(registry: Registry) -> dict[str, object]:
    """The included studies in the NIMADS format, foci as published, one analysis a contrast."""
    studies = []
    for study in registry.studies:
        reference = registry.references[study.citation]
        analyses = []
        for result in study.contrasts:
            more, less = split_contrast(result.contrast)
            analyses.append(
                {
                    "id": f"{study.id}-{result.contrast}",
                    "name": result.contrast,
                    "conditions": [{"name": more}, {"name": less}],
                    "weights": [1.0, -1.0],
                    "metadata": {
                        "sample_sizes": [study.n(more), study.n(less)],
                        "space": result.space,
                    },
                    "points": [
                        {
                            "coordinates": [float(focus.x), float(focus.y), float(focus.z)],
                            "space": result.space,
                        }
                        for focus in result.foci
                    ],
                    "images": [],
                }
            )
        studies.append(
            {
                "id": study.id,
                "name": reference.title,
                "authors": reference.short_authors,
                "publication": reference.container,
                "metadata": {"year": study.year, "cohort": study.cohort},
                "analyses": analyses,
            }
        )
    return {"id": registry.review.citation, "name": registry.review.title, "studies": studies}


def write(registry: Registry) -> Exported:
    """Every contrast as a NIMADS studyset."""
    text = json.dumps(studyset(registry), indent=1, ensure_ascii=False) + "\n"
    return Exported(text, (REGION_LOST, "all that is not a focus or a group's size"))
