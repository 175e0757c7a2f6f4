"""What a second extractor read, against the record and against the first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from trdreport.checks.doubt import Doubt, study_file
from trdreport.records.loading import Registry
from trdreport.records.yamlfile import Path_, dotted

Category = str | bool | int


def cohens_kappa(pairs: Sequence[tuple[Category, Category]]) -> float | None:
    """Agreement of two raters beyond chance (Cohen 1960); None where chance alone agrees fully.

    kappa = (observed - expected) / (1 - expected), expected from each rater's own shares.
    """
    n = len(pairs)
    if not n:
        return None
    one, other = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum(a == b for a, b in pairs) / n
    expected = sum(one[category] * other[category] for category in one) / n**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def leaves(data: Any, loc: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every single value of a record with its place."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*loc, key))
    elif isinstance(data, tuple) and data:
        for index, value in enumerate(data):
            yield from leaves(value, (*loc, index))
    else:
        yield loc, data


def extractions_agree(registry: Registry) -> Iterator[Doubt]:
    """Where a second extraction differs from the record; the record holds the consensus."""
    for (extractor, study), file in sorted(registry.extractions.items()):
        record = dict(leaves(registry.files[study_file(study)].data))
        for loc, value in leaves(registry.files[file].data):
            if loc not in record or str(record[loc]) != str(value):
                has = f"'{record[loc]}'" if loc in record else "no such value"
                yield Doubt(
                    "EXTRACTION", "note", (study,),
                    f"{study}, {dotted(loc)}: {extractor} read '{value}', the record has {has}",
                    file, loc,
                )  # fmt: skip


def extractors_agree(registry: Registry) -> Iterator[Doubt]:
    """How well two extractors agree: Cohen's kappa of categories, share of equal numbers."""
    extractors = sorted({extractor for extractor, _ in registry.extractions})
    for one, other in combinations(extractors, 2):
        both = sorted(
            study
            for study in {study for _, study in registry.extractions}
            if (one, study) in registry.extractions and (other, study) in registry.extractions
        )
        categories: list[tuple[Category, Category]] = []
        equal, numbers = 0, 0
        for study in both:
            first, second = (
                dict(leaves(registry.files[registry.extractions[name, study]].data))
                for name in (one, other)
            )
            for loc in [loc for loc in first if loc in second]:
                a, b = first[loc], second[loc]
                if isinstance(a, str | bool) or "items" in loc:
                    categories.append((a, b))
                else:
                    numbers += 1
                    equal += str(a) == str(b)
        if not categories and not numbers:
            continue
        kappa = cohens_kappa(categories)
        told = "not defined" if kappa is None else f"{kappa:.2f}"
        yield Doubt(
            "KAPPA", "note", tuple(both),
            f"{one} and {other}, {len(both)} studies: kappa {told} over {len(categories)}"
            f" categories; {equal} of {numbers} numbers equal",
            registry.extractions[one, both[0]],
        )  # fmt: skip
