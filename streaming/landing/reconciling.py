"""Reconciling: a listing beside the events, now and then, for what no event told."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from streaming.landing.announcer import CHUNK, Announcer
from streaming.landing.background_listing import BackgroundListing, Chunk
from streaming.landing.events.arrivals import Arrivals
from streaming.landing.news import SkippedNames
from streaming.landing.options import LandingOptions
from streaming.stores.store import Listed, Store, StoreError

log = logging.getLogger(__name__)

#: An event may be on its way for so long; what is younger is left to it. S3: "typically in seconds, but can sometimes
#: take a minute or longer".
GRACE = timedelta(minutes=2)
#: A reconcile waits until the queue was seen empty: what is told there was not missed. But not longer than this, so
#: that a queue that is away, or never empty, does not put it off for ever.
CATCH_UP_S = 600.0
#: After a listing that failed, the next one begins so many seconds later.
AGAIN_S = 5.0


@dataclass
class _Round:
    """One reconcile under way. `everything`: also what is younger than the grace; `initial`: nothing is missed yet."""

    listing: BackgroundListing
    everything: bool
    initial: bool
    skipped: SkippedNames = field(default_factory=SkippedNames)
    missed: int = 0
    oldest_s: float = 0.0

    def count(self, added: Iterable[Listed], now: datetime) -> None:
        """These were announced, by no event."""
        ages = [age for o in added if (age := now - o.modified) >= GRACE and not self.initial]
        self.missed += len(ages)
        self.oldest_s = max([self.oldest_s, *(age.total_seconds() for age in ages)])


class Reconciling:
    """Begins a listing when it is due, and announces what is news in it, a chunk at a `step`.

    It is due if none has ever come to its end on this lake (that one is the initial load: it begins at once, takes
    everything, and nothing counts as missed), `reconcile_every_h` after the last one, and at each start with
    `drain`, which takes everything, too. When the last one was over is in the ledger's log.
    """

    def __init__(
        self,
        options: LandingOptions,
        store: Store,
        announcer: Announcer,
        arrivals: Arrivals,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._store, self._announcer, self._arrivals, self._now = store, announcer, arrivals, now
        self._every, self._draining = timedelta(hours=options.reconcile_every_h), options.drain
        self._last = announcer.ledger.reconciled_at()
        self._announcer.news.reconciled_at = _text(self._last)
        self._round: _Round | None = None
        self._due_since: float | None = None
        self._not_before = time.monotonic()
        self.error: str | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether chunks are to be expected soon."""
        return self._round is not None

    def step(self, *, caught_up: bool) -> bool:
        """Begin, if it is due; take the next chunk. Whether there may be another one already."""
        if self._round is None and self._may_begin(caught_up=caught_up):
            self._begin()
        if self._round is None:
            return False
        try:
            return self._take(self._round)
        except StoreError as error:
            self._give_up(str(error))
            return False

    def is_due(self) -> bool:
        """Whether there should be one now; also when the clock was set back behind the last one."""
        return self._last is None or self._draining or not timedelta(0) <= self._now() - self._last < self._every

    def stop(self) -> None:
        """Give up what is under way: the next start begins anew."""
        if self._round is not None:
            self._round.listing.give_up()
            self._round = None

    def _may_begin(self, *, caught_up: bool) -> bool:
        if not self.is_due() or time.monotonic() < self._not_before:
            return False
        if self._due_since is None:
            self._due_since = time.monotonic()
        return self._last is None or caught_up or time.monotonic() - self._due_since > CATCH_UP_S

    def _begin(self) -> None:
        initial = self._last is None
        listing = BackgroundListing(self._store, CHUNK)
        self._round = _Round(listing, initial or self._draining, initial)

    def _take(self, round_: _Round) -> bool:
        chunk = round_.listing.take()
        if chunk is None:
            self._finish(round_)
            return False
        if chunk:
            self._announce(round_, chunk)
        return bool(chunk)

    def _announce(self, round_: _Round, chunk: Chunk) -> None:
        """Known paths are looked at again: since the listing passed by, an event may have told of a later version."""
        objects = [o for o in round_.skipped.sift(chunk) if self._is_ripe(o)]
        news = self._announcer.unannounced(objects)
        known = [o.path for o, superseded in news if superseded]
        looked_at = self._arrivals.look_at(known)
        fresh = [o if not superseded else looked_at[o.path] for o, superseded in news]
        added = self._announcer.announce([o for o in fresh if o is not None and self._is_ripe(o)], "reconcile")
        self._announcer.announce_again(objects, "reconcile")
        self._arrivals.forget(o.path for o in added)
        round_.count(added, self._now())

    def _is_ripe(self, entry: Listed) -> bool:
        return self._round is not None and (self._round.everything or self._now() - entry.modified >= GRACE)

    def _finish(self, round_: _Round) -> None:
        self._last = self._now()
        self._announcer.ledger.mark_reconciled(self._last)
        self._round, self._due_since, self._draining, self.error = None, None, False, None
        news = self._announcer.news
        news.count_listing(round_.skipped)
        news.reconciled_at, news.missed, news.oldest_missed_s = _text(self._last), round_.missed, round_.oldest_s
        log.log(
            logging.WARNING if round_.missed else logging.INFO,
            "reconciled: missed = %d, oldest = %.0f s", round_.missed, round_.oldest_s,
        )  # fmt: skip

    def _give_up(self, why: str) -> None:
        self.stop()
        self.error, self._not_before = why, time.monotonic() + AGAIN_S


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
