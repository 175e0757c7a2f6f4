"""A plan or a claim that cannot be computed is an error where it stands, not a crash later."""

import shutil
from pathlib import Path
from typing import get_args

import pytest

from tests.conftest import REGISTRIES
from trdreport.errors import DataError
from trdreport.model.plan import Method
from trdreport.records.loading import load_registry

FAULTS = {
    "a readout of another exploratory p": (
        "published.yaml",
        "readout: cluster-fwe",
        "readout: uncorrected-0.001",
        "published.yaml:7:14: results[0].readout: 'uncorrected-0.001' is no readout of vbm-both,"
        " which has cluster-fwe and uncorrected-0.0001; correct it or the profile's exploratory_p",
    ),
    "a readout of the same p written differently": (
        "published.yaml",
        "readout: cluster-fwe",
        "readout: uncorrected-0.00010",
        "published.yaml:7:14: results[0].readout: 'uncorrected-0.00010' is no readout; write"
        " cluster-fwe, or uncorrected-0.0001 for p < 0.0001",
    ),
    "patients counted where none are compared": (
        "review.yaml",
        "label: treatment-resistant depression, patients: true",
        "label: treatment-resistant depression, patients: false",
        "analyses.yaml:38:17: analyses[0].contrasts[0]: TRD>HC compares no patients, whom the"
        " profile 'rough' counts as sample size; leave it out or choose another sample_size there",
    ),
    "two profiles of one name": (
        "analyses.yaml",
        "title: Rougher choices",
        "title: A small profile",
        "analyses.yaml:17:12: profiles.rough.title: 'A small profile' is the title of a profile"
        " above; choose another",
    ),
    "two analyses of one name": (
        "analyses.yaml",
        "title: Grey matter, TRD > HC",
        "title: Grey matter, both directions",
        "analyses.yaml:43:12: analyses[1].title: 'Grey matter, both directions' is used above;"
        " choose another",
    ),
    "a density that stops early": (
        "analyses.yaml",
        "title: Rougher choices\n    method: ALE",
        "title: Rougher choices\n    method: KDA",
        "analyses.yaml:17:5: profiles.rough: only ALE can stop early; remove stop_early from this"
        " profile",
    ),
    "a comparison of densities": (
        "analyses.yaml",
        "title: A small profile\n    method: ALE",
        "title: A small profile\n    method: KDA",
        "analyses.yaml:68:12: comparisons[0].first: is led by KDA; only analyses by ALE can be"
        " subtracted",
    ),
    "a choice twice in the multiverse": (
        "analyses.yaml",
        "cluster_forming_p: [0.001, 0.005]",
        "cluster_forming_p: [0.001, 0.0010, 0.005]",
        "analyses.yaml:60:30: multiverse.cluster_forming_p[1]: stands twice; remove one",
    ),
    "MNI twice in the multiverse": (
        "analyses.yaml",
        "- {space: TAL, transform: icbm_fsl2tal}",
        "- {space: MNI, transform: icbm_fsl2tal}",
        "analyses.yaml:53:7: multiverse.spaces[1]: stands twice; remove one",
    ),
    "a method that is not there": (
        "analyses.yaml",
        "other_estimators: [KDA]",
        "other_estimators: [SCALE]",
        "analyses.yaml:62:22: multiverse.other_estimators[0]: 'SCALE' is not one of"
        f" {', '.join(get_args(Method))}; did you mean 'ALE'?",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_of_the_plan_is_reported_with_its_mend(case: str, tmp_path: Path) -> None:
    file, old, new, expected = FAULTS[case]
    root = tmp_path / "registry"
    shutil.copytree(REGISTRIES / "valid", root)
    text = (root / file).read_text()
    assert text.count(old) == 1
    (root / file).write_text(text.replace(old, new))
    with pytest.raises(DataError) as caught:
        load_registry(root)
    assert expected in [str(p).replace(f"{root}/", "") for p in caught.value.problems]
