"""Whatever a valid plan asks, and however little the studies answer, everything is computed."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import REGISTRIES
from trdreport.engine.calibration import Scope, calibration_text
from trdreport.engine.claims import Claim, check_claims
from trdreport.engine.lock import make_lock, read_lock
from trdreport.engine.results import AnalysisResult, NotRun
from trdreport.engine.robustness.results import NotCompared, Robustness
from trdreport.engine.robustness.run import run_robustness
from trdreport.engine.run import Result, run_plan
from trdreport.engine.selection import experiment_table
from trdreport.errors import DataError
from trdreport.records.loading import Registry, load_registry
from trdreport.work.store import Store

UNCORRECTED = (
    "readout: cluster-fwe",
    "readout: uncorrected-0.0005",
)
TWO_SPACES = """  spaces:
    - {space: MNI, transform: icbm_spm2tal}
    - {space: TAL, transform: icbm_fsl2tal}
"""
ONE_LEVEL = (
    ("analyses.yaml", TWO_SPACES, TWO_SPACES[: TWO_SPACES.index("    - {space: TAL")]),
    ("analyses.yaml", "foci: [exact, voxel]", "foci: [exact]"),
    ("analyses.yaml", "unit: [study, cohort]", "unit: [study]"),
    ("analyses.yaml", "    - {source: mni152-gm-2mm, dilate_voxels: 0}\n", ""),
    ("analyses.yaml", "cluster_forming_p: [0.001, 0.005]", "cluster_forming_p: [0.001]"),
    ("analyses.yaml", "  other_estimators: [KDA]\n", ""),
    ("analyses.yaml", "fail_safe: {draws: 2, permutations: 200, seed: 3, most: 2}\n", ""),
)
PLAIN = "title: A small profile\n    method: "
AMYGDALA = "{x: -30, y: 2, z: -18, region: left amygdala, t_value: 4.2}"
LONE = ("analyses.yaml", "also_under: [rough]\n", "also_under: []\n")

Edit = tuple[str, str, str]


@dataclass(frozen=True)
class Done:
    """All that the engine gives for a registry."""

    registry: Registry
    results: dict[str, Result]
    claims: tuple[Claim, ...]
    robustness: Robustness


@pytest.fixture
def done(tmp_path: Path) -> Callable[..., Done]:
    def compute(*edits: Edit) -> Done:
        registry = edited(tmp_path, *edits)
        results = {result.run: result for result in run_plan(registry, Store(None))}
        claims = check_claims(registry, results)
        lock = make_lock(registry, results, {}, claims)
        assert read_lock(lock.text(), "lock") == lock
        return Done(registry, results, claims, run_robustness(registry, results, Store(None)))

    return compute


def contrast(name: str, focus: str) -> str:
    """A contrast of one focus as the tiny registry writes it."""
    return f"  - contrast: {name}\n    space: MNI\n    foci:\n      - {focus}\n"


def edited(folder: Path, *edits: Edit) -> Registry:
    """The valid tiny registry with other text."""
    root = folder / "registry"
    shutil.copytree(REGISTRIES / "valid", root)
    for file, old, new in edits:
        text = (root / file).read_text()
        assert old in text, old
        (root / file).write_text(text.replace(old, new))
    return load_registry(root)


def test_another_exploratory_p_is_another_readout(done: Callable[..., Done]) -> None:
    given = done(
        *ONE_LEVEL,
        LONE,
        ("analyses.yaml", "exploratory_p: 0.0001", "exploratory_p: 0.00050"),
        ("published.yaml", *UNCORRECTED),
    )
    result = given.results["vbm-both"]
    assert isinstance(result, AnalysisResult)
    assert result.exploratory.readout == "uncorrected-0.0005"
    assert {claim.readout for claim in given.claims} == {"", "uncorrected-0.0005"}
    (curve,) = given.robustness.curves
    assert [outcome.published for outcome in curve.run] == [True]


def test_an_exploratory_p_above_the_cluster_forming_one_works(done: Callable[..., Done]) -> None:
    given = done(
        *ONE_LEVEL,
        LONE,
        ("analyses.yaml", "cluster_forming_p: 0.001", "cluster_forming_p: 0.0001"),
        ("analyses.yaml", "cluster_forming_p: [0.001]", "cluster_forming_p: [0.00010]"),
        ("analyses.yaml", "exploratory_p: 0.0001", "exploratory_p: 0.001"),
    )
    result = given.results["vbm-both"]
    assert isinstance(result, AnalysisResult)
    assert result.exploratory.threshold_ale < result.corrected.threshold_ale
    (curve,) = given.robustness.curves
    assert [outcome.published for outcome in curve.run] == [True]
    assert curve.influences == ()


def test_a_contrast_that_no_study_has_is_an_analysis_not_run(
    done: Callable[..., Done],
) -> None:
    """So is a claim of it, a comparison with it, and a calibration of it."""
    given = done(
        *ONE_LEVEL,
        LONE,
        ("studies/alpha2018.yaml", "contrast: TRD>HC", "contrast: HC>TRD"),
        ("studies/alpha2018.yaml", contrast("HC>TRD", "{x: 40, y: -20, z: 50}"), ""),
        ("studies/beta2019.yaml", contrast("TRD>HC", AMYGDALA), ""),
        ("published.yaml", "analysis: vbm-both", "analysis: vbm-more"),
    )
    assert isinstance(given.results["vbm-more"], NotRun)
    assert given.results["vbm-more"].table.experiments == ()
    assert given.claims[-1].verdict.value == "not computed"
    (difference,) = given.robustness.differences
    assert isinstance(difference, NotCompared)
    (curve,) = given.robustness.curves
    assert {outcome.reason for outcome in curve.outcomes} == {"fewer than two experiments"}
    assert "vbm-more" not in given.robustness.leave_one_out
    run = given.registry.run("vbm-more")
    with pytest.raises(DataError, match="has no experiment to take sizes from"):
        calibration_text(experiment_table(given.registry, run), run, Scope((5,), 1, 100, 1))


def test_without_a_multiverse_or_a_fail_safe_the_rest_is_computed(
    done: Callable[..., Done],
) -> None:
    text = (REGISTRIES / "valid" / "analyses.yaml").read_text()
    rest = text[text.index("multiverse:") :]
    given = done(LONE, ("analyses.yaml", rest, ""))
    assert given.robustness.fail_safe == {}
    assert given.robustness.curves == ()
    assert given.robustness.differences == ()
    assert given.robustness.leave_one_out["vbm-both"]


def test_groups_of_one_person_are_pooled(done: Callable[..., Done]) -> None:
    given = done(
        *ONE_LEVEL,
        ("studies/alpha2018.yaml", "    n: 20\n", "    n: 1\n"),
        ("studies/alpha2018.yaml", "    n: 24\n", "    n: 1\n"),
        ("analyses.yaml", "sample_size: sum\n", "sample_size: smaller_group\n"),
        ("analyses.yaml", "sample_size: [sum]", "sample_size: [smaller_group]"),
    )
    result = given.results["vbm-both"]
    assert isinstance(result, AnalysisResult)
    assert [e.sample_size for e in result.table.experiments] == [1, 22]


def test_a_review_without_patients_is_computed(done: Callable[..., Done]) -> None:
    clinical = (REGISTRIES / "valid" / "studies" / "alpha2018.yaml").read_text()
    start = clinical.index("    clinical:")
    block = clinical[start : clinical.index("  HC:")]
    given = done(
        *ONE_LEVEL,
        LONE,
        ("review.yaml", "depression, patients: true", "depression, patients: false"),
        ("studies/alpha2018.yaml", block, ""),
        ("studies/beta2019.yaml", block.replace("31.2", "33.2"), ""),
        ("analyses.yaml", "sample_size: [sum]", "sample_size: [sum, patients]"),
    )
    assert isinstance(given.results["vbm-both"], AnalysisResult)
    (curve,) = given.robustness.curves
    reasons = {o.choices["sample size"]: o.reason for o in curve.outcomes}
    assert reasons == {
        "all groups": "",
        "patients": "no participants by this rule in alpha2018, beta2019",
    }


def test_a_profile_of_another_method_is_run_by_it(done: Callable[..., Done]) -> None:
    text = (REGISTRIES / "valid" / "analyses.yaml").read_text()
    given = done(
        *ONE_LEVEL,
        LONE,
        ("analyses.yaml", f"{PLAIN}ALE", f"{PLAIN}KDA"),
        ("analyses.yaml", text[text.index("comparisons:") :], ""),
    )
    result = given.results["vbm-both"]
    assert isinstance(result, AnalysisResult)
    assert result.maps["stat"].max() >= 2
    assert result.permutations == 100
    (curve,) = given.robustness.curves
    assert {outcome.choices["estimator"] for outcome in curve.run} == {"KDA"}
