"""A listing whose reading goes on in a thread of its own, while others do something else."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from queue import Empty, Full, Queue

from streaming.stores.store import Listed, Skipped, Store

#: How far the listing may be ahead of who takes it: bounds memory.
CHUNKS_AHEAD = 2
#: How often a listing that nobody takes looks whether it was given up.
_LOOK_S = 0.5

Chunk = Sequence[Listed | Skipped]


@dataclass(frozen=True)
class _End:
    error: BaseException | None


class BackgroundListing:
    """One listing, begun at once, in chunks of at most `size`."""

    def __init__(self, store: Store, size: int) -> None:
        self._store, self._size = store, size
        self._ready: Queue[Chunk | _End] = Queue(CHUNKS_AHEAD)
        self._given_up = threading.Event()
        threading.Thread(target=self._run, name="listing", daemon=True).start()

    def take(self) -> Chunk | None:
        """The next chunk, empty if it isn't there yet, None after the last one. Raises what the listing raised."""
        try:
            found = self._ready.get_nowait()
        except Empty:
            return ()
        if not isinstance(found, _End):
            return found
        if found.error is not None:
            raise found.error
        return None

    def give_up(self) -> None:
        """Nothing will be taken any more."""
        self._given_up.set()

    def _run(self) -> None:
        try:
            listing = self._store.list()
            while (chunk := list(islice(listing, self._size))) and not self._given_up.is_set():
                self._hand_over(chunk)
        except BaseException as error:  # noqa: BLE001  (raised where it is taken)
            self._hand_over(_End(error))
        else:
            self._hand_over(_End(None))

    def _hand_over(self, found: Chunk | _End) -> None:
        while not self._given_up.is_set():
            try:
                self._ready.put(found, timeout=_LOOK_S)
            except Full:
                continue
            return
