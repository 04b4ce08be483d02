"""Discovery by listing, in a thread of its own: what is new goes to the ledger at once, whatever Spark is doing."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from conf.lake import Lake
from streaming.landing.known import KnownPaths
from streaming.landing.ledger import Draft, Ledger
from streaming.landing.news import News, SkippedNames
from streaming.landing.options import LandingOptions
from streaming.landing.retries import Retries
from streaming.landing.settle import Settling
from streaming.stores.store import Listed, Skipped, Store, StoreError

log = logging.getLogger(__name__)

#: Objects looked up, and announced, at a time: bounds memory, and how long a picture waits for its commit.
CHUNK = 1_000
#: Files that may be settling at once; beyond that the listing waits for them.
MAX_SETTLING = 10_000
#: How often settling files are looked at, and how often the rows of a batch under way are looked for.
SETTLE_TICK_S, ROWS_TICK_S = 0.1, 0.5
#: A listing may take a twentieth of a core: a slow one is repeated less often than `poll_interval_s` says.
LISTING_SHARE = 20


class Discovery:
    """Lists, settles, announces, and announces again what was deferred.

    Each append is one commit of the ledger; after a crash at any point, what was not announced is simply found
    again. `admitted` tells how far batches have been handed out, so that their deferred rows are looked for.
    """

    def __init__(self, options: LandingOptions, store: Store, news: Path, admitted: Callable[[], int]) -> None:
        lake = Lake(options.lake)
        self._options, self._store, self._news_path, self._admitted = options, store, news, admitted
        self._ledger = Ledger(lake)
        self._known = KnownPaths()
        for batch in self._ledger.batches(["path", "etag", "version"]):
            self._known.record(*(column.to_pylist() for column in batch.columns))
        self._retries = Retries(lake, options.retry_backoff_s, time.monotonic)
        self._retries.load(self._ledger)
        self._settling = Settling(store, options.settle_s, time.monotonic)
        self._news, self._published = News(run=options.run), News()
        self._wake = threading.Event()
        self.begun = threading.Event()  # something was announced, or the first listing is over
        self.failure: BaseException | None = None
        self.head = self._ledger.head

    def start(self) -> None:
        """Begin, in a daemon thread. An error that isn't the store's ends it, and is kept in `failure`."""
        threading.Thread(target=self._run, name="discovery", daemon=True).start()

    def stop(self) -> None:
        """Make the thread end after what it is doing."""
        self._wake.set()

    def _run(self) -> None:
        try:
            while not self._wake.is_set():
                began = time.thread_time()
                self._list_once()
                cpu_s = time.thread_time() - began
                self._rest(max(self._options.poll_interval_s, LISTING_SHARE * cpu_s))
        except BaseException as error:
            log.exception("discovery ended")
            self.failure = error
            self.begun.set()

    def _list_once(self) -> None:
        skipped = SkippedNames()
        try:
            listing = self._store.list()
            while chunk := list(islice(listing, CHUNK)):
                self._take(self._objects(chunk, skipped))
                self._tick()
            self._let_settle(0)
        except StoreError as error:
            self._complain(error)
        else:
            self._news.error = None
            self._news.listings += 1
            self._news.skipped, self._news.skipped_names = dict(skipped.counts), skipped.names
        self._publish()
        self.begun.set()

    @staticmethod
    def _objects(chunk: Iterable[Listed | Skipped], skipped: SkippedNames) -> Iterator[Listed]:
        for entry in chunk:
            if isinstance(entry, Skipped):
                skipped.add(entry.name, entry.why)
            else:
                yield entry

    def _take(self, entries: Iterator[Listed]) -> None:
        objects = list(entries)
        if not self._store.settles:
            self._announce(objects)
            return
        for entry, _ in self._unannounced(objects):
            self._settling.see(entry)
        self._let_settle(MAX_SETTLING)

    def _let_settle(self, most: int) -> None:
        """Wait until at most so many files are settling, but not for ever for those that keep changing."""
        until = time.monotonic() + self._options.settle_s + 1.0
        while len(self._settling) > most and time.monotonic() < until and not self._wake.is_set():
            self._wake.wait(SETTLE_TICK_S)
            self._tick()

    def _tick(self) -> None:
        """Announce what has settled, and the retries whose time has come."""
        settled = self._settling.settled()
        try:
            while chunk := list(islice(settled, CHUNK)):
                self._announce(chunk)
        except StoreError as error:  # those not looked at keep settling
            self._complain(error)
        self._retries.refresh(self._admitted())
        self._append(list(self._retries.due()))
        self._publish()

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self._wake.is_set():
            self._tick()
            self._wake.wait(min(left, self._tick_s()))

    def _tick_s(self) -> float:
        if len(self._settling):
            return SETTLE_TICK_S
        return ROWS_TICK_S if self._retries.seen < self._admitted() else self._options.poll_interval_s

    def _unannounced(self, objects: list[Listed]) -> list[tuple[Listed, int]]:
        """The objects whose ETag isn't the one announced last for their path, with what they supersede (0: none)."""
        answers = self._known.look_up([o.path for o in objects], [o.etag for o in objects])
        return [(o, answer) for o, answer in zip(objects, answers, strict=True) if answer is not None]

    def _announce(self, objects: list[Listed]) -> None:
        self._append(
            [
                Draft(o.path, o.etag, o.size, o.modified, supersedes=answer or None)
                for o, answer in self._unannounced(objects)
            ]
        )

    def _append(self, drafts: list[Draft]) -> None:
        if not drafts:
            return
        numbers = self._ledger.append(drafts)
        new = [(d, seq) for d, seq in zip(drafts, numbers, strict=True) if d.version is None]
        self._known.record([d.path for d, _ in new], [d.etag for d, _ in new], [seq for _, seq in new])
        self.head = self._ledger.head
        self.begun.set()

    def _complain(self, error: StoreError) -> None:
        if self._news.error != str(error):
            log.warning("%s", error)
        self._news.error = str(error)

    def _publish(self) -> None:
        self._news.head, self._news.settling = self.head, len(self._settling)
        self._news.retries, self._news.rows_seen = len(self._retries), self._retries.seen
        if self._news != self._published:
            self._news.publish(self._news_path)
            self._published = replace(self._news)
