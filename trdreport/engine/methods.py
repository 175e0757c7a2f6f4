"""What was done, in sentences: a choice of a profile and its words stand side by side."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version

from trdreport.engine.stopping import FIRST_LOOK
from trdreport.model.plan import Profile


@dataclass(frozen=True)
class Sentence:
    """One statement without its full stop, and the works it rests on (keys of methods.bib)."""

    text: str
    citations: tuple[str, ...] = ()


FOCI = {"exact": "at its true position", "voxel": "at its nearest voxel"}

SAMPLE_SIZE = {
    "sum": "the sum of the compared groups",
    "patients": "the number of patients",
    "smaller_group": "that of the smallest compared group",
}

UNIT = {
    "study": "One study is one experiment",
    "cohort": "One cohort is one experiment, whatever the number of studies of the same people",
}

VALUES = {
    "printed": "",
    "corrected": "Values that are wrong in print were replaced by the corrected ones",
}

MASK = {
    "mni152-2mm": "the MNI152 2 mm brain mask",
    "mni152-gm-2mm": "the grey matter of the MNI152 2 mm brain mask",
}

SPACE = {"MNI": "MNI", "TAL": "Talairach"}

TRANSFORM = {
    "icbm_spm2tal": "icbm_spm2tal (templates of SPM)",
    "icbm_fsl2tal": "icbm_fsl2tal (templates of FSL)",
    "icbm_other2tal": "icbm_other2tal (other templates)",
}


@dataclass(frozen=True)
class MethodWords:
    """A method in sentences: what computed it, its kernel, how experiments meet, its p values."""

    computed: str
    kernel: Callable[[Profile], Iterator[Sentence]]
    joined: tuple[Sentence, ...]
    null: Callable[[Profile], Iterator[Sentence]]


def sentences(profile: Profile, spaces_of_foci: frozenset[str]) -> tuple[Sentence, ...]:
    """The methods of a profile; `spaces_of_foci` are those in which foci were published."""
    words = METHOD[profile.method]
    return (
        Sentence(words.computed.format(**_versions()), ("salo2023",)),
        *_conversion(profile, spaces_of_foci),
        *words.kernel(profile),
        Sentence(UNIT[profile.unit]),
        *words.joined,
        *(Sentence(text) for text in (VALUES[profile.values],) if text),
        _search_volume(profile),
        *words.null(profile),
        Sentence(f"The exploratory readout is p < {profile.exploratory_p}, uncorrected"),
    )


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("nimare", "trdreport")}


def _conversion(profile: Profile, spaces_of_foci: frozenset[str]) -> Iterator[Sentence]:
    matrix = f"Lancaster's matrix {TRANSFORM[profile.transform]}"
    for space in sorted(spaces_of_foci - {profile.space}):
        way = matrix if profile.space == "TAL" else f"the inverse of {matrix}"
        text = (
            f"Foci published in {SPACE[space]} space were carried to {SPACE[profile.space]} space"
        )
        yield Sentence(f"{text} with {way}", ("lancaster2007",))


def _search_volume(profile: Profile) -> Sentence:
    done = ["carried to Talairach space"] if profile.space == "TAL" else []
    if times := profile.mask.dilate_voxels:
        often = "once" if times == 1 else f"{times} times"
        done.append(f"dilated {often} by one voxel (face neighbours)")
    text = f"The search volume is {MASK[profile.mask.source]}"
    return Sentence(f"{text}, {' and '.join(done)}" if done else text)


def _clusters(profile: Profile) -> str:
    return (
        f"Clusters are face-connected voxels at p < {profile.cluster_forming_p}; their family-wise"
        f" error p (significant below {profile.cluster_fwe_p}) comes from"
    )


def _fixed_interval() -> Sentence:
    text = "The interval given with p is the exact 95 % interval for that number of permutations"
    return Sentence(text, ("clopper1934",))


def _ale_kernel(profile: Profile) -> Iterator[Sentence]:
    yield Sentence(
        f"Each focus became a Gaussian {FOCI[profile.foci]}, of a width that follows from the"
        " sample size of its experiment",
        ("eickhoff2009",),
    )
    yield Sentence(f"The sample size is {SAMPLE_SIZE[profile.sample_size]}")


def _ale_null(profile: Profile) -> Iterator[Sentence]:
    yield Sentence("Uncorrected p values come from the convolution of the experiments' histograms")
    most = "at most " if profile.stop_early else ""
    offset = " and keeps its offset from the voxel's centre" if profile.foci == "exact" else ""
    yield Sentence(
        f"{_clusters(profile)} {most}{profile.permutations} permutations (seed {profile.seed}) in"
        f" which every focus moves to a random voxel of the search volume{offset}"
    )
    if not profile.stop_early:
        yield _fixed_interval()
        return
    yield Sentence(
        "Drawing stops as soon as the 99.9 % confidence sequence of every cluster's p, looked at"
        f" after {FIRST_LOOK} permutations and at each doubling, lies on one side of"
        f" {profile.cluster_fwe_p}; that sequence is the interval given with p",
        ("lai1976",),
    )


def _density_kernel(_profile: Profile) -> Iterator[Sentence]:
    yield Sentence("Each focus became a sphere of 10 mm around its nearest voxel")
    yield Sentence("Sample sizes play no part")


def _density_null(profile: Profile) -> Iterator[Sentence]:
    yield Sentence("Uncorrected p values come from NiMARE's analytic null of the density")
    yield Sentence(
        f"{_clusters(profile)} {profile.permutations} permutations of NiMARE's (seed"
        f" {profile.seed}) in which every focus moves to a random voxel of the search volume"
    )
    yield _fixed_interval()


METHOD: Mapping[str, MethodWords] = {
    "ALE": MethodWords(
        "Activation likelihood estimation was computed with trdreport {trdreport}, whose estimates"
        " are tested against those of NiMARE {nimare}",
        _ale_kernel,
        (
            Sentence("Within an experiment the largest value counts", ("turkeltaub2012",)),
            Sentence(
                "Across experiments the values are joined as a union of probabilities",
                ("eickhoff2012",),
            ),
        ),
        _ale_null,
    ),
    "MKDADensity": MethodWords(
        "Multilevel kernel density analysis was computed with NiMARE {nimare} and its defaults",
        _density_kernel,
        (
            Sentence("Within an experiment overlapping spheres count once"),
            Sentence("The density is the number of experiments with a sphere at the voxel"),
        ),
        _density_null,
    ),
    "KDA": MethodWords(
        "Kernel density analysis was computed with NiMARE {nimare} and its defaults",
        _density_kernel,
        (Sentence("The density is the number of spheres at the voxel, over all experiments"),),
        _density_null,
    ),
}
"""Every method in words."""
