"""The registry of Miola et al. 2023 frozen for the tests of the engine: `valid/`, changed."""

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


def write_miola(root: Path) -> Path:
    """Write the registry that `miola.yaml` describes into `root`, a new folder; returns `root`."""
    shutil.copytree(HERE / "valid", root, ignore=shutil.ignore_patterns("studies"))
    frozen = yaml.safe_load((HERE / "miola.yaml").read_text())
    base = yaml.safe_load((HERE / "valid" / "studies" / "alpha2018.yaml").read_text())
    for study_id, changes in frozen["studies"].items():
        _write(root / "studies" / f"{study_id}.yaml", _study(base, study_id, changes))
    changed("analyses.yaml", root, lambda plan: _plan(plan, frozen))
    for name, candidate in frozen["candidates"].items():
        _write(root / "screened" / f"{name}.yaml", {"id": name} | candidate)
    changed("review.yaml", root, lambda review: _review(review, frozen))
    changed("published.yaml", root, lambda published: published | {"totals": [], "results": []})
    changed("search.yaml", root, _search)
    return root


def changed(name: str, root: Path, change: Any) -> None:
    """Write a file of the registry again, with a function applied to its contents."""
    _write(root / name, change(yaml.safe_load((root / name).read_text())))


def _write(path: Path, data: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(data, default=str))  # YAML too, and never with aliases


def _study(base: dict[str, Any], study_id: str, changes: dict[str, Any]) -> dict[str, Any]:
    groups = {
        name: base["groups"]["HC" if name == "HC" else "TRD"] | {"n": n}
        for name, n in changes["groups"].items()
    }
    contrasts = [
        {
            "contrast": name,
            "space": "MNI",
            "foci": [dict(zip("xyz", at, strict=True)) for at in foci],
        }
        for name, foci in changes["foci"].items()
    ]
    return base | {
        "id": study_id,
        "label": changes["label"],
        "cohort": changes["cohort"],
        "groups": groups,
        "imaging": base["imaging"] | changes["imaging"],
        "contrasts": contrasts,
        "eligibility": {name: {"met": True, "reason": "So it is."} for name in ("E1", "E6")},
    }


def _plan(plan: dict[str, Any], frozen: dict[str, Any]) -> dict[str, Any]:
    profile, (analysis, *_) = plan["profiles"]["plain"], plan["analyses"]
    first, *others = frozen["profiles"]
    return plan | {
        "profiles": {
            name: profile | {"title": name} | each for name, each in frozen["profiles"].items()
        },
        "analyses": [
            analysis
            | {"id": name, "title": name, "profile": first, "also_under": others}
            | {"pools_directions": len(each["contrasts"]) > 1}
            | each
            for name, each in frozen["analyses"].items()
        ],
        "multiverse": frozen["multiverse"],
        "fail_safe": frozen["fail_safe"],
        "comparisons": [],
    }


def _review(review: dict[str, Any], frozen: dict[str, Any]) -> dict[str, Any]:
    sensitive = {"label": "treatment-sensitive depression", "patients": True}
    measures = {name: name for name in ("fALFF", "ReHo", "Cohe-ReHo")}
    return review | {
        "eligibility": frozen["eligibility"],
        "groups": {"TRD": review["groups"]["TRD"], "TSD": sensitive, "HC": review["groups"]["HC"]},
        "modalities": review["modalities"]
        | {"rs-fMRI": {"label": "resting-state functional MRI", "measures": measures}},
    }


def _search(search: dict[str, Any]) -> dict[str, Any]:
    ((only),) = search["searches"]
    counts = {"studies_included": 8, "reports_included": 8, "reports_excluded": 1}
    prisma = only["prisma"] | counts | {"exclusion_reasons": "not_reported"}
    databases = [each | {"records": "not_reported"} for each in only["databases"]]
    return {"searches": [only | {"databases": databases, "prisma": prisma}]}
