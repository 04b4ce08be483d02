"""Tells of batches and minutes, in a thread of its own: the stream only puts down what it knows."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import Protocol

from pyspark.sql.streaming.query import StreamingQuery

from streaming.landing.news import News
from streaming.metrics.trigger import durations_ms
from streaming.metrics.values import EventCounts, batch_values, standing
from streaming.sink import Batch

log = logging.getLogger(__name__)

#: Batches that may wait to be told of.
MOST = 1_000
#: How often this thread looks around; how long a batch's line waits until Spark and the source have seen its end.
LOOK_S, SETTLE_S = 0.25, 5.0
MINUTE_S = 60.0
#: At the end, what has not been told by then is dropped.
CLOSE_S = 5.0


class Output(Protocol):
    """A page, or lines."""

    def tell(self, values: Mapping[str, float], codes: Mapping[str, int]) -> None:
        """Take the metrics of a start, a batch or a minute. Never waits for a reader."""

    def show(self, values: Mapping[str, float]) -> None:
        """Take how it stands between them."""


class Recorder:
    """`batch` and `look` return at once and raise nothing; all else is done by the thread, which may fail or hang.

    `measure` gives the machine's values, once a minute; `dropped`, how many lines could not be written so far. With no
    outputs there is no thread.
    """

    def __init__(
        self,
        outputs: Sequence[Output],
        measure: Callable[[], dict[str, float]],
        dropped: Callable[[], int] = lambda: 0,
        minute_s: float = MINUTE_S,
    ) -> None:
        self.query: StreamingQuery | None = None
        self._outputs, self._measure, self._dropped, self._minute_s = outputs, measure, dropped, minute_s
        self._batches: Queue[Batch | None] = Queue(MOST)
        self._news, self._looked, self._events = News(), False, EventCounts()
        self._lost = self._told_dropped = 0
        self._next_minute = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)

    def start(self) -> None:
        """Tell that the stream has started, and begin."""
        if self._outputs:
            self._tell({"Started": 1})
            self._thread.start()

    def batch(self, batch: Batch) -> None:
        """A batch was committed."""
        if self._outputs:
            self._put(batch)

    def look(self, news: News) -> None:
        """The driver watches its query; `news`: what the source has told last."""
        self._news, self._looked = news, True

    def close(self) -> None:
        """Tell what is left to tell, for a few seconds at most."""
        self._ended.set()
        if self._thread.is_alive():
            self._put(None)  # wakes it up
            self._thread.join(CLOSE_S)

    def _put(self, batch: Batch | None) -> None:
        try:
            self._batches.put_nowait(batch)
        except Full:
            self._lost += 1

    def _run(self) -> None:
        while not self._ended.is_set() or not self._batches.empty():
            self._guarded(self._turn)
        self._guarded(lambda: self._tell_minute({}))  # what is left of the stream's processes says nothing

    def _guarded(self, step: Callable[[], None]) -> None:
        """A bug in counting is no reason to stop counting."""
        try:
            step()
        except Exception:
            log.exception("metrics could not be told")
            self._ended.wait(MINUTE_S)  # not again and again

    def _turn(self) -> None:
        with suppress(Empty):
            batch = self._batches.get(timeout=LOOK_S)
            if batch is not None:
                self._tell_batch(batch)
        if time.monotonic() >= self._next_minute and self._looked:
            self._tell_minute(self._measure())
        for output in self._outputs:
            output.show(standing(self._news))

    def _tell_batch(self, batch: Batch) -> None:
        """Wait until Spark has ended its trigger, and the source has seen its rows; then it is known what waits now."""
        until = time.monotonic() + SETTLE_S
        durations = durations_ms(self.query, batch.number)
        while (durations is None or self._news.rows_seen < batch.last_seq) and time.monotonic() < until:
            if self._ended.wait(LOOK_S):
                break
            durations = durations_ms(self.query, batch.number) if durations is None else durations
        self._tell(batch_values(batch, durations or {}) | standing(self._news), batch.codes)

    def _tell_minute(self, machine: dict[str, float]) -> None:
        self._next_minute = time.monotonic() + self._minute_s
        dropped = self._dropped() + self._lost
        values: dict[str, float] = {"Heartbeat": int(self._looked), "DroppedLines": dropped - self._told_dropped}
        self._looked, self._told_dropped = False, dropped
        self._tell(values | standing(self._news) | self._events.since(self._news) | machine)

    def _tell(self, values: Mapping[str, float], codes: Mapping[str, int] | None = None) -> None:
        for output in self._outputs:
            output.tell(values, codes or {})
