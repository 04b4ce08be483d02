"""A plot as PNG bytes."""

import io
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 150


def new_plot(width_inch: float, height_inch: float) -> "tuple[Figure, Axes]":
    """An empty figure with its axes, which is drawn by Agg: no window and no pyplot, which would keep it forever."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_inch, height_inch), dpi=DPI)
    return figure, figure.add_subplot()


def to_png(figure: "Figure") -> bytes:
    """The whole picture, cut to what is drawn on it. The same drawing gives the same bytes with the same matplotlib."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # a label in another script: boxes are drawn
        figure.savefig(buffer, format="png", bbox_inches="tight", pad_inches=0.2, metadata={"Software": None})
    return buffer.getvalue()
