"""Registries that are valid and odd: what a single change does not reach."""

from collections.abc import Iterator
from typing import Any

from tests.mutations import Data, Mutation, Raw, Removed, deleting, setting
from trdreport.model import kinds
from trdreport.model.fields import Record
from trdreport.model.parts import parts
from trdreport.records.yamlfile import Path_

ALPHA, BETA = "studies/alpha2018.yaml", "studies/beta2019.yaml"
REVIEW, PLAN = "review.yaml", "analyses.yaml"


def _in_order(name: str, *mutations: Mutation) -> Mutation:
    """Several changes as one."""

    def apply(data: Data) -> Data:
        for mutation in mutations:
            data = mutation.apply(data)
        return data

    return Mutation(name, apply)


def _both(loc: Path_, value: Any) -> tuple[Mutation, Mutation]:
    return setting(ALPHA, loc, value), setting(BETA, loc, value)


def suspects(base: Data) -> Iterator[Mutation]:
    """Registries that several changes make odd; each is valid."""
    contrasts = base[ALPHA]["contrasts"]
    nobody = [setting(REVIEW, ("groups", group, "patients"), False) for group in ("TRD", "TSD")]
    for_all = setting(PLAN, ("profiles", "rough", "sample_size"), "sum")
    yield _in_order(
        "nobody is a patient", *nobody, *_both(("groups", "TRD", "clinical"), Removed), for_all
    )
    groups = base[REVIEW]["groups"]
    absent_first = {name: groups[name] for name in ("TSD", "HC", "TRD")}
    yield _in_order("no study has the cases", setting(REVIEW, ("groups",), absent_first))
    yield _in_order("a group of nobody's", setting(REVIEW, ("groups", "XX"), groups["TSD"]))
    empty = tuple({**contrast, "foci": ()} for contrast in contrasts)
    yield _in_order("nothing was found", *_both(("contrasts",), empty))
    yield _in_order("no contrasts", *_both(("contrasts",), ()))
    yield _in_order(
        "only other contrasts in one study", setting(ALPHA, ("contrasts",), ()),
        setting(ALPHA, ("sources", 0, "covers"), ("groups",)),
    )  # fmt: skip
    yield _in_order(
        "contrasts in no source",
        *_both(("sources", 0, "covers"), ("groups",)),
        *_both(("contrasts",), ()),
    )
    ones = [m for group in ("TRD", "HC") for m in _both(("groups", group, "n"), 1)]
    small = [setting(ALPHA, ("groups", "TRD", "subgroups"), Removed)]
    one = _in_order("one", deleting("corrections/n-of-alpha.yaml"), *ones, *small)
    for rule in ("sum", "patients", "smaller_group"):
        size = setting(PLAN, ("profiles", "plain", "sample_size"), rule)
        offered = setting(PLAN, ("multiverse", "sample_size"), (rule,))
        yield _in_order(f"one person a group, by {rule}", one, size, offered)
        if rule != base[PLAN]["profiles"]["plain"]["sample_size"]:
            yield _in_order(f"by {rule}", size, offered)
    for rule in ("study", "cohort"):
        yield _in_order(
            f"two modalities of one sample, pooled by {rule}",
            setting(
                REVIEW,
                ("modalities", "task fMRI"),
                {"label": "functional MRI", "measures": {"BOLD": "signal"}},
            ),
            setting(ALPHA, ("imaging", "modality"), "task fMRI"),
            setting(ALPHA, ("imaging", "measure"), "BOLD"),
            setting(ALPHA, ("cohort",), "beta2019"),
            setting(PLAN, ("analyses", 0, "modalities"), ("VBM", "task fMRI")),
            setting(PLAN, ("profiles", "plain", "unit"), rule),
            setting(PLAN, ("multiverse", "unit"), (rule,)),
        )
    unknown = [
        setting("search.yaml", ("searches", 0, "databases", index, "records"), "not_reported")
        for index in (0, 1)
    ]
    yield _in_order("no counts by database", *unknown)
    unrated = [*_both(("quality", "score"), 0), *_both(("quality", "maximum"), "not_reported")]
    yield _in_order("no points for quality", *unrated)
    for method in ("MKDADensity", "KDA"):
        yield _in_order(
            f"led by {method}",
            setting(PLAN, ("profiles", "plain", "method"), method),
            setting(PLAN, ("comparisons",), Removed),
        )
    for p in ("0.001", "0.00010", "1e-20", "0.0005"):
        yield _in_order(
            f"exploratory p of {p}",
            setting(PLAN, ("profiles", "plain", "exploratory_p"), Raw(p)),
        )
    never = [setting(BETA, ("contrasts", 0), Removed), setting(ALPHA, ("contrasts", 0), Removed)]
    yield _in_order(
        "nothing to compare with, to reproduce or to calibrate", *never,
        setting("published.yaml", ("results", 0, "analysis"), "vbm-more"),
        setting("calibration.yaml", ("analysis",), "vbm-more"),
    )  # fmt: skip
    yield _in_order("one level of everything", *(
        setting(PLAN, ("multiverse", "cluster_forming_p"), (Raw("0.001"),)),
        setting(PLAN, ("multiverse", "other_estimators"), ()),
    ))  # fmt: skip
    yield Mutation("nothing that can be left out", _bare)


NEEDED = ("clinical", "illness_duration_months", "reason")
"""Fields that a rule asks for where they can be left out elsewhere."""


def _bare(data: Data) -> Data:
    required = {name: each for name in data if (each := kinds.kind_of(name)) and each.required}
    return {name: _required(kind.model, data[name]) for name, kind in required.items()}


def _required(model: type[Record], data: Any) -> Any:
    """A record without what can be left out."""
    if not isinstance(data, dict):
        return data
    kept: dict[str, Any] = {}
    for name, value in data.items():
        part = parts(model)[name]
        if not part.required and name not in NEEDED:
            continue
        kept[name] = value
        if part.record and isinstance(value, tuple):
            kept[name] = tuple(_required(part.record, item) for item in value)
        elif part.record and part.keyed and isinstance(value, dict):
            kept[name] = {key: _required(part.record, item) for key, item in value.items()}
        elif part.record:
            kept[name] = _required(part.record, value)
    return kept
