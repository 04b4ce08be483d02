"""What finished batches tell admission: their rows in `features`, and how long each of them took."""

import threading
import time
from collections import deque
from collections.abc import Callable

import numpy as np
import pyarrow.dataset as pds
from deltalake import DeltaTable
from numpy.typing import NDArray

from streaming.landing.admission import Admission

#: Rows that are read at a start: the latest ones.
RECENT = 4_000
#: The second batch waits so long at most for what the first one tells.
FIRST_LESSON_S = 1.0
#: What is kept of rows that were read, and batches that were finished, until they have found each other.
_ROWS, _BATCHES = 100_000, 100
_COLUMNS = ["seq", "path", "size", "featurize_ms"]


class Experience:
    """Rows are learned from in the thread that finds objects: Spark waits for none of it.

    Spark asks for the next batch as soon as one is done, so the time from one answer to the next question is that of
    the batch. The first one counts for nothing: it has started workers and warmed up the JVM.
    """

    def __init__(self, admission: Admission, clock: Callable[[], float] = time.monotonic) -> None:
        self._admission, self._clock = admission, clock
        self._running: tuple[float, int, int] | None = None
        self._finished: deque[tuple[int, int, float]] = deque(maxlen=_BATCHES)
        self._seq: NDArray[np.int64] = np.empty(0, np.int64)
        self._ms: NDArray[np.float64] = np.empty(0, np.float64)
        self._warm = self._started = False
        self._learned = threading.Event()

    def asked(self) -> None:
        """Spark asks for a batch: the one before is done."""
        if self._running is not None:
            began, after, to = self._running
            if self._warm:
                self._finished.append((after, to, self._clock() - began))
            self._running, self._warm = None, True

    def await_first_lesson(self) -> None:
        """Pictures wait for the second batch, which would else be as small as the first one, for want of knowledge."""
        if self._warm and not self._learned.is_set():
            self._learned.wait(FIRST_LESSON_S)
            self._learned.set()

    def admitted(self, after: int, to: int) -> None:
        """The announcements with after < seq <= to are handed out."""
        self._running = (self._clock(), after, to)

    def learn(self, features: DeltaTable, after: int, upto: int) -> None:
        """There are rows up to `upto`, of which those up to `after` were learned from, or are from before the start."""
        first = after if self._started else max(after, upto - RECENT)
        self._started = True
        seq = pds.field("seq")
        rows = features.to_pyarrow_dataset().to_table(_COLUMNS, filter=(seq > first) & (seq <= upto)).sort_by("seq")
        ms = rows["featurize_ms"].to_numpy().astype(np.float64)
        self._admission.costs.learn(rows["path"].to_pylist(), rows["size"].to_numpy(), ms)
        self._seq = np.concatenate([self._seq, rows["seq"].to_numpy()])[-_ROWS:]
        self._ms = np.concatenate([self._ms, ms])[-_ROWS:]
        while self._finished and self._finished[0][1] <= upto:
            self._learn_batch(*self._finished.popleft())
        self._learned.set()

    def _learn_batch(self, after: int, to: int, seconds: float) -> None:
        of_it = (self._seq > after) & (self._seq <= to)
        if of_it.sum() == to - after:  # else not all of its rows are known
            self._admission.learn(float(self._ms[of_it].sum()), seconds)
