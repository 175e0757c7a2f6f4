"""What a check notices."""

from collections.abc import Iterable
from dataclasses import dataclass

from trdreport.records.yamlfile import Path_


@dataclass(frozen=True)
class Doubt:
    """What a rule noticed: in which file and field, about which studies, with its arithmetic.

    `severity` is `warning` (something cannot be right or counts twice) or `note`. `acknowledged` is
    the reason that the record gives for leaving it so; empty where it gives none.
    """

    code: str
    severity: str
    studies: tuple[str, ...]
    message: str
    file: str
    loc: Path_ = ()
    acknowledged: str = ""


def study_file(study_id: str) -> str:
    """A study's file in the registry."""
    return f"studies/{study_id}.yaml"


def listed(items: Iterable[object]) -> str:
    """`a, b and c`."""
    words = [str(item) for item in items]
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)
