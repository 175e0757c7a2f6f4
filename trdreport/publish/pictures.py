"""PNG of every figure that comes as SVG only."""

from collections.abc import Mapping
from functools import partial
from itertools import chain

from trdreport.publish.pdf import picture
from trdreport.work.store import Store
from trdreport.work.workers import side_by_side


def pictures(files: Mapping[str, bytes], store: Store) -> dict[str, bytes]:
    """PNG files by path, of the SVG files in `figures/` without one, in the fonts of the site."""
    fonts = {n: c for n, c in files.items() if n.startswith("fonts/") or n == "assets/fonts.css"}
    inputs: tuple[bytes | str, ...] = tuple(chain.from_iterable(sorted(fonts.items())))
    vectors = {
        image: content
        for name, content in files.items()
        if name.startswith("figures/") and name.endswith(".svg")
        and (image := f"{name.removesuffix('.svg')}.png") not in files
    }  # fmt: skip
    made = store.remember_all(
        [("picture", (content, *inputs)) for content in vectors.values()],
        [partial(picture, content, fonts) for content in vectors.values()],
        side_by_side,
    )
    return dict(zip(vectors, made, strict=True))
