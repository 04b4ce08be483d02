"""A bucket in memory, and what is announced of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from streaming.landing.events.arrivals import Arrivals
from streaming.landing.events.object_event import ObjectEvent
from streaming.landing.known import KnownPaths
from streaming.stores.s3 import S3Store
from streaming.stores.store import Listed, Skipped, StoreError
from tests.streaming.landing.fakes import NOW


@dataclass(frozen=True, slots=True)
class FakeS3(S3Store):
    """The bucket "orchard": key -> ETag; counts the HEADs, and fails for the keys in `broken`, or to list for "*"."""

    objects: dict[str, str] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    times: dict[str, datetime] = field(default_factory=dict)  #: of those that are not of long ago

    def list(self) -> Iterator[Listed | Skipped]:
        for key, etag in list(self.objects.items()):
            if self.names.takes(key.removeprefix(self.prefix)):
                yield self._now(key, etag)
        if "*" in self.broken:
            raise StoreError("landing s3://orchard/in/ can't be listed")

    def stat(self, path: str) -> Listed | None:
        key = path.removeprefix("s3://orchard/")
        self.heads.append(key)
        if key in self.broken:
            raise StoreError(f"{path} can't be looked at")
        etag = self.objects.get(key)
        return self._now(key, etag) if etag else None

    def _now(self, key: str, etag: str) -> Listed:
        return Listed(f"s3://orchard/{key}", etag, 5, self.times.get(key, NOW))


def orchard(**objects: str) -> FakeS3:
    """The landing s3://orchard/in/ with the objects in/NAME.jpg."""
    return FakeS3("orchard", "in/", objects={f"in/{name}.jpg": etag for name, etag in objects.items()})


class FakeLedger:
    """Announces as the discovery does: what differs from the ETag announced last for its path."""

    def __init__(self) -> None:
        self.known = KnownPaths()
        self.announced: list[tuple[str, str]] = []

    def announce(self, rounds: list[list[Listed]]) -> None:
        for entries in rounds:
            answers = self.known.look_up([e.path for e in entries], [e.etag for e in entries])
            assert None not in answers, "an ETag twice in a row"
            assert len({e.path for e in entries}) == len(entries), "a path twice in a round"
            first = len(self.announced) + 1
            self.announced += [(e.path.removeprefix("s3://orchard/"), e.etag) for e in entries]
            versions = range(first, first + len(entries))
            self.known.record([e.path for e in entries], [e.etag for e in entries], list(versions))

    def etags(self, key: str = "in/a.jpg") -> list[str]:
        return [etag for of, etag in self.announced if of == key]


class Landing:
    """Arrivals at a bucket, with a ledger."""

    def __init__(self, store: FakeS3, *known: str) -> None:
        self.store, self.ledger = store, FakeLedger()
        self.arrivals = Arrivals(store, self.ledger.known)
        for version, etag in enumerate(known, 1):
            self.ledger.known.record(["s3://orchard/in/a.jpg"], [etag], [version])

    def settle(self, *events: ObjectEvent) -> list[str]:
        """Settle one batch; all ETags announced so far for in/a.jpg."""
        self.ledger.announce(self.arrivals.settle(events))
        return self.ledger.etags()

    @property
    def heads(self) -> int:
        assert self.arrivals.counts["looked_up"] == len(self.store.heads)
        return len(self.store.heads)

    @property
    def counts(self) -> dict[str, int]:
        return {outcome: count for outcome, count in self.arrivals.counts.items() if count}
