"""From objects that were found to announcements in the ledger, and the news of it."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from deltalake import DeltaTable

from conf.lake import Lake
from conf.locks import guard
from schemas.ledger import DiscoveredBy
from streaming.landing.known import KnownPaths
from streaming.landing.ledger import Draft, Ledger
from streaming.landing.news import News
from streaming.landing.options import LandingOptions
from streaming.landing.retries import Retries, TakenUp, nobody
from streaming.landing.vanished import Vanished
from streaming.landing.waiting import Waiting
from streaming.requests.replaying import Replaying
from streaming.stores.store import Listed

log = logging.getLogger(__name__)

#: Objects looked up, and announced, at a time: bounds memory, and how long a picture waits for its commit.
CHUNK = 1_000
#: Replays that wait at most: new pictures come behind them.
REPLAYED = 4_000
#: How often the rows of a batch under way are looked for.
ROWS_TICK_S = 0.5


class Announcer:
    """What has been announced, and what is to be announced again; for the one thread that finds objects.

    Each append is one commit of the ledger; after a crash at any point, what was not announced is simply found
    again. `admitted` tells how far batches have been handed out, so that their deferred rows are looked for.
    """

    def __init__(
        self, options: LandingOptions, news: Path, admitted: Callable[[], int], learn: TakenUp = nobody
    ) -> None:
        lake = Lake(options.lake)
        self._poll_interval_s, self._news_path, self._admitted = options.poll_interval_s, news, admitted
        self.ledger = Ledger(lake, guard(lake, "stream", options.lease))
        self.known = KnownPaths()
        self.known.load(self.ledger.batches(["path", "etag", "version"]))
        self._vanished, self._learn = Vanished(), learn
        self._retries = Retries(lake, options.retry_backoff_s, time.monotonic, self._take_up)
        self._retries.load(self.ledger)
        self._unread = Waiting()
        self._unread.load(self.ledger, self._retries.seen)
        self._replaying = Replaying(lake, self.ledger, time.monotonic)
        self._backlog = min(options.max_objects_per_batch, REPLAYED)
        self.news, self._published = News(run=options.run), News()
        self.begun = threading.Event()  # something was announced, or nothing waits to be
        self.head = self.ledger.head

    def unannounced(self, objects: Sequence[Listed]) -> list[tuple[Listed, int]]:
        """The objects whose ETag isn't the one announced last for their path, with what they supersede (0: none)."""
        answers = self.known.look_up([o.path for o in objects], [o.etag for o in objects])
        return [(o, answer) for o, answer in zip(objects, answers, strict=True) if answer is not None]

    def announce(self, objects: Sequence[Listed], by: DiscoveredBy) -> list[Listed]:
        """Announce those of them that are news, in one commit; no path may be among them twice. Returns those."""
        news = self.unannounced(objects)
        drafts = [Draft(o.path, o.etag, o.size, o.modified, answer or None, discovered_by=by) for o, answer in news]
        self._append(drafts)
        return [o for o, _ in news]

    def announce_again(self, objects: Sequence[Listed], by: DiscoveredBy) -> None:
        """Announce those of them whose row says that they were gone, or another version, when they were to be read."""
        self._append(self._vanished.found_again(objects, self.ledger, by))

    def announce_again_later(self, objects: Sequence[Listed]) -> None:
        """The same for what events told, which is told once: at the `tick` that has seen the rows of all until now."""
        self._vanished.keep(objects, self.head)

    def tick(self) -> None:
        """Announce the retries whose time has come, what is there again, and what is asked for, and tell the news.

        A replay keeps one batch waiting (4,000 at most) and no more, so that new pictures come in between.
        """
        self._retries.refresh(self._admitted())
        self._append(list(self._retries.due()))
        self.announce_again(self._vanished.kept(self._retries.seen), "event")
        self._replaying.look()
        self._append(self._replaying.drafts(self._backlog - (self.head - self._admitted())))
        self.publish()

    def tick_s(self) -> float:
        """How long the next `tick` may wait."""
        return ROWS_TICK_S if self._retries.seen < self._admitted() else self._poll_interval_s

    @property
    def some_wait(self) -> bool:
        """Whether announced pictures wait to be handed out."""
        return self.head > self._admitted()

    def complain(self, error: str | None) -> None:
        """Say why objects can't be found right now; None: they can."""
        if error and error != self.news.error:
            log.warning("%s", error)
        self.news.error = error

    def publish(self) -> None:
        """Tell the news, if there are any."""
        self.news.head = self.head
        self.news.retries, self.news.rows_seen = len(self._retries), self._retries.seen
        self.news.oldest_pending_at = self._oldest_pending()
        self.news.requests = len(self._replaying)
        if self.news != self._published:
            self.news.publish(self._news_path)
            self._published = replace(self.news)

    def _take_up(self, features: DeltaTable, after: int, upto: int) -> None:
        self._vanished.take_up(features, after, upto)
        self._learn(features, after, upto)

    def _oldest_pending(self) -> str | None:
        seen = self._retries.seen
        oldest = [self._unread.oldest(lambda seq: seq <= seen), self._retries.oldest()]
        return min((at.isoformat() for at in oldest if at is not None), default=None)

    def _append(self, drafts: list[Draft]) -> None:
        if not drafts:
            return
        now = datetime.now(timezone.utc)
        numbers = self.ledger.append(drafts)
        self._unread.add(numbers[-1], now)
        new = [(d, seq) for d, seq in zip(drafts, numbers, strict=True) if d.version is None]
        self.known.record([d.path for d, _ in new], [d.etag for d, _ in new], [seq for _, seq in new])
        self.head = self.ledger.head
        self.begun.set()
