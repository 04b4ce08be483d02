"""What S3 really sends, on each way that a message may come: it ends in the versions that a listing finds."""

import time
from typing import Any

import pytest

from streaming.landing.events.arrivals import Arrivals
from streaming.landing.events.intake import Intake
from streaming.stores.s3 import S3Store
from streaming.stores.store import Listed
from tests.streaming.landing.events.conftest import Opens
from tests.streaming.landing.events.landing import FakeLedger
from tests.streaming.landing.events.services import Services, eventually

pytestmark = pytest.mark.s3

KEYS = ["in/a.jpg", "in/red apple+1%2B.jpg", "in/é ½/里.jpg", "in/x.jpg#12.jpg", "in/a//b.jpg", 'in/"<&>".jpg']


@pytest.mark.parametrize("way", ["sqs", "sns", "raw sns", "eventbridge"])
def test_events_find_what_a_listing_finds(way: str, services: Services, opens: Opens, bucket: str, s3: Any) -> None:
    connect(services, bucket, way)
    for key in [*KEYS, "elsewhere/a.jpg", "in/notes.txt"]:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    s3.delete_object(Bucket=bucket, Key="elsewhere/a.jpg")
    store, ledger, intake = S3Store(bucket, "in/"), FakeLedger(), Intake()
    arrivals, queue = Arrivals(store, ledger.known), opens()
    found: list[Listed] = []
    until = time.monotonic() + 60  # a busy machine's server takes its time
    while (messages := queue.take(2.0)) or (len(found) < len(KEYS) and time.monotonic() < until):
        opened = intake.open(messages)
        rounds = arrivals.settle(opened.events)
        ledger.announce(rounds)
        found += [listed for round_ in rounds for listed in round_]
        queue.release(opened.malformed)
        queue.delete(opened.readable)
    assert sorted((o.path, o.etag, o.size) for o in found) == listing(store)
    assert intake.counts == ({"test": 0} if way == "eventbridge" else {"test": 1})
    assert (arrivals.counts["taken"], arrivals.counts["unmatched"], arrivals.counts["looked_up"]) == (len(KEYS), 1, 0)
    eventually(lambda: services.sizes() == (0, 0))


@pytest.mark.parametrize("way", ["sqs", "eventbridge"])
def test_overwriting_is_settled_by_what_is_there(
    way: str, services: Services, opens: Opens, bucket: str, s3: Any
) -> None:
    connect(services, bucket, way)
    for body in (b"A", b"B", b"A", b"C"):
        s3.put_object(Bucket=bucket, Key="in/a.jpg", Body=body)
    store, ledger = S3Store(bucket, "in/"), FakeLedger()
    arrivals, queue = Arrivals(store, ledger.known), opens()
    while messages := queue.take(0.5, most=1):
        ledger.announce(arrivals.settle(Intake().open(messages).events))
    assert [etag for _, etag in ledger.announced][-1:] == [listing(store)[0][1]]


def connect(services: Services, bucket: str, way: str) -> None:
    if way == "sqs":
        services.connect_sqs(bucket)
    elif way == "eventbridge":
        services.connect_eventbridge(bucket)
    else:
        services.connect_sns(bucket, raw=way.startswith("raw"))


def listing(store: S3Store) -> list[tuple[str, str, int]]:
    return sorted((o.path, o.etag, o.size) for o in store.list() if isinstance(o, Listed))
