"""`verger stream --discover events` on moto: killed, and gone on with by listing and by events."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.streaming.landing.events.services import Services
from tests.streaming.service import Service, assert_versions, counted, kill_group

pytestmark = [pytest.mark.s3]


@pytest.fixture
def services(s3: Any, s3_url: str, bucket: str) -> Services:
    """A queue of the test's own."""
    return Services(s3, s3_url, f"queue-of-{bucket}")


@pytest.fixture
def service(tmp_path: Path, weights: str, bucket: str, services: Services) -> Service:
    return Service(tmp_path, weights, {"landing": f"s3://{bucket}/in/", "queue": services.url})


@pytest.mark.spark
@pytest.mark.fault
def test_events_are_featured_and_a_kill_loses_and_doubles_nothing(
    service: Service, services: Services, fruits: Path, bucket: str, s3: Any
) -> None:
    pictures = [path.read_bytes() for path in sorted((fruits / "images" / "Kiwi").glob("*.jpg"))]

    def put(*names: int, content: int = 0) -> None:
        for name in names:
            s3.put_object(Bucket=bucket, Key=f"in/Kiwi/{name} +.jpg", Body=pictures[(name + content) % len(pictures)])

    put(0, 1)
    services.connect_sqs(bucket)
    stream = service.start("--discover", "events")
    try:
        service.wait_for_rows(2)
        put(2, 3)
        put(0, content=1)
        service.wait_for_rows(5)
        put(4, 5, 6, 7)
    finally:
        kill_group(stream)
    put(8)
    put(1, 4, content=2)
    service.drain()
    put(9)
    put(1, 4)
    service.drain("--discover", "events")

    service.assert_law()
    ledger = service.ledger()
    assert_versions(ledger)
    assert {row["discovered_by"] for row in ledger} == {"reconcile", "event", "list"}
    assert counted(service.rows(), "error_code").keys() <= {None, "changed"}  # overwritten before it was read
    last = {row["path"]: row["etag"] for row in ledger}
    there = s3.list_objects_v2(Bucket=bucket, Prefix="in/")["Contents"]
    assert last == {f"s3://{bucket}/{found['Key']}": found["ETag"].strip('"') for found in there}
    assert len(last) == 10


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"queue": ""}, "discover = 'events' needs a queue: set queue (VERGER_QUEUE)"),
        ({"landing": "landing"}, "discover = 'events' needs a landing in S3"),
        ({"queue": "no-such-queue"}, "the queue no-such-queue can't be used: there is none in region"),
    ],
)
def test_what_events_need_is_said_before_spark_starts(
    service: Service, settings: dict[str, object], says: str, s3: Any
) -> None:
    if "landing" in settings:
        settings = {"landing": service.landing}
    service.settings |= settings
    began = time.monotonic()
    assert service.start("--discover", "events").wait(30) == 2
    assert time.monotonic() - began < 15
    assert says in service.printed()
    assert "Traceback" not in service.printed()
