"""What was seen of a result through time, and what may become of it, as frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import dist
from typing import Literal

from trdreport.brain.spaces import SAME_PLACE_MM, Coordinate


@dataclass(frozen=True)
class Spot:
    """A cluster as it is told at a step: its peak (MNI mm) and its family-wise p."""

    peak_mni: Coordinate
    p_fwe: float


@dataclass(frozen=True)
class Look:
    """What a table gives: its clusters, and the largest cluster (voxels) of each permutation."""

    spots: tuple[Spot, ...]
    null_sizes: tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """A cluster of the whole run that is looked for at other times; `peak` in analysis space."""

    number: int
    peak: Coordinate
    peak_mni: Coordinate
    p_fwe: float
    significant: bool

    def among(self, spots: tuple[Spot, ...]) -> Spot | None:
        """The spot of the smallest p with its peak within `SAME_PLACE_MM`; None for none."""
        near = [s for s in spots if dist(s.peak_mni, self.peak_mni) <= SAME_PLACE_MM]
        return min(near, key=lambda spot: spot.p_fwe, default=None)


@dataclass(frozen=True)
class Step:
    """A run as it stood after a search, or after a study in order of publication.

    `added` is the id of that search or study; `experiments` and `foci` are all up to then. Nothing
    could be run with fewer than two experiments: there are then no `spots`, and `run` is false.
    """

    kind: Literal["search", "study"]
    added: str
    experiments: int
    foci: int
    run: bool
    spots: tuple[Spot, ...]

    @property
    def smallest_p(self) -> float:
        """The smallest family-wise p; 1 where there is no cluster."""
        return min((spot.p_fwe for spot in self.spots), default=1.0)


@dataclass(frozen=True)
class Alarms:
    """Random data sets with a significant cluster at one look or more, of `permutations`."""

    looks: int
    alarms: int
    permutations: int


@dataclass(frozen=True)
class Boundary:
    """An alpha-spending rule at a search, of a planned number.

    `information` is the share of the planned looks; `spent` is the alpha that the rule allows up to
    here. A p up to `p`, which is what that leaves for this look, is significant; with 0 none is.
    """

    search: str
    information: float
    spent: float
    p: float


@dataclass(frozen=True)
class ThroughTime:
    """A run through time: `searches` and `studies` in their order.

    `alarms` are those of the searches that were looks, and `alarms_by_study` those as if every
    study had been one. `boundaries` has one entry for each search that was a look; it is empty
    where the plan has no spending rule.
    """

    place: Place | None
    searches: tuple[Step, ...]
    studies: tuple[Step, ...]
    alarms: Alarms
    alarms_by_study: Alarms
    boundaries: tuple[Boundary, ...]


@dataclass(frozen=True)
class Future:
    """Simulated futures with so many more studies, of which a share reports the place.

    `significant` of `futures` had a significant cluster with its peak within `SAME_PLACE_MM`.
    """

    studies: int
    rate: float
    futures: int
    significant: int


@dataclass(frozen=True)
class Settled:
    """What further studies could make of one place of a run."""

    place: Place
    futures: tuple[Future, ...]


@dataclass(frozen=True)
class Living:
    """Leading runs through time, and what would settle them; both by run id, in the plan's order.

    There is nothing for runs that could not be done, nor for methods other than ALE.
    """

    through_time: Mapping[str, ThroughTime]
    settled: Mapping[str, tuple[Settled, ...]]
