"""Draw figures, or take them from the store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from jinja2 import Environment

from trdreport.figures.chart import Chart
from trdreport.figures.drawing import Drawing
from trdreport.figures.svg import svg
from trdreport.publish.pdf import picture
from trdreport.sections.figures.sketch import Figure, Sketch
from trdreport.work.scheduling import Scheduler, one_by_one
from trdreport.work.store import Store, Tell, Wanted


@dataclass(frozen=True)
class Gallery:
    """Figures by id, and their files by path in the site."""

    figures: Mapping[str, Figure]
    files: Mapping[str, bytes]

    def __or__(self, other: "Gallery") -> "Gallery":
        return Gallery({**self.figures, **other.figures}, {**self.files, **other.files})


def drawn(
    sketches: Sequence[Sketch],
    env: Environment,
    templates: Path,
    assets: Mapping[str, bytes],
    store: Store,
    scheduler: Scheduler = one_by_one,
    tell: Tell = lambda *_: None,
) -> Gallery:
    """Every figure as PNG and SVG; `scheduler` has drawn what the store lacks.

    Drawings give both. Charts and templates give the SVG, of which the PNG is made in our fonts.
    """
    drawings = {s.id: s.draw for s in sketches if isinstance(s.draw, Drawing)}
    vectors = {s.id: _vector(s, env, templates) for s in sketches if s.id not in drawings}
    fonts = {n: c for n, c in assets.items() if n.startswith("fonts/") or n == "assets/fonts.css"}
    wanted = [
        *(Wanted("figure", (draw.fingerprint,), draw, bytes) for draw in drawings.values()),
        *_pictures(vectors.values(), fonts),
    ]
    made = store.remember_all(wanted, scheduler, tell)
    images = dict(zip((*drawings, *vectors), made, strict=True))
    every = {id_: image + vectors.get(id_, b"") for id_, image in images.items()}
    return Gallery(
        {sketch.id: sketch.figure(every[sketch.id]) for sketch in sketches},
        dict(chain.from_iterable(s.files(every[s.id]).items() for s in sketches)),
    )


def _vector(sketch: Sketch, env: Environment, templates: Path) -> bytes:
    """The SVG of a chart or of a template."""
    if isinstance(sketch.draw, Chart):
        return svg(templates, sketch.draw, sketch.id, sketch.title, sketch.alt)
    text = env.get_template(sketch.template).render(view=sketch.view, linked=False)
    return text.strip().encode() + b"\n"


def _pictures(vectors: Iterable[bytes], fonts: Mapping[str, bytes]) -> Iterable[Wanted[bytes]]:
    inputs: tuple[bytes | str, ...] = tuple(chain.from_iterable(sorted(fonts.items())))
    for vector in vectors:
        yield Wanted("picture", (vector, *inputs), partial(picture, vector, fonts), bytes)
