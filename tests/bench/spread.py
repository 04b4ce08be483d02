"""What is made of several runs: the median, and how far the others are from it."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Median, least and greatest of some values; all NaN if one of them is: what can't be told isn't."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of at least one value."""
        if any(math.isnan(value) for value in values):
            return cls(math.nan, math.nan, math.nan)
        return cls(statistics.median(values), min(values), max(values))


def difference_quotient(small: tuple[float, float], big: tuple[float, float]) -> float:
    """Pictures/s of the steady state, from (pictures, seconds) of a small and a big run: the start cancels out.

    NaN where the big run took no longer: the sizes are too small for this machine's noise.
    """
    pictures, seconds = big[0] - small[0], big[1] - small[1]
    return pictures / seconds if seconds > 0 else math.nan


def ratios(of: Sequence[float], to: Sequence[float]) -> Spread:
    """Of each value to the one measured next to it; both sequences have the same length."""
    return Spread.of([a / b for a, b in zip(of, to, strict=True)])


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: a value that was measured, at or below which `percent` of them are."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
