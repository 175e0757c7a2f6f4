"""What was done, in sentences that follow from a profile."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from trdreport.model.plan import Profile

SPACES = {"MNI": "MNI", "TAL": "Talairach"}
FOCI = {"exact": "at its true position", "voxel": "at its nearest voxel"}
SAMPLE_SIZES = {
    "sum": "the sum of the compared groups",
    "patients": "the number of patients",
    "smaller_group": "that of the smaller group",
}
MASKS = {
    "mni152-2mm": "the MNI152 2 mm brain mask",
    "mni152-gm-2mm": "the grey matter of the MNI152 2 mm brain mask",
}


@dataclass(frozen=True)
class Sentence:
    """One statement without its full stop, and the works it rests on (keys of the references)."""

    text: str
    citations: tuple[str, ...] = ()


def sentences(profile: Profile, spaces_of_foci: frozenset[str]) -> tuple[Sentence, ...]:
    """The methods of a profile; `spaces_of_foci` are those in which foci were published."""
    return (
        Sentence(
            f"Activation likelihood estimation was computed with NiMARE {version('nimare')} and the"
            f" kernel and permutation null of trdreport {version('trdreport')}",
            ("salo2023",),
        ),
        *_conversion(profile, spaces_of_foci),
        Sentence(
            f"Each focus became a Gaussian {FOCI[profile.foci]}, of a width that follows from the"
            " sample size of its experiment",
            ("eickhoff2009",),
        ),
        Sentence(
            f"The sample size is {SAMPLE_SIZES[profile.sample_size]}, and one {profile.unit} is one"
            " experiment"
        ),
        Sentence("Within an experiment the largest value counts", ("turkeltaub2012",)),
        Sentence(
            "Across experiments the values are joined as a union of probabilities",
            ("eickhoff2012",),
        ),
        _search_volume(profile),
        *_null(profile),
        Sentence(f"The exploratory readout is p < {profile.exploratory_p}, uncorrected"),
    )


def _conversion(profile: Profile, spaces_of_foci: frozenset[str]) -> Iterator[Sentence]:
    matrix = f"Lancaster's {profile.transform} matrix"
    way = matrix if profile.space == "TAL" else f"the inverse of {matrix}"
    for space in sorted(spaces_of_foci - {profile.space}):
        yield Sentence(
            f"Foci published in {SPACES[space]} space were carried to {SPACES[profile.space]} space"
            f" with {way}",
            ("lancaster2007",),
        )


def _search_volume(profile: Profile) -> Sentence:
    done = ["carried to Talairach space"] if profile.space == "TAL" else []
    if times := profile.mask.dilate_voxels:
        often = "once" if times == 1 else f"{times} times"
        done.append(f"dilated {often} by one voxel (face neighbours)")
    return Sentence(
        f"The search volume is {MASKS[profile.mask.source]}{' ' * bool(done)}{' and '.join(done)}"
    )


def _null(profile: Profile) -> Iterator[Sentence]:
    yield Sentence("Uncorrected p values come from the convolution of the experiments' histograms")
    most = "at most " if profile.stop_early else ""
    offset = " and keeps its offset from the voxel's centre" if profile.foci == "exact" else ""
    yield Sentence(
        f"Clusters are face-connected voxels at p < {profile.cluster_forming_p}; their family-wise"
        f" error p (significant below {profile.cluster_fwe_p}) comes from {most}"
        f"{profile.permutations} permutations (seed {profile.seed}) in which every focus moves to a"
        f" random voxel of the search volume{offset}"
    )
    if profile.stop_early:
        yield Sentence(
            "Drawing stops as soon as the 99.9 % confidence sequence of every cluster's p, looked"
            " at after 500 permutations and at each doubling, lies on one side of"
            f" {profile.cluster_fwe_p}; that sequence is the interval given with p",
            ("lai1976",),
        )
    else:
        yield Sentence(
            "The interval given with p is the exact 95 % interval for that number of permutations",
            ("clopper1934",),
        )
