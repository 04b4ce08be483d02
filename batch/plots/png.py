"""A plot as PNG bytes, and bytes as a file that is there whole or not at all."""

import io
import os
import tempfile
import warnings
from pathlib import Path
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


def save(content: bytes, path: Path) -> None:
    """Write `content` to `path`, whose folder is made: a reader sees the old file or the new one, after any crash.

    Safe to run again. What a killed process leaves is a hidden file ending in `.part` beside `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(part).chmod(0o644)  # mkstemp's file is for its owner alone
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
