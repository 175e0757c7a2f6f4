"""Draw figures, or take them from the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import joblib
from jinja2 import Environment

from trdreport.publish.pdf import picture
from trdreport.sections.sketch import Figure, Sketch
from trdreport.work.store import Store, Wanted
from trdreport.work.workers import side_by_side


@dataclass(frozen=True)
class Gallery:
    """Figures by id, and their files by path in the site."""

    figures: Mapping[str, Figure]
    files: Mapping[str, bytes]


def drawn(
    sketches: Sequence[Sketch], env: Environment, assets: Mapping[str, bytes], store: Store
) -> Gallery:
    """Every figure; what the store lacks is drawn side by side, templates with our `assets`."""
    from_code = [sketch for sketch in sketches if sketch.draw]
    wanted = [
        Wanted("figure", (_fingerprint(sketch.draw),), sketch.draw, bytes)
        for sketch in from_code
        if sketch.draw
    ]
    drawings = store.remember_all(wanted, side_by_side)
    every = dict(zip((sketch.id for sketch in from_code), drawings, strict=True))
    for sketch in sketches:
        if sketch.template:
            every[sketch.id] = _from_template(sketch, env, assets, store)
    return Gallery(
        {sketch.id: sketch.figure(every[sketch.id]) for sketch in sketches},
        {
            name: content
            for sketch in sketches
            for name, content in sketch.files(every[sketch.id]).items()
        },
    )


def _fingerprint(draw: "partial[bytes]") -> str:
    return str(joblib.hash((draw.func.__name__, draw.args)))


def _from_template(
    sketch: Sketch, env: Environment, assets: Mapping[str, bytes], store: Store
) -> bytes:
    """A PNG followed by the SVG that a template gives."""
    svg = env.get_template(sketch.template).render(view=sketch.view, linked=False)
    text = svg.strip().encode() + b"\n"
    inputs = (text, *(part for pair in sorted(assets.items()) for part in pair))
    image = store.remember("flow", inputs, partial(picture, text, assets), bytes)
    return image + text
