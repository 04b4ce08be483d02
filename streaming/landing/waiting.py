"""Since when something waits: the oldest of it, without looking at all of it."""

from collections import deque
from collections.abc import Callable
from datetime import datetime

import pyarrow.dataset as pds

from streaming.landing.ledger import Ledger


class Waiting:
    """Announcements in order, each with the time at which it was made, or many under their last one."""

    def __init__(self) -> None:
        self._entries: deque[tuple[int, datetime]] = deque()

    def add(self, seq: int, at: datetime) -> None:
        """It waits, and so may those between it and the one that was added before."""
        self._entries.append((seq, at))

    def load(self, ledger: Ledger, done: int) -> None:
        """Those of the ledger after `done`: an entry for each time at which some were announced."""
        last: dict[datetime, int] = {}
        for batch in ledger.batches(["announced_at", "seq"], pds.field("seq") > done):
            for at, seq in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                last[at] = max(seq, last.get(at, 0))
        for at, seq in sorted(last.items(), key=lambda entry: entry[1]):
            self.add(seq, at)

    def oldest(self, is_over: Callable[[int], bool]) -> datetime | None:
        """The time of the oldest that waits still; None if none does. What is over is forgotten."""
        while self._entries and is_over(self._entries[0][0]):
            self._entries.popleft()
        return self._entries[0][1] if self._entries else None
