"""Figures before they are drawn, and after."""

from collections.abc import Mapping
from dataclasses import dataclass

from trdreport.exchange.delimited import to_csv
from trdreport.figures.chart import Chart
from trdreport.figures.drawing import Drawing
from trdreport.figures.palette import parts, size


@dataclass(frozen=True)
class Figure:
    """An image of the site; `file`, `vector` and `data` are relative to the site's root.

    `point` is the MNI position, `x,y,z`, that the figure is about; empty for none. `svg` is what a
    page has in the place of the image; empty for none.
    """

    id: str
    file: str
    vector: str
    data: str
    alt: str
    caption: str
    width: int
    height: int
    point: str
    svg: str = ""


@dataclass(frozen=True)
class Sketch:
    """A figure before it is drawn: its words, and what its image shows.

    The data behind it are `rows` below `columns`, or, for a map, the file `source` of the site.
    """

    id: str
    draw: Drawing | Chart
    alt: str
    caption: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    source: str = ""
    point: str = ""

    @property
    def stem(self) -> str:
        """Path of its files in the site, without what they end in."""
        return f"figures/{self.id}"

    @property
    def title(self) -> str:
        """The first sentence of the caption."""
        return self.caption.partition(". ")[0].removesuffix(".")

    def figure(self, drawing: bytes) -> Figure:
        """The figure with its drawing in hand: PNG and SVG, or the SVG of a chart."""
        chart = self.draw if isinstance(self.draw, Chart) else None
        width, height = (round(chart.width), round(chart.height)) if chart else size(drawing)
        return Figure(
            id=self.id,
            file=f"{self.stem}.png",
            vector=f"{self.stem}.svg",
            data=self.source or f"{self.stem}.csv",
            alt=self.alt,
            caption=self.caption,
            width=width,
            height=height,
            point=self.point,
            svg=drawing.decode() if chart else "",
        )

    def files(self, drawing: bytes) -> dict[str, bytes]:
        """The image in both forms, a chart as SVG; and its data unless another file has them."""
        if isinstance(self.draw, Chart):
            files = {f"{self.stem}.svg": drawing}
        else:
            image, vector = parts(drawing)
            files = {f"{self.stem}.png": image, f"{self.stem}.svg": vector}
        if not self.source:
            files[f"{self.stem}.csv"] = to_csv(self.columns, self.rows).encode()
        return files


@dataclass(frozen=True)
class Gallery:
    """Figures with their files: `general` by id, and those of each run in reading order.

    `trust` has those of robustness, by run; under the empty id those of the whole review.
    """

    general: Mapping[str, Figure]
    runs: Mapping[str, tuple[Figure, ...]]
    trust: Mapping[str, tuple[Figure, ...]]
    files: Mapping[str, bytes]

    @property
    def ids(self) -> tuple[str, ...]:
        """Every figure, those of the whole review first."""
        own = (figure.id for each in (self.runs, self.trust) for f in each.values() for figure in f)
        return tuple(dict.fromkeys((*self.general, *own)))
