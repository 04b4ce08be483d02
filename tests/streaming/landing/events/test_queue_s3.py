"""The queue on a server: received from, held, deleted, and away for a while."""

import time

import pytest

from streaming.landing.events.inflight import Received
from streaming.landing.events.queue import EventQueue, Polling
from streaming.landing.events.queue_errors import QueueError
from tests.streaming.landing.events.conftest import QUICK, Opens
from tests.streaming.landing.events.road import Road
from tests.streaming.landing.events.services import Services, eventually

pytestmark = pytest.mark.s3


def test_each_message_is_taken_once_and_deleted_when_it_is_done_with(services: Services, opens: Opens) -> None:
    bodies = [f"message {n}" for n in range(45)]
    services.send(*bodies)
    queue = opens(services.name)
    taken: list[Received] = []
    while len(taken) < 45:
        taken += queue.take(5)
    assert sorted(m.body for m in taken) == sorted(bodies)
    assert services.sizes() == (0, 45)
    queue.delete(taken)
    eventually(lambda: services.sizes() == (0, 0))


def test_no_more_are_held_than_there_is_room_for(services: Services, opens: Opens) -> None:
    services.send(*map(str, range(45)))
    queue = opens(polling=Polling(receivers=1, capacity=20, wait_s=1))
    eventually(lambda: services.sizes() == (25, 20))
    time.sleep(1)
    assert services.sizes() == (25, 20)
    queue.delete(queue.take(1))
    eventually(lambda: services.sizes() == (5, 20))


def test_a_message_is_held_for_as_long_as_it_takes_and_given_back_at_the_end(services: Services, opens: Opens) -> None:
    services.send("slow", "waiting")
    queue = opens()
    queue.take(1, most=1)
    time.sleep(1.25 * QUICK.visibility_s)
    assert services.sizes() == (0, 2)
    queue.close()
    assert services.sizes() == (2, 0)


def test_what_is_done_with_is_deleted_before_the_end(services: Services, opens: Opens) -> None:
    services.send("quick")
    queue = opens()
    queue.delete(queue.take(1))
    queue.close()
    assert services.sizes() == (0, 0)


def test_a_released_message_goes_to_the_dead_letter_queue_by_its_redrive_policy(
    services: Services, opens: Opens
) -> None:
    dead = services.redrive(after=2)
    services.send("malformed", "good")
    queue = opens(polling=Polling(receivers=1, wait_s=1, visibility_s=1))
    seen: list[str] = []

    def is_dead() -> bool:
        for message in queue.take(0.1):
            seen.append(message.body)
            (queue.release if message.body == "malformed" else queue.delete)([message])
        return services.sizes(dead) == (1, 0)

    eventually(is_dead)
    assert sorted(seen) == ["good", "malformed", "malformed"]
    assert services.sizes() == (0, 0)


def test_a_queue_that_was_away_is_used_again_and_nothing_is_taken_twice(
    services: Services, opens: Opens, road: Road
) -> None:
    services.send("before")
    queue = opens()
    before = queue.take(1)
    road.close()
    queue.delete(before)
    eventually(lambda: queue.error)
    error = queue.error or ""
    assert services.url in error
    assert road.url in error
    time.sleep(QUICK.visibility_s)
    services.send("after")
    assert services.sizes() == (2, 0), "not deleted, and not held for longer, while the queue was away"
    road.reopen()
    eventually(lambda: services.sizes()[0] == 0)
    assert [m.body for m in queue.take(5)] == ["after"]
    eventually(lambda: queue.error is None)
    eventually(lambda: services.sizes() == (0, 1))


def test_the_end_comes_soon_while_the_queue_is_away(services: Services, opens: Opens, road: Road) -> None:
    services.send("done", "not done")
    queue = opens()
    queue.delete(queue.take(1, most=1))
    road.close()
    start = time.monotonic()
    queue.close()
    assert time.monotonic() - start < 5


def test_a_queue_that_is_deleted_and_made_again_is_used_again(services: Services, opens: Opens) -> None:
    queue = opens()
    services.sqs.delete_queue(QueueUrl=services.url)
    eventually(lambda: queue.error)
    assert "there is none in region" in (queue.error or "")
    services.new_queue(services.name)
    services.send("after")
    assert [m.body for m in queue.take(10)] == ["after"]


def test_a_bug_of_ours_ends_a_thread_and_is_kept(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = EventQueue(services.url, QUICK)
    monkeypatch.setattr(queue._held, "add", None)
    queue.start()
    eventually(lambda: isinstance(queue.failure, TypeError))
    queue.close()


@pytest.mark.parametrize(
    ("user", "says"), [("nobody", "keys were refused"), ("guest", "ReceiveMessage is not allowed")]
)
def test_wrong_keys_and_missing_rights_are_told_apart(
    user: str, says: str, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    if user == "guest":
        key, secret = services.guest()
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    with services.checking_rights(), pytest.raises(QueueError, match=says):
        EventQueue(services.url).check()


def test_a_queue_is_missing_where_it_is_not(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(QueueError, match="none in region eu-west-1"):
        EventQueue(services.url + "-too").check()
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with pytest.raises(QueueError, match=r"none in region us-east-1 .* AWS_REGION"):
        EventQueue(services.name).check()
