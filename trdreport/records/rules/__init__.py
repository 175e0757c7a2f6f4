"""Rules that pydantic cannot see: between fields, between files, and about the folder."""

from collections.abc import Callable, Iterator

from trdreport.errors import Problem
from trdreport.records.rules import candidates as screened
from trdreport.records.rules import (
    corrections,
    editions,
    every,
    evidence,
    plan,
    search,
    studies,
)
from trdreport.records.rules.common import Files

Rule = Callable[[Files], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    every.id_is_file_name,
    plan.ids_are_unique,
    plan.citations_exist,
    studies.vocabulary_is_declared,
    studies.groups_fit_the_study,
    studies.scores_fit_their_scale,
    studies.contrasts_name_groups,
    studies.foci_are_distinct,
    studies.foci_are_in_the_brain,
    studies.years_agree,
    studies.studies_search_the_whole_brain,
    studies.elsewhere_names_a_field,
    plan.plan_is_consistent,
    plan.profiles_are_told_apart,
    plan.sample_sizes_count_somebody,
    plan.comparisons_are_possible,
    plan.multiverse_holds_what_was_published,
    plan.claims_name_analyses,
    plan.calibration_names_a_run,
    search.prisma_adds_up,
    search.searches_are_in_order,
    search.records_name_their_search,
    search.searches_count_their_studies,
    corrections.corrections_fit,
    evidence.documents_are_known,
    evidence.words_are_known,
    evidence.oppositions_are_records,
    screened.citations_exist,
    screened.words_are_declared,
    screened.criteria_are_declared,
    editions.editions_follow_each_other,
    editions.frozen_data_fit,
)


def check_all(files: Files) -> list[Problem]:
    """Problems of all rules whose files could be read."""
    return [problem for rule in RULES for problem in rule(files)]
