"""The messages that were received and that the queue still holds for us."""

import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it was received."""

    message_id: str
    handle: str
    body: str


class Receipt(NamedTuple):
    """What the queue wants to know of a message that it is to delete or to hold for longer."""

    message_id: str
    handle: str


@dataclass(slots=True)
class _Entry:
    handle: str
    held_since: float


@dataclass
class InFlight:
    """Each waits for `take`, is finished, claimed for its deletion, and forgotten; for any number of threads.

    A message that comes again while it is in here was not held for long enough: its new handle counts, and it
    isn't handed out twice.
    """

    capacity: int
    _entries: dict[str, _Entry] = field(default_factory=dict)
    _waiting: deque[Received] = field(default_factory=deque)
    _finished: deque[str] = field(default_factory=deque)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def add(self, messages: Iterable[Received]) -> None:
        """Received just now."""
        with self._changed:
            for message in messages:
                if message.message_id not in self._entries:
                    self._waiting.append(message)
                self._entries[message.message_id] = _Entry(message.handle, time.monotonic())
            self._changed.notify_all()

    def take(self, most: int, timeout_s: float) -> list[Received]:
        """Those that wait, at most so many; none if none has come in the given time."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting, timeout_s)
            return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def finish(self, ids: Iterable[str]) -> None:
        """These are to be deleted from the queue."""
        with self._changed:
            self._finished.extend(ids)
            self._changed.notify_all()

    def claim(self, most: int, timeout_s: float) -> list[Receipt]:
        """Finished ones to delete now, at most so many, each once; none if there are none after the given time."""
        with self._changed:
            self._changed.wait_for(lambda: self._finished, timeout_s)
            ids = [self._finished.popleft() for _ in range(min(most, len(self._finished)))]
            return [Receipt(i, self._entries[i].handle) for i in ids if i in self._entries]

    def forget(self, ids: Iterable[str]) -> None:
        """These are no longer ours."""
        with self._changed:
            for message_id in ids:
                self._entries.pop(message_id, None)
            self._changed.notify_all()

    def has_room(self, timeout_s: float) -> bool:
        """Whether more may be received: as soon as that is so, else after the given time."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._entries) < self.capacity, timeout_s)

    def expiring(self, held_s: float) -> list[Receipt]:
        """Those that were received, or held anew, at least so many seconds ago."""
        now = time.monotonic()
        with self._changed:
            return [Receipt(i, e.handle) for i, e in self._entries.items() if now - e.held_since >= held_s]

    def renew(self, receipts: Iterable[Receipt]) -> None:
        """These are held anew from now on."""
        with self._changed:
            for known in filter(None, (self._entries.get(r.message_id) for r in receipts)):
                known.held_since = time.monotonic()

    def clear(self) -> list[Receipt]:
        """Forget all; what was in here."""
        with self._changed:
            everything = [Receipt(i, e.handle) for i, e in self._entries.items()]
            self._entries.clear()
            self._waiting.clear()
            self._finished.clear()
            return everything

    def __len__(self) -> int:
        return len(self._entries)
