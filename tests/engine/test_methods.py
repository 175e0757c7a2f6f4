"""Methods says what was chosen, for every choice that can be made, and nothing else."""

from typing import Any, Literal, get_args

import pytest

from tests.conftest import ROOT
from trdreport.engine import methods
from trdreport.engine.methods import sentences
from trdreport.engine.robustness.specifications import LEVELS, mask_name
from trdreport.model import plan
from trdreport.model.fields import Space
from trdreport.model.plan import Mask, Profile
from trdreport.records.bibliography import read_bibliography
from trdreport.records.loading import Registry

CHOICES = [
    (plan.Method, methods.METHOD),
    (plan.FociPlacement, methods.FOCI),
    (plan.SampleSize, methods.SAMPLE_SIZE),
    (plan.Unit, methods.UNIT),
    (plan.Values, methods.VALUES),
    (plan.MaskSource, methods.MASK),
    (plan.Transform, methods.TRANSFORM),
    (Space, methods.SPACE),
]
MNI, TAL = frozenset({"MNI"}), frozenset({"TAL"})


@pytest.fixture
def profile(miola: Registry) -> Profile:
    return miola.plan.profiles["miola2023"]


def text(profile: Profile, spaces: frozenset[str] = MNI, **update: object) -> str:
    return ". ".join(s.text for s in sentences(profile.model_copy(update=update), spaces))


@pytest.mark.parametrize(("values", "words"), CHOICES)
def test_every_value_of_a_choice_has_words(values: Any, words: dict[str, object]) -> None:
    assert set(get_args(values)) == set(words)


def test_every_level_of_a_specification_has_words() -> None:
    assert {*get_args(plan.FociPlacement), *get_args(plan.SampleSize)} == set(LEVELS)
    masks = [Mask(source=source, dilate_voxels=0) for source in get_args(plan.MaskSource)]
    assert len({mask_name(mask) for mask in masks}) == len(masks)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("method", plan.Method), ("foci", plan.FociPlacement), ("unit", plan.Unit),
        ("sample_size", plan.SampleSize), ("values", plan.Values), ("transform", plan.Transform),
        ("stop_early", Literal[True, False]), ("space", Space),
    ],
)  # fmt: skip
def test_another_choice_makes_another_paragraph(name: str, values: Any, profile: Profile) -> None:
    told = {text(profile, **{name: value}) for value in get_args(values)}
    assert len(told) == len(get_args(values))


def test_every_work_cited_is_in_the_bibliography(profile: Profile) -> None:
    known = read_bibliography(ROOT / "templates" / "methods.bib")
    for method in get_args(plan.Method):
        for early in (True, False):
            chosen = profile.model_copy(update={"method": method, "stop_early": early})
            for sentence in sentences(chosen, MNI | TAL):
                assert set(sentence.citations) <= set(known)
                assert not sentence.text.endswith(".")


def test_foci_are_said_to_be_converted_only_where_some_were(profile: Profile) -> None:
    assert "Foci published in MNI space were carried to Talairach" in text(profile)
    assert "Foci published" not in text(profile, TAL)
    assert "Foci published" not in text(profile, MNI, space="MNI")
    into_mni = text(profile, MNI | TAL, space="MNI")
    assert (
        "Foci published in Talairach space were carried to MNI space with the inverse" in into_mni
    )


def test_a_grey_matter_mask_is_not_called_the_brain(profile: Profile) -> None:
    grey = Mask(source="mni152-gm-2mm", dilate_voxels=1)
    assert "the grey matter of the MNI152 2 mm brain mask, dilated once by one voxel" in text(
        profile, mask=grey, space="MNI"
    )


def test_nothing_of_gaussians_is_said_of_a_density(profile: Profile) -> None:
    words = text(profile, method="KDA")
    assert "Gaussian" not in words
    assert "the sum of the compared groups" not in words
    assert "nearest voxel" in words
