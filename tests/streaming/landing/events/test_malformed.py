"""What nobody should write to the queue: never fatal."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.landing.events.fields import MalformedError
from streaming.landing.events.messages import parse
from tests.streaming.landing.events.made import body, eventbridge, record, through_sns


@pytest.mark.parametrize(
    "message",
    [
        "",
        "hello",
        "null",
        "[" * 100_000,
        "[" * 900 + "]" * 900 + "!",
        "1" * 10_000,
        "{}",
        "[[[7]]]",
        json.dumps({"Records": []}),
        json.dumps({"Records": {}}),
        json.dumps({"Records": [7]}),
        json.dumps({"Event": "something else"}),
        json.dumps({"Type": "SubscriptionConfirmation", "Message": "You have chosen to subscribe"}),
        through_sns("hello"),
        body(record(), {"eventName": "ObjectCreated:Put", "s3": {}}),
        body(record(key="")),
        body(record(key="in/%FF.jpg")),
        body(record(key="in/\ud800.jpg")),
        eventbridge(key=""),
        eventbridge().replace("aws.s3", "aws.ec2"),
        eventbridge().replace('"object"', '"objects"'),
    ],
)
def test_anything_else_is_malformed(message: str) -> None:
    with pytest.raises(MalformedError):
        parse(message)


NAMES = [
    "Records", "s3", "bucket", "object", "name", "key", "size", "eTag", "etag", "sequencer", "eventName", "time",
    "eventTime", "detail", "detail-type", "source", "Type", "Message", "Sns", "body", "eventSource",
]  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
)


@given(json_values)
def test_nothing_is_fatal(document: Any) -> None:
    with suppress(MalformedError):
        parse(json.dumps(document))


@given(st.data())
def test_no_damage_to_a_message_is_fatal(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([body(record()), eventbridge(), through_sns(body(record()))]))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    with suppress(MalformedError):
        parse(whole[:start] + data.draw(st.text(max_size=5)) + whole[end:])
