"""Doubts about the data: values that cannot be right, or that disagree between places.

A doubt is not an error: the value is kept as printed and the report shows the doubt. Each rule
is a small generator with a stable code, and its docstring is the rule in one line. A record
acknowledges a doubt with its code and a reason; it is then still shown.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from trdreport.checks import eligibility, extraction, foci, numbers, published, samples
from trdreport.checks.doubt import Doubt, study_file
from trdreport.model.fields import Acknowledged
from trdreport.records.loading import Registry
from trdreport.records.yamlfile import dotted

Rule = Callable[[Registry], Iterator[Doubt]]

RULES: Mapping[str, tuple[Rule, ...]] = {
    "GRIM": (numbers.impossible_percentages,),
    "GRIMMER": (numbers.impossible_scores,),
    "AGE": (numbers.ages_add_up,),
    "SAME-SAMPLE": (samples.shared_participants,),
    "COHORT": (samples.unlike_cohorts,),
    "EXCHANGED": (samples.exchanged_measures,),
    "TOTALS": (published.totals_against_records,),
    "COUNTRY": (published.countries_add_up,),
    "PRINTED-ELSEWHERE": (published.printed_differently,),
    "OUTSIDE": (foci.outside_the_brain,),
    "SPACE": (foci.likely_other_space,),
    "SIDE": (foci.one_sided,),
    "TWICE": (foci.found_twice,),
    "SEARCH": (published.searches_fit_years,),
    "PRISMA": (published.prisma_is_complete,),
    "ELIGIBILITY": (
        eligibility.answers_fit_the_record,
        eligibility.included_means_eligible,
        eligibility.candidates_are_judged_by_their_fields,
    ),
    "EXTRACTION": (extraction.extractions_agree,),
    "KAPPA": (extraction.extractors_agree,),
}
"""Rules by code, in the order in which doubts are reported."""


def check(registry: Registry) -> tuple[Doubt, ...]:
    """Doubts of all rules; those that a record acknowledges say so.

    An acknowledgement that fits no doubt is a doubt itself, `ACKNOWLEDGED`.
    """
    found = [doubt for rules in RULES.values() for rule in rules for doubt in rule(registry)]
    used: set[tuple[str, int]] = set()
    answered = []
    for doubt in found:
        for file, index, own in _acknowledged(registry):
            if _fits(doubt, file, own):
                used.add((file, index))
                doubt = replace(doubt, acknowledged=own.reason)  # noqa: PLW2901
        answered.append(doubt)
    unused = [
        Doubt(
            "ACKNOWLEDGED",
            "warning",
            (),
            f"{file} acknowledges {own.code}"
            + (f" of {own.field}" if own.field else "")
            + ", which is not found (any more); remove it",
            file,
            ("acknowledged", index),
        )
        for file, index, own in _acknowledged(registry)
        if (file, index) not in used
    ]
    return (*answered, *unused)


def rules_table() -> str:
    """The checks as a Markdown table: code and rule."""
    lines = ["| code | rule |", "|---|---|"]
    for code, rules in RULES.items():
        told = " ".join((rule.__doc__ or "").strip() for rule in rules)
        lines.append(f"| {code} | {told} |")
    return "\n".join(lines)


def _acknowledged(registry: Registry) -> Iterator[tuple[str, int, Acknowledged]]:
    records = [(study_file(study.id), study.acknowledged) for study in registry.studies]
    records.append(("published.yaml", registry.published.acknowledged))
    records.append(("review.yaml", registry.review.acknowledged))
    for file, own in records:
        for index, one in enumerate(own):
            yield file, index, one


def _fits(doubt: Doubt, file: str, own: Acknowledged) -> bool:
    """Whether a record's acknowledgement is of this doubt: by code, file or study, and field."""
    files = {doubt.file, *(study_file(study) for study in doubt.studies)}
    if doubt.file == "search.yaml":
        files.add("review.yaml")
    field = dotted(doubt.loc)
    return (
        own.code == doubt.code
        and file in files
        and (own.field is None or field == own.field or field.startswith(f"{own.field}."))
    )
