"""The table that is published, and all numbers behind it."""

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.spread import Spread


@dataclass(frozen=True)
class Row:
    """A line of the table. `goal`: for the ratio where there is one, else the most that `ours` may be."""

    what: str
    ours: Spread
    baseline: Spread | None = None
    ratio: Spread | None = None
    goal: float | None = None
    how: str = ""
    runs: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """`met`, `missed`, `can't be told`, or nothing where there is no goal."""
        if self.goal is None:
            return ""
        value = self.ratio.median if self.ratio else self.ours.greatest
        if math.isnan(value):
            return "can't be told"
        return "met" if (value >= self.goal if self.ratio else value < self.goal) else "missed"


@dataclass
class Report:
    """`checked`: relative difference of each configuration to Keras. `plan`: what was asked for."""

    machine: dict[str, str]
    plan: dict[str, Any]
    checked: dict[str, float] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def markdown(self) -> str:
        """The table, then the conditions under which it holds."""
        agreed = ", ".join(f"{name} to {difference:.1e}" for name, difference in self.checked.items())
        lines = [
            "| what | ours | baseline | ratio | goal | |",
            "| --- | --- | --- | --- | --- | --- |",
            *(f"| {' | '.join(_cells(row))} |" for row in self.rows),
            "",
            f"Median (least to greatest) of {self.plan['repeats']} runs, fresh processes by turns, caches warm.",
            "Pictures: JPEG 100 x 100 where nothing else is said, in a folder; the lake is a folder, too.",
            f"Before anything was timed, features agreed with Keras float32: {agreed}.",
            "",
            *(f"- {row.what}: {row.how}" for row in self.rows if row.how),
            "",
            *(f"- {name}: {value}" for name, value in self.machine.items()),
        ]
        return "\n".join(lines) + "\n"


def write_report(report: Report, out: Path) -> None:
    """Write the Markdown to `out`, and everything as JSON beside it."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(report.markdown(), "utf-8")
    content = asdict(report) | {"verdicts": {row.what: row.verdict for row in report.rows}}
    out.with_suffix(".json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def _cells(row: Row) -> list[str]:
    limit = "" if row.goal is None else f"≥ {row.goal:g}" if row.ratio else f"< {row.goal:g}"
    return [row.what, *(_text(value) for value in (row.ours, row.baseline, row.ratio)), limit, row.verdict]


def _text(spread: Spread | None) -> str:
    if spread is None:
        return ""
    if math.isnan(spread.median):
        return "can't be told"
    return f"{_digits(spread.median)} ({_digits(spread.least)} to {_digits(spread.greatest)})"


def _digits(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
