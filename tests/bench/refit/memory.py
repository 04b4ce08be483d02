"""Peak memory of the refit's processes at each table, and what it was at the next smaller one."""

import math
from collections.abc import Callable, Mapping

from tests.bench.refit.runs import CACHED, FULL, NEW, OVERWRITTEN, PLAIN, Measured
from tests.bench.report import Row
from tests.bench.spread import Spread, ratios

#: The smaller table's peak is at least this share of the larger one's: more would be growth, not noise.
GOAL = 0.9
KINDS = {"jvm": "the JVM", "driver": "the driver's Python", "worker": "the biggest Python worker"}

Runs = Mapping[str, list[Measured]]
Value = Callable[[Measured], float]


def rows(runs: Mapping[int, Runs]) -> list[Row]:
    """All processes together, and of the full refit each kind; the goal is for the refit's together."""
    sizes = sorted(runs)
    return [row for before, size in zip([None, *sizes], sizes, strict=False) for row in _of_size(runs, size, before)]


def _of_size(all_runs: Mapping[int, Runs], size: int, smaller: int | None) -> list[Row]:
    runs = all_runs[size]

    def row(name: str, what: str, value: Value, goal: float | None = None) -> Row:
        title, now = f"(refit) peak RSS in MB, {name}, {what}, {size:,} rows", list(map(value, runs[name]))
        if smaller is None:
            return Row(title, Spread.of(now))
        then = list(map(value, all_runs[smaller][name]))
        how = f"baseline: {smaller:,} rows; the ratio is 1 if it does not grow" if goal else ""
        return Row(title, Spread.of(now), Spread.of(then), ratios(then, now), goal, how)

    goals = {FULL: GOAL, NEW: GOAL, OVERWRITTEN: GOAL, PLAIN: None, CACHED: None}
    return [
        *(row(name, "all processes together", lambda run: run.timed.together_mb, goal) for name, goal in goals.items()),
        *(row(FULL, what, _of_kind(kind)) for kind, what in KINDS.items()),
    ]


def _of_kind(kind: str) -> Value:
    """NaN where there was no process of that kind."""
    return lambda run: run.timed.peaks_mb.get(kind, math.nan)
