"""A legend beside the axes that stays readable with one label and with hundreds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch.names import readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Rows in a column at the small font, and columns, that fit beside the axes; up to LARGE_ROWS a larger font fits.
ROWS, COLUMNS, LARGE_ROWS = 46, 4, 30


@dataclass(frozen=True)
class Entry:
    """A label as it is drawn: its text (any), its number of pictures, its colour (RGBA, 0 to 1) and marker."""

    label: str
    count: int
    colour: tuple[float, float, float, float]
    marker: str


def draw_legend(axes: "Axes", entries: Sequence[Entry]) -> None:
    """Name each of `entries` to the right of `axes`, in order; past ROWS x COLUMNS those with most pictures, in order.

    Labels are cut to one line and are never read as mathematics, nor left out because they begin with `_`.
    """
    from matplotlib.lines import Line2D

    named = _named(entries)
    large = len(named) <= LARGE_ROWS
    handles = [
        Line2D([], [], linestyle="", marker=entry.marker, color=entry.colour, markersize=6 if large else 4.5)
        for entry in named
    ]
    legend = axes.legend(
        handles,
        [str(i) for i in range(len(named))],  # the true texts follow: matplotlib skips labels that begin with _
        title=_title(entries, named),
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        borderaxespad=0,
        ncols=max(1, 1 if large else math.ceil(len(named) / ROWS)),
        fontsize=9 if large else 6.5,
        title_fontsize=9 if large else 8,
        alignment="left",
        frameon=False,
        handletextpad=0.2,
        columnspacing=1.0,
        labelspacing=0.5 if large else 0.42,
    )
    for text, entry in zip(legend.get_texts(), named, strict=True):
        text.set_parse_math(False)
        text.set_text(f"{readable(entry.label)} ({entry.count:,})" if large else readable(entry.label))


def _named(entries: Sequence[Entry]) -> list[Entry]:
    by_count = sorted(range(len(entries)), key=lambda i: (-entries[i].count, i))
    return [entries[i] for i in sorted(by_count[: ROWS * COLUMNS])]


def _title(entries: Sequence[Entry], named: Sequence[Entry]) -> str:
    if len(named) == len(entries):
        return "Label"
    return f"Label (the {len(named)} with most pictures; {len(entries) - len(named):,} more are not named)"
