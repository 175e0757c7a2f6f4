"""Numbers, places and readouts as the report writes them."""

from collections.abc import Iterable

from trdreport.engine.results import CLUSTER_FWE
from trdreport.model.fields import split_contrast


def number(value: float) -> str:
    """Three significant digits; powers of ten below 0.0001."""
    return f"{value:.3g}"


def coordinates(point: tuple[float, float, float], digits: int = 0) -> tuple[str, str, str]:
    """x, y, z as text; never `-0`."""
    x, y, z = (f"{round(value, digits) + 0.0:.{digits}f}" for value in point)
    return x, y, z


def listed(items: Iterable[object], last: str = "and") -> str:
    """`a, b and c`."""
    words = [str(item) for item in items]
    return ", ".join(words[:-1]) + f" {last} " + words[-1] if len(words) > 1 else "".join(words)


def plural(count: int, one: str, many: str = "") -> str:
    """`1 study`, `2 studies`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def readout_name(readout: str) -> str:
    """A readout in words."""
    if readout == CLUSTER_FWE:
        return "cluster-level FWE"
    return readout.replace("uncorrected-", "uncorrected p < ")


def opposed(directions: Iterable[str]) -> bool:
    """Whether contrasts include both directions of one comparison."""
    pairs = {split_contrast(direction) for direction in directions}
    return any((less, more) in pairs for more, less in pairs)
