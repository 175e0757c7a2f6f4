"""A chart as SVG, for a page and as a file of its own."""

from functools import cache
from pathlib import Path

from jinja2 import Environment

from trdreport.figures.chart import MARGIN, SHAPES, Chart
from trdreport.figures.palette import THEME
from trdreport.figures.templates import strict
from trdreport.figures.text import LINE, SIZE


def svg(templates: Path, chart: Chart, id_: str, title: str, description: str) -> bytes:
    """A chart as the template `figures/chart.svg` draws it.

    `id_` begins every id in it, so that a page may have many. It needs no style of the page's, and
    is the same bytes every time.
    """
    template = _environment(templates).get_template("figures/chart.svg")
    text = template.render(chart=chart, id=id_, title=title, description=description)
    return text.encode()


@cache
def _environment(templates: Path) -> Environment:
    """Templates of a folder with what charts need; read once."""
    env = strict(templates)
    env.filters["px"] = lambda value: f"{round(value, 1):g}"
    env.globals |= {"theme": THEME, "shapes": SHAPES, "size": SIZE, "line": LINE, "margin": MARGIN}
    return env
