"""The events of one path in a batch, in the order in which they happened, as far as that can be told."""

from collections.abc import Iterator
from dataclasses import dataclass

from streaming.landing.events.newest import Newest
from streaming.landing.events.object_event import ObjectEvent
from streaming.stores.store import Listed


@dataclass(frozen=True, slots=True)
class History:
    """What happened to one path, against what is known of it.

    An event is dated by its sequencer. Two events with the same one, or one without, can't be told apart in time.
    """

    path: str
    events: tuple[ObjectEvent, ...]  #: in any order, with duplicates
    unknown: bool  #: never announced
    last: str | None  #: the ETag announced last, if it is that of one of the events or of `newest`
    newest: Newest | None

    def current(self) -> tuple[ObjectEvent, ...]:
        """The events without those that are older than the newest one seen before."""
        if self.newest is None or self.unknown:
            return self.events
        return tuple(e for e in self.events if e.order is None or e.order >= self.newest.order)

    def is_ordered(self) -> bool:
        """Whether the current events alone tell which versions come after the one announced last, and how."""
        events = self.current()
        if any(e.listed() is None for e in events):
            return False
        etags = {e.etag for e in events}
        if self.unknown and len(etags) == 1:
            return True
        dated = {(e.order, e.etag) for e in events} | self._base()
        orders = {order for order, _ in dated}
        return None not in orders and len(orders) == len(dated) and (self.unknown or self._has_base())

    def is_old_news(self) -> bool:
        """Whether all that the current events tell was announced last."""
        return all(e.etag is not None and e.etag == self.last for e in self.current())

    def versions(self) -> Iterator[Listed]:
        """What to announce, in order, when the events are ordered: no ETag twice in a row."""
        last = self.last
        for event in sorted(self.current(), key=lambda e: e.order or 0):
            listed = event.listed()
            if listed and listed.etag != last:
                last = listed.etag
                yield listed

    def repeated(self) -> Listed | None:
        """The version announced last, as the current events tell of it again; None if they don't, or not enough."""
        told = [listed for e in self.current() if (listed := e.listed()) and listed.etag == self.last]
        return max(told, key=lambda listed: listed.modified, default=None)

    def newest_after(self, settled: str | None) -> Newest | None:
        """What to remember; `settled` is the ETag that is announced now because the events alone did not tell.

        An event that only repeats what is known may be one of long ago, delivered again: it does not count as
        announced. With an undated one among them, nothing does.
        """
        dated = [(e.order, e.etag or "") for e in self.events if e.order is not None]
        all_dated = len(dated) == len(self.events)
        order, etag = max(dated, default=(-1, ""))
        if self.newest and self.newest.order > order:
            return self.newest._replace(announced=self._has_base() and all_dated)
        announced = self.is_ordered() or etag == settled
        return Newest(order, etag, announced and all_dated) if dated else None

    def _has_base(self) -> bool:
        return self.newest is not None and self.newest.announced and self.newest.etag == self.last

    def _base(self) -> set[tuple[int | None, str | None]]:
        return {(self.newest.order, self.newest.etag)} if self.newest and not self.unknown else set()
