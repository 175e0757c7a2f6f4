"""An experiment table holds each unit once, with the sample size that the rule gives."""

from collections.abc import Callable
from pathlib import Path

import pytest

from trdreport.engine.results import ExperimentTable
from trdreport.engine.selection import experiment_table, sample_size
from trdreport.records.loading import Registry, load_registry


def table(registry: Registry, analysis: str, **profile: object) -> ExperimentTable:
    plan = registry.plan
    changed = {name: old.model_copy(update=profile) for name, old in plan.profiles.items()}
    registry = Registry(**{**vars(registry), "plan": plan.model_copy(update={"profiles": changed})})
    return experiment_table(registry, registry.run(analysis))


@pytest.mark.parametrize(
    ("analysis", "experiments", "foci", "participants"),
    [
        ("vbm-any", 4, 19, 245),
        ("fmri-trd-hc", 4, 27, 167),
        ("fmri-trd-tsd", 4, 15, 156),
        ("all-trd-hc", 7, 42, 314),
        ("all-trd-tsd", 6, 19, 272),
    ],
)
def test_the_papers_inputs(
    analysis: str, experiments: int, foci: int, participants: int, miola: Registry
) -> None:
    found = table(miola, analysis)
    assert (len(found.experiments), found.n_foci, found.participants) == (
        experiments,
        foci,
        participants,
    )


def test_a_group_in_two_contrasts_counts_once(miola: Registry) -> None:
    sizes = {e.unit: e.sample_size for e in table(miola, "vbm-any").experiments}
    assert sizes["ma2012"] == 18 + 17 + 17


def test_a_cohort_is_one_experiment(miola: Registry) -> None:
    found = table(miola, "all-trd-hc", unit="cohort")
    (shared,) = [e for e in found.experiments if len(e.studies) > 1]
    assert shared.studies == ("guo2012-falff", "ma2012")
    assert shared.groups == {"HC": 17, "TRD": 18}
    assert len(shared.foci) == 5


def test_studies_without_the_contrast_are_named(miola: Registry) -> None:
    assert table(miola, "vbm-trd-hc").not_reported == ("sandu2017",)


def test_a_null_finding_is_named_not_pooled(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("valid")
    study = root / "studies" / "alpha2018.yaml"
    text = study.read_text()
    cut = text.index("    foci:\n      - {x: -30")
    end = text.index("  - contrast: HC>TRD")
    study.write_text(text[:cut] + "    foci: []\n" + text[end:])
    registry = load_registry(root)
    found = experiment_table(registry, registry.run("vbm-more"))
    assert found.without_foci == ("alpha2018",)
    assert [e.unit for e in found.experiments] == ["beta2019"]


@pytest.mark.parametrize(("rule", "n"), [("sum", 58), ("patients", 41), ("smaller_group", 17)])
def test_sample_size_rules(rule: str, n: int) -> None:
    assert sample_size({"TRD": 18, "TSD": 23, "HC": 17}, {"TRD", "TSD"}, rule) == n
