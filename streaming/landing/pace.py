"""When the next batch may begin, by a clock that nobody sets."""

import time
from collections.abc import Callable

#: Longest wait in one call: so long a query that is told to stop may take.
LONGEST_S = 1.0


class Pace:
    """One batch every `interval_s` at most, from the start of one to the start of the next.

    Spark's own trigger waits for a time of the wall clock: one that is set back by an hour stops it for an hour (seen).
    """

    def __init__(
        self,
        interval_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval_s, self._clock, self._sleep = interval_s, clock, sleep
        self._next = clock()

    def comes(self) -> bool:
        """Wait for the next turn, but not longer than LONGEST_S; whether it has come."""
        left = self._next - self._clock()
        if left > 0:
            self._sleep(min(left, LONGEST_S))
        if left > LONGEST_S:
            return False
        self._next = self._clock() + self._interval_s
        return True
