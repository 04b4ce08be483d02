"""What the queue tells is in the ledger, and only then deleted from the queue."""

import json
from pathlib import Path

import pytest

from streaming.landing.ledger import Draft, Ledger, LedgerConflictError
from streaming.landing.vanished import ATTEMPTS
from tests.streaming.landing.events.follower import Follower
from tests.streaming.landing.events.landing import orchard
from tests.streaming.landing.events.made import TEST_EVENT, body, record
from tests.streaming.landing.fakes import NOW, write_features


def test_an_event_is_announced_and_its_message_deleted(tmp_path: Path) -> None:
    follower = Follower(tmp_path, reconciled=True)
    message = body(record("in/a.jpg"), record("in/b.jpg"), record("elsewhere/c.jpg"))
    follower.queue.send(message, message)
    follower.step()
    assert follower.announced() == [("a.jpg", "A", None, "event"), ("b.jpg", "A", None, "event")]
    assert follower.queue.deleted == [message, message]
    assert follower.news.events == {"taken": 2, "duplicate": 2, "foreign": 2}
    assert follower.news.head == 2


def test_versions_of_a_path_are_announced_in_their_order(tmp_path: Path) -> None:
    follower = Follower(tmp_path, reconciled=True)
    told = [record(eTag=etag, sequencer=f"{order:018X}") for order, etag in enumerate("ABA")]
    follower.queue.send(*(body(told[i]) for i in (2, 0, 1)))
    follower.step()
    assert [row[1:3] for row in follower.announced()] == [("A", None), ("B", 1), ("A", 2)]


def test_a_message_stays_in_the_queue_until_the_ledger_has_it(tmp_path: Path) -> None:
    follower = Follower(tmp_path, reconciled=True)
    Ledger(follower.lake).append([Draft("s3://orchard/in/z.jpg", "A", 1, NOW, None)])
    follower.queue.send(body(record()))
    with pytest.raises(LedgerConflictError):
        follower.step()
    assert (follower.queue.deleted, len(follower.announced())) == ([], 1)


def test_malformed_messages_are_released_and_counted_once(tmp_path: Path) -> None:
    follower = Follower(tmp_path, reconciled=True)
    follower.queue.send("no JSON", json.dumps(TEST_EVENT), body(record()))
    follower.step()
    assert follower.queue.released == ["no JSON"]
    assert follower.queue.deleted == [json.dumps(TEST_EVENT), body(record())]
    assert follower.news.events == {"taken": 1, "malformed": 1, "test": 1}


def test_while_the_store_is_away_messages_are_kept_and_tried_again(tmp_path: Path) -> None:
    store = orchard(a="B")
    store.broken.add("in/a.jpg")
    follower = Follower(tmp_path, store)
    follower.finish_reconcile()
    follower.queue.send(body(record(eTag="C")))
    follower.step(2)
    assert (follower.queue.deleted, follower.news.caught_up) == ([], False)
    assert follower.news.error == "s3://orchard/in/a.jpg can't be looked at"
    store.objects["in/a.jpg"] = "C"
    store.broken.clear()
    follower.step()
    assert [row[1] for row in follower.announced()] == ["B", "C"]
    assert not follower.news.error
    assert (len(follower.queue.deleted), follower.news.caught_up) == (1, True)


def read_and_gone(follower: Follower, seq: int = 1) -> None:
    """The row of in/a.jpg is there, and its batch over."""
    gone = {"path": "s3://orchard/in/a.jpg", "etag": "A", "status": "rejected", "error_code": "gone"}
    write_features(follower.lake, [{**gone, "seq": seq, "version": 1, "attempt": seq}])
    follower.admitted = seq


def put(follower: Follower, order: int) -> None:
    follower.queue.send(body(record(sequencer=f"{order:X}")))
    follower.step()


@pytest.mark.parametrize("told_first", [False, True])
def test_what_was_gone_and_is_put_back_is_announced_again(tmp_path: Path, told_first: bool) -> None:
    follower = Follower(tmp_path, reconciled=True)
    put(follower, 1)
    if told_first:  # the row comes seconds after the read
        put(follower, 3)
        assert len(follower.announced()) == 1
        read_and_gone(follower)
        follower.step()
    else:
        read_and_gone(follower)
        follower.step()
        put(follower, 3)
    again = Ledger(follower.lake).rows(1, 3).to_pylist()
    assert [(r["version"], r["attempt"], r["reason"], r["discovered_by"]) for r in again] == [(1, 2, "replay", "event")]
    put(follower, 3)
    assert (len(follower.announced()), follower.news.head) == (2, 2)


def test_an_old_event_that_comes_again_and_again_is_not_announced_for_ever(tmp_path: Path) -> None:
    follower = Follower(tmp_path, reconciled=True)
    put(follower, 1)
    for attempt in range(1, ATTEMPTS + 3):
        if len(follower.announced()) == attempt:
            read_and_gone(follower, attempt)
        put(follower, 1)
    assert len(follower.announced()) == ATTEMPTS


def test_a_queue_that_is_away_is_said_and_does_not_hold_up_retries(tmp_path: Path) -> None:
    follower = Follower(tmp_path, orchard(a="A"), reconciled=True)
    write_features(
        follower.lake, [{"seq": 1, "path": "s3://orchard/in/a.jpg", "status": "deferred", "error_code": "timeout"}]
    )
    follower.start(retry_backoff_s=0.0)
    follower.queue.away = "the queue q can't be used"
    follower.step()
    assert follower.news.error == "the queue q can't be used"
    assert [row[0] for row in follower.announced()] == ["a.jpg", "a.jpg"]
    follower.queue.away = None
    follower.step()
    assert follower.news.error is None


def test_a_bug_in_a_thread_of_the_queue_ends_the_discovery(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    follower.queue.bug = TypeError("bug")
    with pytest.raises(TypeError, match="bug"):
        follower.step()


def test_a_trickle_is_gathered_into_few_commits(tmp_path: Path) -> None:
    follower = Follower(tmp_path, reconciled=True)
    follower.queue.send(body(record("in/a.jpg")))
    follower.step()
    follower.following._ended.set()  # nothing is waited for
    follower.queue.send(body(record("in/b.jpg")))
    follower.following.step()
    assert len(follower.announced()) == 1
    follower.step()
    assert len(follower.announced()) == 2
