"""Figures before they are drawn, and after."""

from dataclasses import dataclass

from trdreport.exchange.delimited import to_csv
from trdreport.figures.chart import Chart
from trdreport.figures.drawing import Drawing, parts, size


@dataclass(frozen=True)
class Figure:
    """An image of the site; `file`, `vector` and `data` are relative to the site's root.

    `place` is its anchor. `point` is the MNI position, `x,y,z`, that the figure is about; empty for
    none. `svg` is what a page has in the place of the image; empty for none.
    """

    id: str
    place: str
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

    `draw` is None where the image is an SVG `template` of the folder of templates, which then shows
    `view`. The data behind it are `rows` below `columns`, or else the file `source` of the site.
    """

    id: str
    draw: Drawing | Chart | None
    alt: str
    caption: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    source: str = ""
    point: str = ""
    template: str = ""
    view: object = None

    @property
    def place(self) -> str:
        """Its anchor."""
        return f"figure-{self.id}"

    @property
    def stem(self) -> str:
        """Path of its files in the site, without what they end in."""
        return f"figures/{self.id}"

    @property
    def title(self) -> str:
        """The first sentence of the caption."""
        return self.caption.partition(". ")[0].removesuffix(".")

    def figure(self, drawing: bytes) -> Figure:
        """The figure with its drawing in hand: a PNG and behind it the SVG."""
        _, vector = parts(drawing)
        chart = self.draw if isinstance(self.draw, Chart) else None
        width, height = (round(chart.width), round(chart.height)) if chart else size(drawing)
        return Figure(
            id=self.id,
            place=self.place,
            file=f"{self.stem}.png",
            vector=f"{self.stem}.svg",
            data=self.source or f"{self.stem}.csv",
            alt=self.alt,
            caption=self.caption,
            width=width,
            height=height,
            point=self.point,
            svg=vector.decode() if chart else "",
        )

    def files(self, drawing: bytes) -> dict[str, bytes]:
        """The image in both forms and, unless another file has them, its data."""
        image, vector = parts(drawing)
        files = {f"{self.stem}.png": image, f"{self.stem}.svg": vector}
        if not self.source:
            files[f"{self.stem}.csv"] = to_csv(self.columns, self.rows).encode()
        return files
