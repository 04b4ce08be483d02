"""Queues on the server of the tests, and a way to them that can be cut."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any
from uuid import uuid4

import pytest

from streaming.landing.events.queue import EventQueue, Polling
from tests.streaming.landing.events.road import Road
from tests.streaming.landing.events.services import Services

#: As quick as SQS lets one be.
QUICK = Polling(receivers=2, wait_s=1, visibility_s=2)

Opens = Callable[..., EventQueue]


@pytest.fixture
def services(s3: Any, s3_url: str) -> Services:
    """SQS, SNS and EventBridge beside S3, and an empty queue."""
    return Services(s3, s3_url, f"queue-{uuid4()}")


@pytest.fixture
def road(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    """The way to SQS of all that is opened after this."""
    with Road(int(s3_url.rpartition(":")[2])) as road:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", road.url)
        yield road


@pytest.fixture
def opens(services: Services) -> Iterator[Opens]:
    """Opens the queue, checked and started; each is closed at the end, and ended by no bug of ours."""
    with ExitStack() as stack:

        def open_queue(name: str = services.url, polling: Polling = QUICK) -> EventQueue:
            queue = stack.enter_context(closing(EventQueue(name, polling)))
            queue.check()
            queue.start()
            stack.callback(lambda: queue.failure and pytest.fail(repr(queue.failure)))
            return queue

        yield open_queue
