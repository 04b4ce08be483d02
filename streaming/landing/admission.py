"""How far the offset moves over the ledger: as many pictures as fit the seconds that a batch is aimed to take."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streaming.landing.costs import Costs

#: Before anything is learned: seconds of a batch beside its pictures.
OVERHEAD_S = 1.0
#: How much the latest batch says of what the next one will be like.
LATEST = 0.3
#: What is learned stays within these: seconds, and times as long as the pictures' own work on all cores.
OVERHEADS, SLOWDOWNS = (0.1, 30.0), (0.5, 20.0)


@dataclass(frozen=True)
class Limits:
    """What one micro-batch may hold at most: all hold at once, but one picture always goes.

    `target_s`: seconds that it is aimed to take. `cores`: that work at it.
    """

    max_objects: int
    max_bytes: int
    target_s: float = math.inf
    cores: int = 1


class Admission:
    """Sizes the next batch by what finished ones have cost. Deterministic, without a clock or a store of its own.

    A batch is expected to take `overhead_s`, and `slowdown` times its pictures' work divided by the cores: reads that
    are waited for, and cores that aren't there. All of it is forgotten at a restart, but for what the table tells.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits, self.costs = limits, Costs()
        self.overhead_s, self.slowdown = OVERHEAD_S, 1.0

    def admit(self, paths: Sequence[str], sizes: NDArray[np.int64]) -> int:
        """How many of the waiting pictures, in order, the next batch takes."""
        if not len(sizes):
            return 0
        fitting = [_within(sizes, self.limits.max_bytes)]
        if self.limits.target_s < math.inf:
            fitting.append(_within(self.costs.predict(paths, sizes), self.work_ms()))
        return min(self.limits.max_objects, max(min(fitting), 1), len(sizes))

    def most(self) -> int:
        """More than so many the next batch can't take: so many are worth a look."""
        fitting = min(self.work_ms() / self.costs.least_ms(), self.limits.max_objects)
        return min(self.limits.max_objects, math.ceil(fitting) + 1)

    def work_ms(self) -> float:
        """Work of pictures that a batch is given, in milliseconds of one core: at least half of its time is theirs."""
        seconds = max(self.limits.target_s - self.overhead_s, self.limits.target_s / 2)
        return seconds / self.slowdown * self.limits.cores * 1000

    def learn(self, work_ms: float, seconds: float) -> None:
        """A batch took so long, whose pictures were so much work for one core. Small ones tell what comes beside it."""
        work_s = work_ms / 1000 / self.limits.cores
        if work_s < self.overhead_s / 2:
            latest, known = seconds - work_s * self.slowdown, self.overhead_s
            self.overhead_s = _clipped(known + LATEST * (latest - known), OVERHEADS)
        else:
            latest, known = (seconds - self.overhead_s) / work_s, self.slowdown
            self.slowdown = _clipped(known + LATEST * (latest - known), SLOWDOWNS)


def _within(values: NDArray[np.int64] | NDArray[np.float64], most: float) -> int:
    return int(np.searchsorted(np.cumsum(values), most, side="right"))


def _clipped(value: float, bounds: tuple[float, float]) -> float:
    return min(max(value, bounds[0]), bounds[1])
