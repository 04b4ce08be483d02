"""Between S3, which tells, and our queue: everything that a delivery may do to a message."""

import random
from collections import deque
from typing import Any

import pytest

from tests.streaming.landing.events.made import body, through_sns
from tests.streaming.landing.events.services import Services

#: Messages that may wait for a later one to overtake them; and in the queue, of which moto counts all at each call.
BAG, BACKLOG = 100, 200


class Mailman:
    """Carries on what S3 tells: shuffled, one to four records a message, some twice, some through SNS, some lost."""

    def __init__(self, services: Services, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
        self._services, self._random = services, random.Random(seed)
        self._told: deque[dict[str, Any]] = deque()
        self._bag: list[dict[str, Any]] = []
        self.lost = 0
        monkeypatch.setattr("moto.s3.notifications._send_sqs_message", self._collect)

    def carry(self, *, everything: bool = False) -> None:
        """Hand on what has come but for some, or everything, as far as the queue is not too full."""
        while self._told:
            self._put_into_bag(self._told.popleft())
        self._random.shuffle(self._bag)
        keep = 0 if everything else BAG
        while len(self._bag) > keep and sum(self._services.sizes()) < BACKLOG:
            self._send([self._message() for _ in range(10)])

    @property
    def is_done(self) -> bool:
        return not (self._told or self._bag)

    def _collect(self, account_id: str, event_body: Any, queue_name: str, region_name: str) -> None:
        """In the place of moto's own way to SQS."""
        self._told += event_body.get("Records", ())  # none in the test event

    def _put_into_bag(self, record: dict[str, Any]) -> None:
        if self._random.random() < 0.02:
            self.lost += 1
        else:
            self._bag += [record] * (1 + (self._random.random() < 0.1))

    def _message(self) -> str | None:
        records = [self._bag.pop() for _ in range(min(len(self._bag), self._random.randint(1, 4)))]
        if not records:
            return None
        return through_sns(body(*records)) if self._random.random() < 0.5 else body(*records)

    def _send(self, bodies: list[str | None]) -> None:
        entries = [{"Id": str(n), "MessageBody": text} for n, text in enumerate(bodies) if text]
        self._services.sqs.send_message_batch(QueueUrl=self._services.url, Entries=entries)
