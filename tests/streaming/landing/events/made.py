"""Messages as AWS makes them, and events."""

import json
from typing import Any

from streaming.landing.events.object_event import ObjectEvent
from tests.streaming.landing.fakes import NOW

TEST_EVENT = {
    "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-01-02T03:04:05.678Z",
    "Bucket": "orchard", "RequestId": "5582815E1AEA5ADF", "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+Y=",
}  # fmt: skip


def record(key: str = "in/a.jpg", name: str = "ObjectCreated:Put", **about: object) -> dict[str, Any]:
    """One record of S3; `about` replaces what is told of the object, None takes it out."""
    told = {"key": key, "size": 5, "eTag": "A", "sequencer": "0064D3901D00059242"} | about
    return {
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1",
        "eventTime": "2026-01-02T03:04:05.678Z", "eventName": name,
        "s3": {
            "s3SchemaVersion": "1.0", "bucket": {"name": "orchard", "arn": "arn:aws:s3:::orchard"},
            "object": {k: v for k, v in told.items() if v is not None},
        },
    }  # fmt: skip


def body(*records: dict[str, Any]) -> str:
    """A message of S3."""
    return json.dumps({"Records": records})


def eventbridge(key: str = "in/a.jpg", kind: str = "Object Created", **about: object) -> str:
    """A message of EventBridge."""
    told = {"key": key, "size": 5, "etag": "A", "version-id": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"} | about
    document = {
        "version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": kind, "source": "aws.s3",
        "time": "2026-01-02T03:04:05Z", "region": "eu-west-1", "resources": ["arn:aws:s3:::orchard"],
        "detail": {"version": "0", "bucket": {"name": "orchard"}, "object": told, "reason": "PutObject"},
    }  # fmt: skip
    return json.dumps(document)


def through_sns(message: str) -> str:
    """The same, in SNS's envelope."""
    envelope = {"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:eu-west-1:1:t", "Message": message}
    return json.dumps(envelope)


def event(etag: str | None = "A", order: int | None = None, key: str = "in/a.jpg", **other: Any) -> ObjectEvent:
    """An event of an object of which all is told but, by default, the sequencer."""
    told: dict[str, Any] = {"bucket": "orchard", "created": True, "size": 5, "modified": NOW} | other
    return ObjectEvent(key=key, etag=etag, sequencer=None if order is None else f"{order:X}", **told)
