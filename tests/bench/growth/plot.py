"""The plot of what grows, from the JSON of a benchmark: `python -m tests.bench.growth.plot BENCH.json GROWTH.png`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch.plots.png import to_png
from conf.whole_file import save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Title of a panel, and of its lines: label, row of the report, side, colour, style.
OURS, THEIRS = "#35608d", "#d08c2c"
Line = tuple[str, str, str, str, str]
PANELS: dict[str, tuple[Line, ...]] = {
    "restart, s": (
        ("Verger's source", "restart of the source, s", "ours", OURS, ":"),
        ("Verger, first batch", "restart of the query until its first batch, s", "ours", OURS, "-"),
        ("file source, first batch", "restart of the query until its first batch, s", "baseline", THEIRS, "-"),
    ),
    "memory, MB": (("the source", "memory of the source, MB", "ours", OURS, "-"),),
    "poll without news, ms": (
        ("Verger", "a trigger without news, ms", "ours", OURS, "-"),
        ("Spark's file source", "a trigger without news, ms", "baseline", THEIRS, "-"),
    ),
    "micro-batch of 10, s": (
        ("Verger", "a micro-batch of 10, ms", "ours", OURS, "-"),
        ("its slowest", "its slowest, ms", "ours", OURS, ":"),
        ("Spark's file source", "a micro-batch of 10, ms", "baseline", THEIRS, "-"),
        ("its slowest", "its slowest, ms", "baseline", THEIRS, ":"),
    ),
}


def draw(report: dict[str, Any]) -> bytes:
    """A PNG with a panel for each of PANELS over the number of known versions, which is logarithmic."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 3.2), dpi=110, layout="constrained")
    for axes, (title, lines) in zip(figure.subplots(1, len(PANELS)), PANELS.items(), strict=True):
        for line in lines:
            _draw_line(axes, report["rows"], line, 1000 if title.endswith("10, s") else 1)
        axes.set(xscale="log", title=title, xlabel="known versions", ylim=(0, 1.4 * axes.get_ylim()[1]))
        axes.title.set_fontsize(10)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="0.92")
        axes.legend(frameon=False, fontsize=8, loc="upper left")
    return to_png(figure)


def _draw_line(axes: "Axes", rows: list[dict[str, Any]], line: Line, divisor: float) -> None:
    label, what, side, colour, style = line
    points = {
        row["runs"]["known"]: row[side]["median"] for row in rows if row["runs"].get("what") == what and row[side]
    }
    known = sorted(points)
    values = [points[number] / divisor for number in known]
    axes.plot(known, values, style, color=colour, label=label, marker="o", markersize=3.5)


if __name__ == "__main__":
    save(draw(json.loads(Path(sys.argv[1]).read_text("utf-8"))), Path(sys.argv[2]))
