"""What must hold of the words of any figure that is laid out by hand."""

from itertools import combinations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text

PRINTED_WIDTH = 174 / 25.4
"""Inches that a print page has for a figure."""

SMALLEST_PRINTED = 7.5
"""Points."""


def texts(figure: Figure) -> list[Text]:
    return [text for axes in figure.axes for text in axes.texts if text.get_text()]


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in texts(figure)]


def corners(text: Text) -> np.ndarray:
    """Corners of a word in inches, turned as the word is."""
    angle = text.get_rotation()
    text.set_rotation(0)
    box = text.get_window_extent()
    text.set_rotation(angle)
    anchor = text.get_transform().transform(text.get_position())
    turn = np.radians(angle)
    turned = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    place = (box.corners()[[0, 1, 3, 2]] - anchor) @ np.array(turned).T + anchor
    return place / text.get_figure().dpi


def overlap(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two rectangles share more than a hair; they do unless a line keeps them apart."""
    for box in (one, other):
        for side in (box[1] - box[0], box[3] - box[0]):
            unit = side / np.linalg.norm(side)
            a, b = one @ unit, other @ unit
            if min(a.max(), b.max()) - max(a.min(), b.min()) < 0.01:
                return False
    return True


def assert_legible(figure: Figure) -> None:
    """No word over another or cut off, none too small in print."""
    boxes = [(text.get_text(), corners(text)) for text in texts(figure)]
    for (one, box), (other, next_box) in combinations(boxes, 2):
        assert not overlap(box, next_box), f"{one!r} lies over {other!r}"
    width, height = figure.get_size_inches()
    for word, box in boxes:
        assert box.min() > -0.05, f"{word!r} is cut off"
        assert box[:, 0].max() < width + 0.05, f"{word!r} is cut off"
        assert box[:, 1].max() < height + 0.05, f"{word!r} is cut off"
    shown = figure.get_tightbbox()
    smallest = min(text.get_fontsize() for text in texts(figure))
    scale = PRINTED_WIDTH / (shown.width + 0.2)  # saved with a margin of 0.1 inches
    assert round(smallest * scale, 1) >= SMALLEST_PRINTED
