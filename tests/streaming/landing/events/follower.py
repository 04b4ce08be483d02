"""A discovery by events without servers: a queue and a bucket in memory, and a lake in a folder."""

import threading
from collections.abc import Sequence
from pathlib import Path

from streaming.landing.announcer import Announcer
from streaming.landing.events.following import Following
from streaming.landing.events.inflight import Received
from streaming.landing.events.queue import EventQueue
from streaming.landing.ledger import Ledger
from streaming.landing.news import News
from streaming.landing.options import LandingOptions
from tests.streaming.landing.events.landing import FakeS3, orchard
from tests.streaming.landing.fakes import new_lake


class FakeQueue(EventQueue):
    """Gives what was sent; whoever takes nothing does not wait."""

    def __init__(self) -> None:
        super().__init__("fake")
        self.waiting: list[Received] = []
        self.held: list[Received] = []
        self.deleted: list[str] = []
        self.released: list[str] = []
        self.away: str | None = None
        self.bug: BaseException | None = None
        self.sent = 0

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sent += 1
            self.waiting.append(Received(f"{self.sent}", "", body))

    @property
    def error(self) -> str | None:
        return self.away

    @property
    def failure(self) -> BaseException | None:
        return self.bug

    @property
    def caught_up(self) -> bool:
        return not (self.away or self.waiting or self.held)

    def start(self) -> None:
        pass

    def take(self, timeout_s: float, most: int = 1_000) -> list[Received]:
        self.held, self.waiting = self.held + self.waiting, []
        return list(self.held)

    def delete(self, messages: Sequence[Received]) -> None:
        self.deleted += [m.body for m in messages]
        self.held = [m for m in self.held if m not in messages]

    def release(self, messages: Sequence[Received]) -> None:
        self.released += [m.body for m in messages]
        self.held = [m for m in self.held if m not in messages]

    def close(self) -> None:
        pass


class Follower:
    """A bucket, its queue and a lake, on which the discovery can be started anew."""

    def __init__(self, folder: Path, store: FakeS3 | None = None, *, reconciled: bool = False) -> None:
        self.lake, self.news_path = new_lake(folder), folder / "news.json"
        self.store, self.queue, self.admitted = store or orchard(), FakeQueue(), 0
        self.start()
        if reconciled:
            self.finish_reconcile()

    def start(self, **options: object) -> None:
        """A new process."""
        read = LandingOptions(path="", lake=self.lake.root, run="r", discover="events", queue="q", **options)  # type: ignore[arg-type]
        self.announcer = Announcer(read, self.news_path, lambda: self.admitted)
        self.following = Following(read, self.store, self.announcer, threading.Event(), self.queue)

    def step(self, times: int = 1) -> None:
        """Steps without the pauses between them."""
        for _ in range(times):
            self.following._paused_until = 0.0
            self.following.step()

    def finish_reconcile(self) -> None:
        """Until the listing that is under way, or due, has come to its end."""
        listings = self.announcer.news.listings
        while self.announcer.news.listings == listings:
            self.step()

    @property
    def news(self) -> News:
        return News.read(self.news_path)

    def announced(self) -> list[tuple[str, str, int | None, str]]:
        """The ledger: name, ETag, what it supersedes, discovered by."""
        rows = Ledger(self.lake).rows(0, 10**6).to_pylist()
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        name = len("s3://orchard/in/")
        return [(r["path"][name:], r["etag"], r["supersedes"], r["discovered_by"]) for r in rows]
