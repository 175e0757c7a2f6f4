"""What is stored of a run is asked for by what estimation depends on, and by nothing else."""

from dataclasses import replace

import pytest

from trdreport.engine.codec import table_json
from trdreport.engine.results import ExperimentTable
from trdreport.engine.selection import experiment_table
from trdreport.records.loading import Registry


@pytest.fixture
def table(miola: Registry) -> ExperimentTable:
    return experiment_table(miola, miola.run("all-trd-hc"))


def with_first(table: ExperimentTable, **update: object) -> ExperimentTable:
    first, *rest = table.experiments
    return replace(table, experiments=(replace(first, **update), *rest))  # type: ignore[arg-type]


def test_a_study_that_contributes_nothing_changes_no_key(table: ExperimentTable) -> None:
    more = replace(table, not_reported=(*table.not_reported, "new2026"), without_foci=("other",))
    assert table_json(more) == table_json(table)


def test_who_the_participants_are_changes_no_key(table: ExperimentTable) -> None:
    assert table_json(with_first(table, groups={"anybody": 7})) == table_json(table)


@pytest.mark.parametrize(
    "update", [{"sample_size": 9}, {"unit": "z"}, {"studies": ("z",)}, {"foci": ()}]
)
def test_what_estimation_and_its_description_need_changes_the_key(
    update: dict[str, object], table: ExperimentTable
) -> None:
    assert table_json(with_first(table, **update)) != table_json(table)
