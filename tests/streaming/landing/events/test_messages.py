"""What S3, EventBridge and SNS write, and what nobody should."""

import json
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.landing.events.messages import parse
from streaming.landing.events.object_event import ObjectEvent
from tests.streaming.landing.events.made import TEST_EVENT, body, eventbridge, record, through_sns

EXPECTED = ObjectEvent(
    bucket="orchard", key="in/a.jpg", created=True, etag="A", size=5,
    modified=datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc), sequencer="0064D3901D00059242",
)  # fmt: skip


def one(message: str) -> ObjectEvent:
    (event,) = parse(message)
    return event


@pytest.mark.parametrize(
    "message",
    [
        body(record()),
        through_sns(body(record())),
        eventbridge(sequencer="0064D3901D00059242"),
        through_sns(eventbridge(sequencer="0064D3901D00059242")),
        f"[{eventbridge(sequencer='0064D3901D00059242')}]",
        json.dumps({"Records": [{"EventSource": "aws:sns", "Sns": json.loads(through_sns(body(record())))}]}),
        json.dumps({"Records": [{"eventSource": "aws:sqs", "body": body(record())}]}),
    ],
    ids=["s3", "sns", "eventbridge", "sns-eventbridge", "pipe", "lambda-sns", "lambda-sqs"],
)
def test_every_form_tells_the_same(message: str) -> None:
    assert one(message) == EXPECTED


def test_records_of_several_objects_keep_their_order() -> None:
    assert [e.key for e in parse(body(record("in/b.jpg"), record("in/a.jpg"), record("in/b.jpg")))] == [
        "in/b.jpg",
        "in/a.jpg",
        "in/b.jpg",
    ]


@pytest.mark.parametrize("message", [json.dumps(TEST_EVENT), through_sns(json.dumps(TEST_EVENT))])
def test_the_test_event_holds_no_events(message: str) -> None:
    assert parse(message) == ()


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_key_is_what_it_is_in_s3(key: str) -> None:
    assert one(body(record(quote_plus(key)))).key == key
    assert one(body(record(quote_plus(key, safe="/")))).key == key
    assert one(eventbridge(key)).key == key


def test_only_s3_encodes_its_keys() -> None:
    assert one(body(record("in/red+apple%2B%C3%A9.jpg"))).key == "in/red apple+é.jpg"
    assert one(eventbridge("in/red+apple%2B.jpg")).key == "in/red+apple%2B.jpg"


@pytest.mark.parametrize(
    ("name", "created"),
    [
        ("ObjectCreated:Put", True),
        ("ObjectCreated:CompleteMultipartUpload", True),
        ("s3:ObjectCreated:Copy", True),
        ("ObjectRestore:Completed", True),
        ("ObjectRestore:Post", False),
        ("ObjectRestore:Delete", False),
        ("ObjectRemoved:Delete", False),
        ("ObjectRemoved:DeleteMarkerCreated", False),
        ("LifecycleExpiration:Delete", False),
        ("LifecycleTransition", False),
        ("ObjectTagging:Put", False),
        ("ObjectAcl:Put", False),
        ("Replication:OperationReplicatedAfterThreshold", False),
        ("ReducedRedundancyLostObject", False),
    ],
)
def test_content_to_read_is_told_by_the_event_s_name(name: str, created: bool) -> None:
    assert one(body(record(name=name))).created is created


@pytest.mark.parametrize(
    ("kind", "created"),
    [
        ("Object Created", True),
        ("Object Restore Completed", True),
        ("Object Deleted", False),
        ("Object Tags Added", False),
    ],
)
def test_eventbridge_has_names_of_its_own(kind: str, created: bool) -> None:
    assert one(eventbridge(kind=kind)).created is created


@pytest.mark.parametrize(
    "told",
    [
        {"eTag": None, "size": None, "sequencer": None},
        {"eTag": "", "size": "5", "sequencer": "not hex"},
        {"eTag": '""', "size": 2**63, "sequencer": ""},
        {"eTag": "\ud800", "size": True, "sequencer": "F" * 65},
        {"eTag": 7, "size": -1, "sequencer": 7},
    ],
)
def test_what_is_missing_or_odd_is_none(told: dict[str, Any]) -> None:
    event = one(body(record(**told)))
    assert (event.etag, event.size, event.sequencer, event.listed()) == (None, None, None, None)


def test_an_etag_loses_its_quotation_marks() -> None:
    assert one(body(record(eTag='"A"'))).etag == "A"


@pytest.mark.parametrize(
    ("time", "second"),
    [
        ("2026-01-02T03:04:05Z", 5),
        ("2026-01-02T03:04:05.678901Z", 5),
        ("2026-01-02T05:04:05+02:00", 5),
        ("yesterday", None),
        ("2026-13-02T03:04:05Z", None),
        ("0001-01-01T00:00:00+10:00", None),
        (7, None),
    ],
)
def test_times_are_utc_to_the_second(time: object, second: int | None) -> None:
    modified = one(body(record() | {"eventTime": time})).modified
    assert modified == (second and datetime(2026, 1, 2, 3, 4, second, tzinfo=timezone.utc))


def test_a_shorter_sequencer_is_padded_on_the_left() -> None:
    older, newer = (one(body(record(sequencer=s))).order for s in ("617f08299329d189", "0064D3901D00059242"))
    assert older is not None
    assert newer is not None
    assert older < newer
