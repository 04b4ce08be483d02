"""One pass over all rows that are old enough, in their order, from where the last pass came to."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from conf.errors import FailedError
from conf.lake import Lake
from streaming.cleaning.finished import Finished
from streaming.cleaning.progress import Progress
from streaming.cleaning.way import FinishedRow, Outcome, Way

#: Rows that are dealt with between two writes of the progress: after a crash so many are looked at again.
BATCH = 500
#: Objects that could not be dealt with are remembered, and tried again by each pass; beyond so many it goes no further.
MOST_LEFT = 1_000
#: So many requests in a row without an answer: the rest would have none either.
MOST_UNREACHABLE = 3


class CleaningError(FailedError):
    """A pass had to end before its time; one sentence for a person. The next one goes on from there."""


@dataclass
class Sweep:
    """Goes through `features` by seq, hands what is finished with to `way`, and remembers how far it came.

    The progress is written after its objects were dealt with: after a crash some are looked at again, which changes
    nothing, and none is forgotten. A row of an announcement that is deferred or replayed is passed over: the later row
    of its version has its own turn.
    """

    lake: Lake
    way: Way
    task: str
    after: timedelta
    per_s: float = float("inf")
    check: Callable[[], None] = lambda: None  # raises FailedError where the lake may be another's by now
    stopping: threading.Event = field(default_factory=threading.Event)
    _progress: Progress = field(default_factory=Progress)
    _why: str = ""

    def once(self) -> datetime | None:
        """Clean all that is due; returns when the next row is (None: no row waits).

        Raises:
            CleaningError: it could not go on.
            OSError: the landing, or the progress, can't be read or written.
            LakeError: there are no tables.
        """
        finished, self._why = Finished(self.lake), ""
        self._progress = self._known(finished)
        self._again(finished)
        while not self.stopping.is_set():
            window = finished.window(self._progress.upto, datetime.now(timezone.utc) - self.after)
            for start in range(0, len(window.rows), BATCH):
                rows = window.rows[start : start + BATCH]
                self._deal(rows, rows[-1].seq)
                if self.stopping.is_set():
                    return None
            if window.upto == self._progress.upto and not window.rows:
                self._write(window.upto)
                return window.next_at and window.next_at + self.after
            self._progress.upto = window.upto
        return None

    @property
    def cleaned(self) -> int:
        """Objects that were moved, deleted or tagged since the task began."""
        return self._progress.cleaned

    def _known(self, finished: Finished) -> Progress:
        """How far it is; from the beginning for another task, and for a lake that was set back."""
        known = Progress.read(self.lake)
        if (known.lake_id, known.task) != (finished.lake_id, self.task) or known.upto > finished.last_seq():
            return Progress(lake_id=finished.lake_id, task=self.task)
        return known

    def _again(self, finished: Finished) -> None:
        """What earlier passes have left, and what a killed one had begun with."""
        rows = finished.these(self.way.begun() | set(self._progress.left))
        for start in range(0, len(rows), BATCH):
            self._deal(rows[start : start + BATCH], self._progress.upto)

    def _deal(self, rows: Sequence[FinishedRow], upto: int) -> None:
        self.check()
        began, left, unreachable = time.monotonic(), set(self._progress.left), 0
        for outcome in self.way.clean(rows):
            unreachable = unreachable + 1 if outcome.what == "unreachable" else 0
            self._note(outcome, left)
            if unreachable >= MOST_UNREACHABLE:
                raise CleaningError(f"cleaning stopped: {outcome.why}")
            if self.stopping.is_set():
                return  # the batch is looked at again
        if len(left) > MOST_LEFT:
            such_as = f", such as {self._why}" if self._why else ""
            raise CleaningError(f"cleaning stopped: more than {MOST_LEFT:,} pictures can't be cleaned yet{such_as}")
        self._progress.left = sorted(left)
        self._write(upto)
        self.stopping.wait(max(0.0, len(rows) / self.per_s - (time.monotonic() - began)))

    def _note(self, outcome: Outcome, left: set[int]) -> None:
        if outcome.what in ("done", "other"):
            left.discard(outcome.seq)
        else:
            left.add(outcome.seq)
        self._progress.cleaned += outcome.what == "done"
        self._why = outcome.why or self._why

    def _write(self, upto: int) -> None:
        self._progress.upto = upto
        self._progress.at = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self._progress.problem = self._sentence()
        self._progress.write(self.lake)

    def _sentence(self) -> str | None:
        count = len(self._progress.left)
        return f"{count} pictures can't be cleaned yet, such as {self._why}" if count and self._why else None
