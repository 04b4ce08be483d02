"""The moments of tonight: last night's with what changed since, or all anew, and why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from batch.errors import MomentsError
from batch.gathering import Gathered, gather
from batch.selection import Selection
from batch.snapshot import Chosen, Snapshot
from batch.state import State

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Incremental moments agree with recomputed ones to this relative difference, or the recomputed ones replace them
#: with a warning: a thousand nights of rounding are below 1e-12.
AGREEMENT = 1e-9
#: Of the spread (trace of m2) that was there before pictures are subtracted, so much must be left: subtracting leaves
#: the rounding of what was there, 1e-16 of it.
LEAST_LEFT = 1e-6


@dataclass(frozen=True, eq=False)
class Folded:
    """`gathered` holds all chosen pictures. `entered` and `left`: pictures read to get there.

    `why` says in words why all was computed anew, and is empty if it wasn't; `difference` is the relative difference
    to the incremental result, where both were computed; `warning` is a sentence, or empty.
    """

    gathered: Gathered
    entered: int
    left: int = 0
    why: str = ""
    difference: float | None = None
    since_full: int = 0

    @property
    def warning(self) -> str:
        """A sentence if the incremental result was off; else empty."""
        if self.difference is None or self.difference <= AGREEMENT:
            return ""
        return (
            f"the incremental moments were off by {self.difference:.1e} (expected: below {AGREEMENT:g}); those "
            "computed anew are used"
        )


@dataclass(frozen=True, eq=False)
class Folding:
    """Where moments come from: a snapshot, the pictures chosen, and Spark if there is much to read."""

    snapshot: Snapshot
    selection: Selection
    spark: "Callable[[], SparkSession]"

    def fold(self, *, full: bool, full_every: int) -> Folded:
        """Tonight's moments: last night's with what changed since.

        All anew if that is asked for by `full`, if the state doesn't fit, and at every `full_every`th refit (0: never),
        which compares the two.
        """
        if full:
            return self._anew("asked for")
        try:
            state = State.latest(self.snapshot, self.selection.model_id)
            if state is None:
                return self._anew("there are no moments of this lake and model yet")
            folded = self._go_on(state)
        except MomentsError as error:
            return self._anew(f"the state does not fit: {error}")
        if full_every and folded.since_full >= full_every:
            anew = self._anew(f"full_every = {full_every}")
            return Folded(anew.gathered, anew.entered, 0, anew.why, difference(folded.gathered, anew.gathered))
        return folded

    def _anew(self, why: str) -> Folded:
        return Folded(self._gather(self.selection.chosen), len(self.selection), why=why)

    def _go_on(self, state: State) -> Folded:
        """Add who entered, subtract who left. Raises MomentsError if `state` is not of this table."""
        if state.last_seq > self.snapshot.last_seq or state.features_version > self.snapshot.version:
            raise MomentsError(
                f"it was at announcement {state.last_seq} of version {state.features_version}, the table is at "
                f"{self.snapshot.last_seq} of version {self.snapshot.version}"
            )
        entering, leaving = self.selection.changes_since(state.last_seq)
        before, held = len(self.selection) - int(entering.sum()) + int(leaving.sum()), len(state.gathered)
        if before != held:
            raise MomentsError(f"it holds {held:,} pictures, the table had {before:,} then")
        if self.selection.digest(self.selection.chosen & ~entering | leaving) != state.rows_digest:
            raise MomentsError("the table has other rows now than those that it was made of")
        whole = state.gathered + self._gather(entering)
        gathered = whole - self._gather(leaving)
        if gathered.moments.m2.trace() < LEAST_LEFT * whole.moments.m2.trace():
            raise MomentsError("too little of its spread is left to be exact")
        return Folded(gathered, int(entering.sum()), int(leaving.sum()), since_full=state.since_full + 1)

    def _gather(self, chosen: Chosen) -> Gathered:
        return gather(self.snapshot, chosen, self.spark)


def difference(a: Gathered, b: Gathered) -> float:
    """The largest relative difference: of the means by their length, of the centred second moments by Frobenius norm.

    Infinite if they are of different numbers of pictures.
    """
    if a.moments.n != b.moments.n or a.left_out != b.left_out:
        return float("inf")
    pairs = ((a.moments.mean, b.moments.mean), (a.moments.m2, b.moments.m2))
    return max(float(np.linalg.norm(x - y) / max(np.linalg.norm(y), np.finfo(float).tiny)) for x, y in pairs)
