"""Discovery by listing: all that lies there, again and again."""

import threading
import time
from itertools import islice

from streaming.landing.announcer import CHUNK, Announcer
from streaming.landing.news import SkippedNames
from streaming.landing.options import LandingOptions
from streaming.landing.settle import Settling
from streaming.stores.store import Listed, Store, StoreError

#: Files that may be settling at once; beyond that the listing waits for them.
MAX_SETTLING = 10_000
#: How often settling files are looked at.
SETTLE_TICK_S = 0.1
#: A listing may take a twentieth of a core: a slow one is repeated less often than `poll_interval_s` says. And a
#: hundredth while announced pictures wait for a batch: what is found meanwhile waits behind them.
IDLE_REST, BUSY_REST = 20, 100


class Listing:
    """Lists, settles and announces, until `ended`."""

    def __init__(self, options: LandingOptions, store: Store, announcer: Announcer, ended: threading.Event) -> None:
        self._options, self._store, self._announcer, self._ended = options, store, announcer, ended
        self._settling = Settling(store, options.settle_s, time.monotonic)

    def run(self) -> None:
        """List as often as the options say; what the store can't do is told, and tried again."""
        while not self._ended.is_set():
            began = time.thread_time()
            self.once()
            self._rest(time.thread_time() - began)

    def once(self) -> None:
        """One listing, to its end or to the store's first error; until its files have settled."""
        skipped = SkippedNames()
        self._settling.error = None
        try:
            listing = self._store.list()
            while chunk := list(islice(listing, CHUNK)):
                self._take(list(skipped.sift(chunk)))
                self._tick()
            self._let_settle(0)
            if self._settling.error is not None:
                raise StoreError(self._settling.error)
        except StoreError as error:
            self._announcer.complain(str(error))
        else:
            self._announcer.complain(None)
            self._announcer.news.count_listing(skipped)
        self._publish()
        self._announcer.begun.set()

    def _take(self, objects: list[Listed]) -> None:
        self._announcer.announce_again(objects, "list")
        if not self._store.settles:
            self._announcer.announce(objects, "list")
            return
        for entry, _ in self._announcer.unannounced(objects):
            self._settling.see(entry)
        self._let_settle(MAX_SETTLING)

    def _let_settle(self, most: int) -> None:
        """Wait until at most so many files are settling, but not for ever for those that keep changing."""
        until = time.monotonic() + self._options.settle_s + 1.0
        while len(self._settling) > most and time.monotonic() < until and not self._ended.is_set():
            self._ended.wait(SETTLE_TICK_S)
            self._tick()

    def _tick(self) -> None:
        """Announce what has settled, and the retries whose time has come."""
        settled = self._settling.settled()
        while chunk := list(islice(settled, CHUNK)):
            self._announcer.announce(chunk, "list")
        if self._settling.error is not None:
            self._announcer.complain(self._settling.error)
        self._announcer.news.settling = len(self._settling)
        self._announcer.tick()

    def _publish(self) -> None:
        self._announcer.news.settling = len(self._settling)
        self._announcer.publish()

    def _rest(self, cpu_s: float) -> None:
        """Until the next listing is due, after one that took so much CPU."""
        since = time.monotonic()
        while (left := since + self._rest_s(cpu_s) - time.monotonic()) > 0 and not self._ended.is_set():
            self._tick()
            self._ended.wait(min(left, SETTLE_TICK_S if len(self._settling) else self._announcer.tick_s()))

    def _rest_s(self, cpu_s: float) -> float:
        times = BUSY_REST if self._announcer.some_wait else IDLE_REST
        return max(self._options.poll_interval_s, times * cpu_s)
