"""The notebook's picture: the pictures on the first two components, one viridis colour per label."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from batch.pca.moments import Floats
from batch.plots.caption import Caption, draw_title
from batch.plots.legend import Entry, draw_legend
from batch.plots.png import new_plot, to_png
from batch.plots.sampling import sampled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Neighbours in the legend have nearly the same colour once there are many: their markers differ.
MARKERS = "osD^vPX*"


def plot_components(points: Floats, labels: Sequence[str], ratios: Floats, caption: Caption) -> bytes:
    """A PNG of `points` (n, k), n > 0: the first two columns, both axes at one scale; k = 1 has an empty second axis.

    `labels` (n,) may hold any text; `ratios` (k,) are shares of the variance, 0 to 1. Of more than 50,000 points
    a sample is drawn that keeps the labels' shares; the title says so, also if `points` are a sample of `caption.n`.
    """
    names, numbers, counts = np.unique(np.array(labels, dtype=object), return_inverse=True, return_counts=True)
    entries = _entries(names.tolist(), counts.tolist())
    shown = sampled(numbers)
    figure, axes = new_plot(10.0, 8.5)
    _scatter(axes, _first_two(points)[shown], numbers[shown], entries)
    _name_axes(axes, ratios)
    facts = [f"{len(names):,} label{'' if len(names) == 1 else 's'}"]
    if len(shown) < (n := max(caption.n, len(points))):
        facts.append(f"a sample of {len(shown):,} of {n:,} points, by each label's share")
    draw_title(axes, "Principal components", caption, [", ".join(facts)])
    draw_legend(axes, entries)
    return to_png(figure)


def _entries(names: list[str], counts: list[int]) -> list[Entry]:
    from matplotlib import colormaps

    colours = colormaps["viridis"](np.linspace(0.0, 1.0, len(names))).tolist()
    return [
        Entry(name, count, tuple(colour), MARKERS[i % len(MARKERS)])
        for i, (name, count, colour) in enumerate(zip(names, counts, colours, strict=True))
    ]


def _first_two(points: Floats) -> Floats:
    """(n, 2): a missing second component is drawn as 0."""
    return np.column_stack([points, np.zeros(len(points))])[:, :2]


def _scatter(axes: "Axes", points: Floats, numbers: NDArray[np.int64], entries: Sequence[Entry]) -> None:
    """Draw (n, 2) `points`, `numbers` (n,) being the places of their labels in `entries`.

    An artist for each marker: one for each label takes 8 ms and 19 KB, and there may be as many labels as pictures.
    """
    size = float(np.clip(60_000 / len(points), 4.0, 30.0))  # points^2: smaller when there are many
    colours = np.array([entry.colour for entry in entries])[numbers]
    markers = np.array([entry.marker for entry in entries])[numbers]
    for marker in MARKERS[: len(entries)]:
        x, y = points[some := markers == marker].T
        axes.scatter(x, y, s=size, c=colours[some], marker=marker, alpha=0.8, linewidths=0)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_axisbelow(True)
    axes.grid(color="0.92")
    axes.spines[["top", "right"]].set_visible(False)


def _name_axes(axes: "Axes", ratios: Floats) -> None:
    shares = [f"PC{i + 1}: {ratio:.1%} of the variance" for i, ratio in enumerate(ratios[:2].tolist())]
    axes.set_xlabel(shares[0])
    axes.set_ylabel(shares[1] if len(shares) > 1 else "no second component")
