"""A file in a folder is taken when it looked the same twice: half-written ones are not announced."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from streaming.stores.store import Listed, Store, StoreError


@dataclass
class Settling:
    """The files that were seen once. Time is the monotonic clock's: a wall clock that jumps changes nothing.

    `error`: why one could not be looked at again, the last one. It is left to the next listing.
    """

    store: Store
    settle_s: float
    clock: Callable[[], float]
    error: str | None = None
    _seen: dict[str, tuple[Listed, float]] = field(default_factory=dict)

    def see(self, entry: Listed) -> None:
        """A listing met this file. One that waits already keeps waiting, from anew if it looks otherwise."""
        known = self._seen.get(entry.path)
        if known is None or known[0].etag != entry.etag:
            self._seen[entry.path] = entry, self.clock()

    def settled(self) -> Iterator[Listed]:
        """Look at the files that have waited long enough: give those that stayed the same, forget deleted ones."""
        now = self.clock()
        for path, (entry, since) in list(self._seen.items()):
            if now - since < self.settle_s:
                continue
            try:
                again = self.store.stat(path)
            except StoreError as error:
                self.error, again = str(error), None
            if again is not None and again.etag != entry.etag:
                self._seen[path] = again, now
                continue
            del self._seen[path]
            if again is not None:
                yield again

    def __len__(self) -> int:
        return len(self._seen)
