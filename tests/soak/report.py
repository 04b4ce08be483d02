"""A soak as a Markdown table."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.soak.gauge import Gauge
from tests.soak.judge import Verdict


@dataclass(frozen=True)
class Outcome:
    """What was done and seen. `audit`: as `verger audit --json` says it."""

    seed: int
    minutes: float
    steps: Counter[str]
    done: Counter[str]
    gauge: Gauge
    audit: dict[str, Any]
    verdict: Verdict
    broken: list[str]

    @property
    def holds(self) -> bool:
        """Whether both judges say so, and nothing ended as it must not."""
        return bool(self.audit["law_holds"]) and self.verdict.holds and not self.broken


def markdown(outcome: Outcome) -> str:
    """Two tables: what was done and came of it; what was measured over time."""
    verdict, gauge = outcome.verdict, outcome.gauge
    lines = [
        "| what | seen |", "| --- | --- |",
        f"| seed | {outcome.seed} |",
        f"| minutes | {outcome.minutes:.1f} |",
        f"| steps | {_counted(outcome.steps)} |",
        f"| done to it | {_counted(outcome.done)} |",
        f"| batches | {len(gauge.batches)}, {sum(rows for rows, _ in gauge.batches)} rows |",
        f"| announcements, rows, files at the end | {verdict.announcements}, {verdict.rows}, {verdict.files} |",
        f"| lost, doubled, wrong | {len(verdict.lost)}, {len(verdict.doubled)}, {len(verdict.wrong)} |",
        f"| `verger audit` | the law {'holds' if outcome.audit['law_holds'] else 'IS BROKEN'} |",
        f"| ended as it must not | {len(outcome.broken)} |",
        "", "| over time | first third | last third | most | |", "| --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for name, (third, slack) in gauge.thirds().items():
        flat = "flat" if third.is_flat(slack) else "grows"
        lines.append(f"| {name} | {third.first:.1f} | {third.last:.1f} | {third.most:.1f} | {flat} |")
    complaints = [*outcome.broken, *verdict.sentences()]
    if not outcome.audit["law_holds"]:
        complaints.append(f"audit: {outcome.audit['findings']}")
    return "\n".join([*lines, *(["", *(f"- {one}" for one in complaints)] if complaints else []), ""])


def _counted(counts: Counter[str]) -> str:
    return f"{counts.total()}: " + ", ".join(f"{count} {name}" for name, count in counts.most_common())
