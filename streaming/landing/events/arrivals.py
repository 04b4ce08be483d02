"""From events to the object versions that are to be announced."""

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest

from streaming.landing.events.history import History
from streaming.landing.events.newest import NewestEvents
from streaming.landing.events.object_event import ObjectEvent
from streaming.landing.events.outcomes import Outcome
from streaming.landing.known import KnownPaths
from streaming.stores.s3 import S3Store
from streaming.stores.store import Listed

#: HEADs under way at once.
LOOKS = 8


class Arrivals:
    """Settles events against what was announced, whatever their order, and however often they are delivered.

    Once the last event of each path was settled, what was announced last for it is what it last held: an event
    is taken as it is for a path that was never announced, or if its sequencer tells that it comes after what was
    announced last; for any other that contradicts, one HEAD tells what is there. Not for several threads.
    """

    def __init__(self, store: S3Store, known: KnownPaths, newest: NewestEvents | None = None) -> None:
        self._store, self._known = store, known
        self._newest = NewestEvents() if newest is None else newest
        self.counts: Counter[Outcome] = Counter()
        self.repeated: list[Listed] = []  #: what was announced last, and the events settled last told of again

    def settle(self, events: Iterable[ObjectEvent]) -> list[list[Listed]]:
        """The versions to announce, in rounds that hold a path at most once; the last announced is the current one.

        A round must be announced, and recorded in the known paths, before the next one, and all of them before
        the next call. Nothing was counted or remembered if this raises StoreError: it can be called again.
        """
        counts: Counter[Outcome] = Counter()
        histories = self._histories(self._by_path(events, counts))
        found = self.look_at([h.path for h in histories if not (h.is_ordered() or h.is_old_news())])
        counts["looked_up"] += len(found)
        announced = [self._versions(history, found, counts) for history in histories]
        self.counts.update(counts)
        nothing_new = [h for h, versions in zip(histories, announced, strict=True) if not versions]
        again = (found[h.path] if h.path in found else h.repeated() for h in nothing_new)
        self.repeated = [listed for listed in again if listed]
        return [[v for v in round_ if v is not None] for round_ in zip_longest(*announced)]

    def look_at(self, paths: Sequence[str]) -> dict[str, Listed | None]:
        """What is there now; the first StoreError ends it."""
        if not paths:
            return {}
        with ThreadPoolExecutor(min(LOOKS, len(paths)), "look") as pool:
            return dict(zip(paths, pool.map(self._store.stat, paths), strict=True))

    def forget(self, paths: Iterable[str]) -> None:
        """These were announced by other means: what their events told before is no base for the next ones."""
        for path in paths:
            self._newest.forget(path)

    def _by_path(self, events: Iterable[ObjectEvent], counts: Counter[Outcome]) -> dict[str, list[ObjectEvent]]:
        groups: dict[str, list[ObjectEvent]] = {}
        for event in events:
            if outcome := self._set_aside(event):
                counts[outcome] += 1
            else:
                groups.setdefault(event.path, []).append(event)
        return groups

    def _set_aside(self, event: ObjectEvent) -> Outcome | None:
        """Why an event is none of ours; None if it is."""
        if event.bucket != self._store.bucket or not event.key.startswith(self._store.prefix):
            return "foreign"
        if not event.created:
            return "removed"
        return None if self._store.names.takes(event.key[len(self._store.prefix) :]) else "unmatched"

    def _histories(self, groups: dict[str, list[ObjectEvent]]) -> list[History]:
        """One look-up in the known paths for all ETags at hand; "" is none, and so tells whether a path is known."""
        newest = {path: self._newest.get(path) for path in groups}
        asked: list[tuple[str, str]] = []
        for path, events in groups.items():
            before = newest[path]
            etags = {e.etag or "" for e in events} | ({before.etag} if before else set())
            asked += ((path, etag) for etag in etags)
        answers = self._known.look_up([path for path, _ in asked], [etag for _, etag in asked])
        last = {path: etag for (path, etag), answer in zip(asked, answers, strict=True) if answer is None}
        unknown = {path for (path, _), answer in zip(asked, answers, strict=True) if answer == 0}
        return [
            History(path, tuple(events), path in unknown, last.get(path), newest[path])
            for path, events in groups.items()
        ]

    def _versions(self, history: History, found: dict[str, Listed | None], counts: Counter[Outcome]) -> list[Listed]:
        current = history.current()
        counts["outdated"] += len(history.events) - len(current)
        if history.path in found:
            now = found[history.path]
            versions = [now] if now and self._is_news(now) else []
            rest: Outcome = "duplicate" if now else "removed"
        else:
            versions, rest = list(history.versions()) if history.is_ordered() else [], "duplicate"
        counts["taken"] += len(versions)
        counts[rest] += len(current) - len(versions)
        if newest := history.newest_after(versions[-1].etag if versions else None):
            self._newest.record(history.path, newest)
        return versions

    def _is_news(self, now: Listed) -> bool:
        return self._known.look_up([now.path], [now.etag])[0] is not None
