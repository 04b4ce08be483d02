"""Messages opened: a malformed one stops none of the others."""

import json

from streaming.landing.events import intake
from streaming.landing.events.inflight import Received
from streaming.landing.events.intake import Intake
from tests.streaming.landing.events.made import TEST_EVENT, body, record


def received(*bodies: str) -> list[Received]:
    return [Received(f"m{n}", "h", body) for n, body in enumerate(bodies)]


def test_each_message_is_readable_or_malformed() -> None:
    messages = received(body(record("in/a.jpg"), record("in/b.jpg")), "{", json.dumps(TEST_EVENT))
    opened = Intake().open(messages)
    assert [e.key for e in opened.events] == ["in/a.jpg", "in/b.jpg"]
    assert (opened.readable, opened.malformed) == ([messages[0], messages[2]], [messages[1]])
    assert opened.reasons == ["message m1: not JSON"]


def test_a_malformed_message_is_counted_once_however_often_it_comes() -> None:
    opens = Intake()
    assert len(opens.open(received("{")).reasons) == 1
    again = opens.open(received("{", json.dumps(TEST_EVENT)))
    assert (len(again.malformed), again.reasons) == (1, [])
    assert opens.counts == {"malformed": 1, "test": 1}


def test_only_so_many_malformed_ones_are_remembered(monkeypatch: object) -> None:
    opens = Intake()
    monkeypatch.setattr(intake, "MAX_REMEMBERED", 1)  # type: ignore[attr-defined]
    opens.open(received("{", "{"))
    assert opens.open(received("{")).reasons == ["message m0: not JSON"]
