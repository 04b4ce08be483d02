"""The plot of ratios and goals, from benchmarks' JSON: `python -m tests.bench.plot BENCH.json ... SPEED.png`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from batch.plots.png import to_png
from conf.whole_file import save

MET, MISSED = "#35608d", "#d08c2c"


def draw(rows: Sequence[dict[str, Any]]) -> bytes:
    """A PNG with a bar for each row of reports that has a ratio and a goal, in their order, on a logarithmic scale."""
    from matplotlib.figure import Figure

    compared = [row for row in rows if row["ratio"] and row["goal"]]
    figure = Figure(figsize=(11.0, 0.8 + 0.3 * len(compared)), dpi=110, layout="constrained")
    axes = figure.subplots()
    for place, row in enumerate(compared):
        ratio, goal = row["ratio"], row["goal"]
        colour = MET if ratio["median"] >= goal else MISSED
        axes.barh(place, ratio["median"] - 1, left=1, height=0.6, color=colour)
        axes.hlines(place, ratio["least"], ratio["greatest"], color="0.3", linewidth=1)
        axes.vlines(goal, place - 0.4, place + 0.4, color="black", linewidth=2)
        axes.annotate(f"{ratio['median']:.2g}", (1.02, place), xycoords=("axes fraction", "data"), va="center", size=9)
    axes.axvline(1, color="0.3", linewidth=0.8)
    axes.set_yticks(range(len(compared)), [row["what"].partition(") ")[2] for row in compared], fontsize=8.5)
    axes.set_xscale("log")
    axes.set_xticks(ticks := [0.5, 1, 2, 5, 10, 20, 50], [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.invert_yaxis()
    axes.set_title(
        "times as fast as the other (black: the goal, orange: missed; line: least to greatest)", fontsize=10, loc="left"
    )
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="0.92")
    axes.set_axisbelow(True)
    return to_png(figure)


if __name__ == "__main__":
    *reports, out = map(Path, sys.argv[1:])
    save(draw([row for report in reports for row in json.loads(report.read_text("utf-8"))["rows"]]), out)
