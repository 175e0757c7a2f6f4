"""Names of brain regions: those of the Desikan-Killiany atlas (Desikan et al. 2006) for readers."""

from collections.abc import Iterable, Mapping

WORDS = {
    "bankssts": "banks of the superior temporal sulcus",
    "caudalanteriorcingulate": "caudal anterior cingulate cortex",
    "caudalmiddlefrontal": "caudal middle frontal gyrus",
    "cuneus": "cuneus",
    "entorhinal": "entorhinal cortex",
    "fusiform": "fusiform gyrus",
    "inferiorparietal": "inferior parietal cortex",
    "inferiortemporal": "inferior temporal gyrus",
    "isthmuscingulate": "isthmus of the cingulate",
    "lateraloccipital": "lateral occipital cortex",
    "lateralorbitofrontal": "lateral orbitofrontal cortex",
    "lingual": "lingual gyrus",
    "medialorbitofrontal": "medial orbitofrontal cortex",
    "middletemporal": "middle temporal gyrus",
    "parahippocampal": "parahippocampal gyrus",
    "paracentral": "paracentral lobule",
    "parsopercularis": "pars opercularis",
    "parsorbitalis": "pars orbitalis",
    "parstriangularis": "pars triangularis",
    "pericalcarine": "pericalcarine cortex",
    "postcentral": "postcentral gyrus",
    "posteriorcingulate": "posterior cingulate cortex",
    "precentral": "precentral gyrus",
    "precuneus": "precuneus",
    "rostralanteriorcingulate": "rostral anterior cingulate cortex",
    "rostralmiddlefrontal": "rostral middle frontal gyrus",
    "superiorfrontal": "superior frontal gyrus",
    "superiorparietal": "superior parietal cortex",
    "superiortemporal": "superior temporal gyrus",
    "supramarginal": "supramarginal gyrus",
    "frontalpole": "frontal pole",
    "temporalpole": "temporal pole",
    "transversetemporal": "transverse temporal gyrus",
    "insula": "insula",
    "thalamusproper": "thalamus",
    "caudate": "caudate nucleus",
    "putamen": "putamen",
    "pallidum": "pallidum",
    "accumbensarea": "nucleus accumbens",
    "hippocampus": "hippocampus",
    "amygdala": "amygdala",
    "brainstem": "brainstem",
}
"""Names for readers by the atlas's own names."""

CEREBELLUM = ("cerebellum", "cerebellar vermis")
"""Places that the atlas lacks and a rule of ours names."""

MIDLINE = ("brainstem", "cerebellar vermis")
"""Regions without sides."""

SIDES = ("left", "right")


def region_names() -> tuple[str, ...]:
    """Every name that a statement may use: `insula` (side not stated), `left insula`, and so on."""
    plain = sorted({*WORDS.values(), *CEREBELLUM})
    sided = [f"{side} {name}" for side in SIDES for name in plain if name not in MIDLINE]
    return (*plain, *sided)


def sided_regions(name: str, areas: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The regions of the atlas, each with its side, that a name stands for.

    A name without a side stands for both; `areas` has the regions of each network or larger area,
    which may be put to one side like a region (`left prefrontal cortex`). Raises KeyError for a
    name that is neither.
    """
    if name in MIDLINE:
        return frozenset((name,))
    side, _, rest = name.partition(" ")
    sides, plain = ((side,), rest) if side in SIDES else (SIDES, name)
    if plain in areas:
        inner = frozenset().union(*(sided_regions(region, areas) for region in areas[plain]))
        own = tuple(f"{s} " for s in sides)
        return frozenset(r for r in inner if r in MIDLINE or r.startswith(own))
    if plain not in {*WORDS.values(), *CEREBELLUM}:
        raise KeyError(name)
    return frozenset(f"{s} {plain}" for s in sides)
