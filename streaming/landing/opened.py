"""The landing while a query runs on it: the one writer of the ledger, and how far the offset has moved."""

import os
from typing import TextIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from conf.lake import Lake, LakeError, max_seq
from conf.locks import LockedError, lock_file
from schemas.features import FEATURES
from streaming.lake import prepare
from streaming.landing.admission import Admission, Limits
from streaming.landing.discovery import Discovery
from streaming.landing.experience import Experience
from streaming.landing.guard import LEDGER_LOCK, WAIT_S, leave_with_parent
from streaming.landing.ledger import Ledger
from streaming.landing.news import NEWS_FILE
from streaming.landing.options import LandingOptions
from streaming.landing.pace import Pace
from streaming.stores.names import NamePatterns
from streaming.stores.opening import open_store

#: Spark begins with a batch of what there is: so long it waits for the first announcements, for a quick start.
FIRST_WAIT_S = 5.0


class OpenedLanding:
    """Holds the ledger's lock from the start, lists in a thread, and leaves with the process that started it.

    Raises:
        LakeError: another source of this machine holds the ledger, or the lake's tables contradict each other.
    """

    def __init__(self, options: LandingOptions) -> None:
        leave_with_parent()
        lake = Lake(options.lake)
        self._lock = _lock(lake)
        prepare(lake)
        features = lake.open(FEATURES)
        self.initial = self._admitted = max_seq(features) if features else 0
        self._ledger = Ledger(lake)
        self._pace = Pace(options.trigger_interval_s)
        self._admission = Admission(
            Limits(options.max_objects_per_batch, options.max_bytes_per_batch, options.target_batch_s, options.cores)
        )
        self._experience, self._more = Experience(self._admission), False
        names = NamePatterns(options.name_patterns, options.hidden_names)
        store = open_store(options.path, names)
        news = lake.beside(NEWS_FILE)
        self.discovery = Discovery(options, store, news, lambda: self._admitted, self._experience.learn)
        self.discovery.start()

    def admit(self) -> int:
        """Move the offset as far as one batch may go; without anything waiting it stays where it is.

        What a full batch has left waiting follows at once.
        """
        self._experience.asked()
        self._raise_failure()
        if not (self._more or self._pace.comes()):
            return self._admitted
        self.discovery.begun.wait(FIRST_WAIT_S)
        self._raise_failure()
        head = self.discovery.head
        if head > self._admitted:
            self._experience.await_first_lesson()
            self._ledger.refresh()
            upto = min(head, self._admitted + self._admission.most())
            waiting = self._ledger.rows(self._admitted, upto, ["seq", "path", "size"])
            taken = self._admission.admit(waiting["path"].to_pylist(), waiting["size"].to_numpy())
            self._experience.admitted(self._admitted, self._admitted + taken)
            self._admitted += taken
        self._more = head > self._admitted
        return self._admitted

    def announcements(self, after: int, to: int) -> pa.Table:
        """The announcements with after < seq <= to; each is there, or this raises RuntimeError."""
        self._admitted = max(self._admitted, to)  # a query with a checkpoint of its own starts here
        self._ledger.refresh()
        rows = self._ledger.rows(after, to)
        if rows.num_rows != to - after:
            raise RuntimeError(f"the ledger has {rows.num_rows} of the announcements {after + 1} to {to}")
        return rows

    def work_ms(self, rows: pa.Table) -> NDArray[np.float64]:
        """Milliseconds of one core that each announcement is expected to take."""
        return self._admission.costs.predict(rows["path"].to_pylist(), rows["size"].to_numpy(), caution=1.0)

    def _raise_failure(self) -> None:
        if self.discovery.failure is not None:
            raise self.discovery.failure


def _lock(lake: Lake) -> TextIO:
    try:
        return lock_file(lake.beside(LEDGER_LOCK), WAIT_S, f"process {os.getpid()}")
    except LockedError as error:
        raise LakeError(
            f"the ledger of {lake.root} is still held by {error.holder} of this machine, which a stream has left "
            "behind, or which is paused: end that process"
        ) from None
