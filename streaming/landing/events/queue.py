"""A queue that is received from all the time, by several threads, into a bounded buffer."""

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from streaming.landing.events.inflight import InFlight, Receipt, Received
from streaming.landing.events.queue_client import BATCH, MAX_WAIT_S, QueueClient
from streaming.landing.events.queue_errors import QueueError
from streaming.landing.events.workers import Workers

log = logging.getLogger(__name__)

#: How long a thread that has nothing to do sleeps before it looks whether the queue was closed.
_TICK_S = 0.5

#: The polls before the queue was first seen empty: long ones, too, so that all of SQS's servers are asked.
_FIRST_WAIT_S = 1

#: A receipt that no queue gave out: what answers that it is wrong would have let us.
_NO_RECEIPT = [Receipt("none", "none")]
_WRONG_RECEIPT = frozenset({"ReceiptHandleIsInvalid", "InvalidParameterValue"})


@dataclass(frozen=True)
class Polling:
    """How a queue is received from."""

    receivers: int = 4
    capacity: int = 2_000  #: messages held at once, from being received to being deleted; a few more for a moment
    wait_s: int = MAX_WAIT_S  #: of one long poll
    visibility_s: int = 30  #: after a crash, messages come again within this time


class EventQueue:
    """Messages are held, their visibility extended, from being received until `delete` or `release`.

    A message that was not deleted comes again: after a crash, after `close`, or if the queue could not be reached
    for longer than `visibility_s`. While the queue can't be used, `error` says why, and receiving goes on by itself.
    """

    def __init__(self, queue: str, polling: Polling | None = None) -> None:
        self._polling = polling or Polling()
        self._client = QueueClient(queue)
        self._held = InFlight(self._polling.capacity)
        self._workers = Workers()
        self._was_empty = threading.Event()

    @property
    def error(self) -> str | None:
        """Why the queue can't be used right now, in one sentence; None while it can."""
        return self._workers.error

    @property
    def failure(self) -> BaseException | None:
        """A bug of ours that ended a thread."""
        return self._workers.failure

    @property
    def caught_up(self) -> bool:
        """Whether the queue was seen empty since the start, and no message of it is held here."""
        return self._was_empty.is_set() and not self._held

    def check(self) -> None:
        """Receive once, without waiting, and try whether deleting and extending are allowed; within 15 s.

        Raises:
            QueueError: no such queue, keys refused, not allowed, wrong region, out of reach.
        """
        self._held.add(self._client.receive(0, self._polling.visibility_s))
        for call in (self._client.delete, partial(self._client.hold, visibility_s=0)):
            try:
                call(_NO_RECEIPT)
            except QueueError as e:
                if e.code not in _WRONG_RECEIPT:
                    raise

    def start(self) -> None:
        """Begin to receive, in daemon threads."""
        self._workers.start("receive", self._receive, self._polling.receivers)
        self._workers.start("delete", self._delete, self._polling.receivers)
        self._workers.start("extend", self._extend)

    def take(self, timeout_s: float, most: int = 1_000) -> list[Received]:
        """The messages that wait, at most so many, each once; none if none comes in the given time."""
        return self._held.take(most, timeout_s)

    def delete(self, messages: Sequence[Received]) -> None:
        """They are done with. Returns at once: a thread deletes them, and tries again if it can't."""
        self._held.finish(m.message_id for m in messages)

    def release(self, messages: Sequence[Received]) -> None:
        """They are left to the queue: it hands them out again when their time is over, or to the dead-letter queue."""
        self._held.forget(m.message_id for m in messages)

    def close(self) -> None:
        """Delete what is done with, and give back what is not; ends soon, also if the queue is out of reach."""
        self._workers.stopping.set()
        try:
            while done := self._held.claim(BATCH, 0):
                self._client.delete(done)
                self._held.forget(r.message_id for r in done)
            for ten in _tens(self._held.clear()):
                self._client.hold(ten, 0)
        except QueueError as e:
            log.warning("messages will come again: %s", e)

    def _receive(self) -> None:
        if not self._held.has_room(_TICK_S):
            return
        wait_s = self._polling.wait_s if self._was_empty.is_set() else _FIRST_WAIT_S
        messages = self._client.receive(wait_s, self._polling.visibility_s)
        if not messages:
            self._was_empty.set()
        if self._workers.stopping.is_set() and messages:
            self._client.hold([Receipt(m.message_id, m.handle) for m in messages], 0)
        else:
            self._held.add(messages)

    def _delete(self) -> None:
        done = self._held.claim(BATCH, _TICK_S)
        if not done:
            return
        undeleted = {r.message_id for r in done}
        try:
            undeleted = set(self._client.delete(done))
        finally:
            self._held.forget(r.message_id for r in done if r.message_id not in undeleted)
            self._held.finish(undeleted)
        if undeleted:
            raise QueueError(f"{len(undeleted)} messages could not be deleted; trying again")

    def _extend(self) -> None:
        self._workers.stopping.wait(min(_TICK_S, self._polling.visibility_s / 10))
        for ten in _tens(self._held.expiring(self._polling.visibility_s / 3)):
            if lost := self._client.hold(ten, self._polling.visibility_s):
                log.info("%d messages could not be held for longer: they come again", lost)
            self._held.renew(ten)


def _tens(receipts: Sequence[Receipt]) -> Iterator[Sequence[Receipt]]:
    return (receipts[i : i + BATCH] for i in range(0, len(receipts), BATCH))
