"""Batches, news and a query as the stream has them, made up."""

from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from streaming.sink import Batch

DURATIONS = {"latestOffset": 40, "getBatch": 1, "queryPlanning": 9, "addBatch": 1900, "triggerExecution": 2100}


def batch(number: int = 1, last_seq: int = 10) -> Batch:
    """Ten rows: seven ok, two rejected, one deferred; in two seconds."""
    statuses, codes = Counter(ok=7, rejected=2, deferred=1), Counter(empty=1, truncated=1)
    return Batch(number, last_seq, statuses, codes, seconds=2.0, featurize_s=0.1, commit_s=0.7)


@dataclass
class Told:
    """An output that keeps what it is told."""

    told: list[dict[str, float]] = field(default_factory=list)
    codes: list[dict[str, int]] = field(default_factory=list)
    shown: dict[str, float] = field(default_factory=dict)

    def tell(self, values: Any, codes: Any) -> None:
        self.told.append(dict(values))
        self.codes.append(dict(codes))

    def show(self, values: Any) -> None:
        self.shown = dict(values)

    def of(self, name: str) -> list[float]:
        """The values of one metric, in order."""
        return [values[name] for values in self.told if name in values]


def query(number: int, durations: dict[str, int] | None = None) -> Any:
    """A query whose last trigger ran that batch."""
    progress = SimpleNamespace(batchId=number, durationMs=DURATIONS if durations is None else durations)
    return SimpleNamespace(lastProgress=progress)
