"""Maps of an analysis before and after, and their difference."""

from collections.abc import Sequence

from trdreport.brain.spaces import MNI_TO_TALAIRACH
from trdreport.engine.results import AnalysisResult
from trdreport.engine.run import Result
from trdreport.engine.versions import ChangedRun
from trdreport.figures.data import LEAST_DIFFERENCE, MapSide
from trdreport.figures.drawing import Drawing
from trdreport.model.plan import Transform
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.words import listed


def change_sketch(
    id_: str, run: ChangedRun, transforms: Sequence[Transform | None], names: Sequence[str]
) -> Sketch | None:
    """Both maps and their difference; None where a side is unknown or nothing is to be seen."""
    before, after = run.maps
    if before is None or after is None:
        return None
    sides = [_side(result, how) for result, how in zip(run.maps, transforms, strict=True)]
    if not any(side and side.stat.max() > side.threshold for side in sides):
        return None
    thresholds = [
        f"{side.threshold:.5f} ({name})" for side, name in zip(sides, names, strict=True) if side
    ]
    highest = " and ".join(
        f"{side.stat.max():.5f} in {name}" for side, name in zip(sides, names, strict=True) if side
    )
    absent = [name for name, side in zip(names, sides, strict=True) if side is None]
    note = f" Nothing was pooled in {listed(absent)}." if absent else ""
    return Sketch(
        id_,
        Drawing("trdreport.figures.brains:change_glass_brain", (*sides, names[0], names[1])),
        f"Glass brains of {run.title}: {names[0]}, {names[1]}, and their difference. The highest"
        f" ALE is {highest}.",
        f"{run.title}: ALE in {names[0]} and in {names[1]}, above {listed(thresholds)}, and the"
        f" difference between the two, all in one scale and in MNI space. Differences below"
        f" {LEAST_DIFFERENCE:.0%} of the highest value are not drawn.{note}",
        columns=("version", "threshold_ale", "highest_ale"),
        rows=tuple(
            (name, f"{side.threshold:.5f}", f"{side.stat.max():.5f}")
            for name, side in zip(names, sides, strict=True)
            if side
        ),
    )


def _side(result: Result | None, transform: Transform | None) -> MapSide | None:
    if not isinstance(result, AnalysisResult):
        return None
    to_talairach = (
        MNI_TO_TALAIRACH[transform] if result.space == "TAL" and transform is not None else None
    )
    threshold = float(result.corrected.threshold_ale)
    return MapSide(result.maps["stat"], result.affine, threshold, to_talairach)
