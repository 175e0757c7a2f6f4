"""The groups of a review that the report speaks of by name."""

from trdreport.model.review import Review


def patients(review: Review) -> tuple[str, ...]:
    """Names of the groups that have the disorder; every group where none is said to."""
    found = tuple(name for name, group in review.groups.items() if group.patients)
    return found or tuple(review.groups)


def cases(review: Review) -> str | None:
    """The group that the review is about: the first of patients; None where there is none."""
    return next((name for name, group in review.groups.items() if group.patients), None)
