"""Discovery, in a thread of its own: what is new goes to the ledger at once, whatever Spark is doing."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from streaming.landing.announcer import Announcer
from streaming.landing.events.following import Following
from streaming.landing.events.queue import EventQueue
from streaming.landing.listing import Listing
from streaming.landing.options import LandingOptions
from streaming.landing.retries import TakenUp, nobody
from streaming.stores.s3 import S3Store
from streaming.stores.store import Store, StoreError

log = logging.getLogger(__name__)


class Discovery:
    """One thread that finds objects, by listing or by events, and announces them: only it writes the ledger.

    Whoever found what was announced before makes no difference: after a restart, one way goes on where the other
    one was. `admitted` tells how far batches have been handed out; `learn` is told of their rows.
    """

    def __init__(
        self,
        options: LandingOptions,
        store: Store,
        news: Path,
        admitted: Callable[[], int],
        learn: TakenUp = nobody,
    ) -> None:
        self._announcer = Announcer(options, news, admitted, learn)
        self._ended = threading.Event()
        self._finding = _finding(options, store, self._announcer, self._ended)
        self.begun = self._announcer.begun
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="discovery", daemon=True)

    @property
    def head(self) -> int:
        """The last announcement."""
        return self._announcer.head

    def start(self) -> None:
        """Begin, in a daemon thread. An error that isn't the store's ends it, and is kept in `failure`."""
        self._thread.start()

    def stop(self) -> None:
        """Make the thread end after what it is doing."""
        self._ended.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end; whether it has come."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._finding.run()
        except BaseException as error:
            log.exception("discovery ended")
            self.failure = error
            self.begun.set()


def _finding(
    options: LandingOptions, store: Store, announcer: Announcer, ended: threading.Event
) -> Listing | Following:
    if options.discover == "list":
        return Listing(options, store, announcer, ended)
    if not isinstance(store, S3Store):
        raise StoreError(f"landing {options.path}: there are no events of a folder; set discover to list")
    return Following(options, store, announcer, ended, EventQueue(options.queue))
