"""A correction stands beside the printed value, and counts only where a profile asks for it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sections.rendering import planned, site
from trdreport.engine.selection import experiment_table
from trdreport.model.plan import Run
from trdreport.records.loading import Registry, load_registry
from trdreport.records.places import path_of, replaced, value_at
from trdreport.records.yamlfile import dotted

Overlay = Callable[[str], Path]


@pytest.fixture
def registry(overlaid: Overlay) -> Registry:
    return load_registry(overlaid("updated"))


def sizes(registry: Registry, values: str) -> dict[str, int]:
    run = registry.run("vbm-both")
    profile = run.profile.model_copy(update={"values": values})
    table = experiment_table(registry, Run(run.analysis, run.profile_id, profile))
    return {e.unit: e.sample_size for e in table.experiments}


def test_a_profile_chooses_printed_or_corrected_values(registry: Registry) -> None:
    printed, corrected = sizes(registry, "printed"), sizes(registry, "corrected")
    assert corrected["alpha2018"] == printed["alpha2018"] + 20
    assert corrected["beta2019"] == printed["beta2019"]
    assert registry.study("alpha2018").n("TRD") == 20


def test_the_report_shows_both(registry: Registry) -> None:
    _, pages, _ = site(planned(registry))
    page = pages["studies/alpha2018.html"]
    assert "printed 20, corrected 40. The erratum gives 40." in page
    assert "Whether the authors were told is not reported." in page
    assert "printed 20, corrected 40" in pages["quality.html"]


KEYS = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
DATA = st.recursive(
    st.integers(), lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=3)
    | st.lists(inner, min_size=1, max_size=3).map(tuple), max_leaves=8,
)  # fmt: skip


@given(data=DATA, choose=st.data())
def test_one_value_is_replaced_and_no_other(data: object, choose: st.DataObject) -> None:
    loc: tuple[str | int, ...] = ()
    here = data
    while isinstance(here, dict | tuple):
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        loc = (*loc, choose.draw(st.sampled_from(keys)))
        here = here[loc[-1]]  # type: ignore[index]
    assert path_of(dotted(loc)) == loc
    changed = replaced(data, loc, "new")
    assert value_at(changed, loc) == "new"
    assert replaced(changed, loc, here) == data


def test_a_place_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        value_at({"a": (1,)}, ("a", 3))


def test_a_registry_without_corrections_is_as_printed(registry: Registry) -> None:
    assert replace(registry, corrections=()).values("corrected") == registry.studies
