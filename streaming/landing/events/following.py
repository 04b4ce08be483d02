"""Discovery by events: what the queue tells, and beside it what a reconcile finds."""

import logging
import threading
import time

from streaming.landing.announcer import Announcer
from streaming.landing.events.arrivals import Arrivals
from streaming.landing.events.intake import Intake, Opened
from streaming.landing.events.queue import EventQueue
from streaming.landing.options import LandingOptions
from streaming.landing.reconciling import Reconciling
from streaming.stores.s3 import S3Store
from streaming.stores.store import StoreError

log = logging.getLogger(__name__)

#: Messages taken, and announced, at a time.
MOST = 1_000
#: How often the next chunk of a listing under way is looked for; and how often, at least, all else.
LISTING_TICK_S, TICK_S = 0.05, 1.0
#: A trickle of messages makes at most one commit of the ledger in so many seconds.
PAUSE_S = 1.0
#: After the store could not be asked about some events, it is asked again so many seconds later.
AGAIN_S = 1.0


class Following:
    """Takes messages, announces what they tell, and only then has them deleted, until `ended`.

    After a crash at any point the queue hands out again what was not deleted: what the ledger has already is a
    duplicate then. While the store can't be asked about some events, they are kept, and asked about again; the
    queue holds on to their messages meanwhile.
    """

    def __init__(
        self,
        options: LandingOptions,
        store: S3Store,
        announcer: Announcer,
        ended: threading.Event,
        queue: EventQueue,
    ) -> None:
        self._announcer, self._ended, self._queue = announcer, ended, queue
        self._intake, self._arrivals = Intake(), Arrivals(store, announcer.known)
        self._reconciling = Reconciling(options, store, announcer, self._arrivals)
        self._opened: Opened | None = None  # taken, and not yet announced
        self._paused_until = 0.0
        self._error: str | None = None
        self._more = False

    def run(self) -> None:
        """Go on until the end; then the queue is given back what was not announced. Raises what is a bug of ours."""
        self._queue.start()
        try:
            while not self._ended.is_set():
                self.step()
        finally:
            self._reconciling.stop()
            self._queue.close()

    def step(self) -> None:
        """Announce what has come, a chunk of the listing under way, and the retries whose time has come."""
        if self._queue.failure is not None:
            raise self._queue.failure
        if self._is_ready() and self._opened is None:
            self._opened = self._take()
        if self._opened is not None and time.monotonic() >= self._paused_until:
            self._announce(self._opened)
        self._more = self._reconciling.step(caught_up=self._is_caught_up())
        self._tell()

    def _is_ready(self) -> bool:
        """Wait for the end of a pause, but not for longer than other work may wait."""
        left = self._paused_until - time.monotonic()
        if left > 0:
            self._ended.wait(min(left, self._wait_s()))
        return time.monotonic() >= self._paused_until

    def _wait_s(self) -> float:
        """How long messages may be waited for: not at all while more of a listing is at hand."""
        if self._more:
            return 0.0
        return LISTING_TICK_S if self._reconciling.is_under_way else min(TICK_S, self._announcer.tick_s())

    def _take(self) -> Opened | None:
        """What has come; None if nothing has. Malformed messages are left to the queue at once."""
        messages = self._queue.take(self._wait_s(), MOST)
        if not messages:
            return None
        opened = self._intake.open(messages)
        for reason in opened.reasons:
            log.warning("left to the dead-letter queue: %s", reason)
        self._queue.release(opened.malformed)
        return opened

    def _announce(self, opened: Opened) -> None:
        try:
            rounds = self._arrivals.settle(opened.events)
        except StoreError as error:
            self._error, self._paused_until = str(error), time.monotonic() + AGAIN_S
            return
        for versions in rounds:
            self._announcer.announce(versions, "event")
        self._announcer.announce_again_later(self._arrivals.repeated)
        self._queue.delete(opened.readable)
        self._opened, self._error = None, None
        if len(opened.readable) < MOST:
            self._paused_until = time.monotonic() + PAUSE_S

    def _is_caught_up(self) -> bool:
        return self._opened is None and self._queue.caught_up

    def _tell(self) -> None:
        news = self._announcer.news
        news.events = {o: n for o, n in (self._intake.counts + self._arrivals.counts).items() if n}
        news.caught_up = self._is_caught_up()
        self._announcer.complain(self._queue.error or self._error or self._reconciling.error)
        if news.caught_up and not self._reconciling.is_under_way:
            self._announcer.begun.set()
        self._announcer.tick()
