"""What a message of the queue says happened to objects: S3's form, EventBridge's, each also inside of SNS's.

S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
EventBridge: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
SNS: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
"""

import json
from collections.abc import Iterator
from typing import Any

from streaming.landing.events.fields import MalformedError, entry, etag, moment, number, sequencer, text, url_decoded
from streaming.landing.events.object_event import ObjectEvent

#: The events after which there is content to read: all others are of removals, tags, access or storage classes.
_RESTORED = "ObjectRestore:Completed"
_CREATED_DETAILS = frozenset({"Object Created", "Object Restore Completed"})


def parse(body: str) -> tuple[ObjectEvent, ...]:
    """The events in a message, in its order; empty for the `s3:TestEvent` that S3 sends when it is set up.

    SNS puts the message into an envelope as text, unless the subscription has raw delivery; what passes
    through several services is unwrapped as often as it was wrapped.

    Raises:
        MalformedError: the message, or a part of it, is none of these.
    """
    try:
        return tuple(_events(_json(body)))
    except RecursionError as e:  # a megabyte of "["
        raise MalformedError("nested too deep") from e


def _json(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError as e:
        raise MalformedError("not JSON") from e


def _events(document: Any) -> Iterator[ObjectEvent]:
    if isinstance(document, list):  # EventBridge Pipes deliver lists
        for part in document:
            yield from _events(part)
    elif isinstance(document, dict):
        yield from _told(document)
    else:
        raise MalformedError("not an object")


def _told(document: dict[str, Any]) -> Iterator[ObjectEvent]:
    if "Records" in document:
        yield from _records(document["Records"])
    elif "s3" in document:
        yield _s3(document)
    elif "detail-type" in document:
        yield _eventbridge(document)
    elif (inner := _wrapped(document)) is not None:
        yield from _events(_json(inner))
    elif document.get("Event") != "s3:TestEvent":
        raise MalformedError("no event of S3")


def _records(records: Any) -> Iterator[ObjectEvent]:
    if not isinstance(records, list) or not records:
        raise MalformedError("no records")
    yield from _events(records)


def _wrapped(document: dict[str, Any]) -> str | None:
    """The message in SNS's envelope, or in the record that a forwarding Lambda got from SNS or SQS."""
    notification = document.get("Sns", document)
    if isinstance(notification, dict) and notification.get("Type") == "Notification":
        return text(notification, "Message")
    return text(document, "body") if document.get("eventSource") == "aws:sqs" else None


def _s3(record: dict[str, Any]) -> ObjectEvent:
    """The key is encoded as in a form: `+` is a space, `%2B` a plus.

    What is restored from an archive can be read again. Servers other than AWS write `s3:ObjectCreated:Put`.
    """
    name = text(record, "eventName").removeprefix("s3:")
    found = entry(record, "s3")
    about = entry(found, "object")
    return ObjectEvent(
        bucket=text(entry(found, "bucket"), "name"),
        key=url_decoded(text(about, "key")),
        created=name.startswith("ObjectCreated:") or name == _RESTORED,
        etag=etag(about.get("eTag")),
        size=number(about.get("size")),
        modified=moment(record.get("eventTime")),
        sequencer=sequencer(about.get("sequencer")),
    )


def _eventbridge(document: dict[str, Any]) -> ObjectEvent:
    """The key is as it is in S3, not encoded. AWS writes `etag`; moto, like S3's own form, `eTag`."""
    if document.get("source") != "aws.s3":
        raise MalformedError("an event of another service than S3")
    detail = entry(document, "detail")
    about = entry(detail, "object")
    return ObjectEvent(
        bucket=text(entry(detail, "bucket"), "name"),
        key=text(about, "key"),
        created=text(document, "detail-type") in _CREATED_DETAILS,
        etag=etag(about.get("etag", about.get("eTag"))),
        size=number(about.get("size")),
        modified=moment(document.get("time")),
        sequencer=sequencer(about.get("sequencer")),
    )
