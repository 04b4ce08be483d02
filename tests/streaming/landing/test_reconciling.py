"""A reconcile finds what no event told, says how much that was, and leaves to the events what is theirs."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from streaming.landing import reconciling
from streaming.landing.events.following import Following
from tests.streaming.landing.events.follower import Follower
from tests.streaming.landing.events.landing import orchard
from tests.streaming.landing.events.made import body, record


def ago(**time: float) -> datetime:
    return datetime.now(timezone.utc) - timedelta(**time)


def test_the_first_one_is_the_initial_load_and_nothing_is_missed(tmp_path: Path) -> None:
    follower = Follower(tmp_path, orchard(a="A", b="B"))
    follower.store.times["in/b.jpg"] = ago(seconds=1)
    follower.finish_reconcile()
    assert follower.announced() == [("a.jpg", "A", None, "reconcile"), ("b.jpg", "B", None, "reconcile")]
    assert (follower.news.missed, follower.news.listings) == (0, 1)
    assert follower.news.reconciled_at


def test_what_no_event_told_of_is_found_and_counted_as_missed(tmp_path: Path) -> None:
    follower = Follower(tmp_path, orchard(a="A"), reconciled=True)
    follower.store.objects.update({"in/a.jpg": "B", "in/old.jpg": "1", "in/older.jpg": "1", "in/young.jpg": "1"})
    for name, minutes in {"a": 60, "old": 3, "older": 120, "young": 1}.items():
        follower.store.times[f"in/{name}.jpg"] = ago(minutes=minutes)
    follower.start(reconcile_every_h=1e-9)
    follower.finish_reconcile()
    assert sorted(follower.announced()[1:]) == [
        ("a.jpg", "B", 1, "reconcile"), ("old.jpg", "1", None, "reconcile"), ("older.jpg", "1", None, "reconcile"),
    ]  # fmt: skip
    assert follower.news.missed == 3
    assert follower.news.oldest_missed_s == pytest.approx(7200, abs=60)
    follower.finish_reconcile()
    assert follower.news.missed == 0


def test_a_drain_takes_everything_and_the_young_are_not_missed(tmp_path: Path) -> None:
    follower = Follower(tmp_path, reconciled=True)
    follower.store.objects["in/young.jpg"] = "1"
    follower.store.times["in/young.jpg"] = ago(seconds=1)
    follower.start(drain=True)
    follower.finish_reconcile()
    assert [row[0] for row in follower.announced()] == ["young.jpg"]
    assert follower.news.missed == 0
    follower.step(5)
    assert (follower.news.listings, follower.news.caught_up) == (1, True)


def test_it_waits_until_the_queue_was_seen_empty_but_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = Follower(tmp_path, reconciled=True)
    follower.store.objects["in/a.jpg"] = "A"
    follower.start(drain=True)
    follower.queue.away = "the queue is away"
    follower.step(3)
    assert not follower.following._reconciling.is_under_way
    monkeypatch.setattr(reconciling, "CATCH_UP_S", 0.0)
    follower.finish_reconcile()
    assert (len(follower.announced()), follower.news.caught_up) == (1, False)


def test_when_the_last_one_was_over_survives_a_restart(tmp_path: Path) -> None:
    follower = Follower(tmp_path, orchard(a="A"), reconciled=True)
    at = follower.news.reconciled_at
    follower.news_path.unlink()
    follower.store.objects["in/b.jpg"] = "A"
    follower.start()
    follower.step(5)
    assert (follower.news.reconciled_at, follower.news.listings) == (at, 0)
    assert len(follower.announced()) == 1


@pytest.mark.parametrize(("hours", "due"), [(0, False), (23.9, False), (24.1, True), (-1, True)])
def test_it_is_due_after_so_many_hours_and_when_the_clock_was_set_back(tmp_path: Path, hours: float, due: bool) -> None:
    follower = Follower(tmp_path, reconciled=True)
    follower.start()
    follower.following._reconciling._now = lambda: ago(hours=-hours)
    assert follower.following._reconciling.is_due() == due


def test_one_that_fails_is_said_and_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "AGAIN_S", 0.0)
    follower = Follower(tmp_path, orchard(a="A"))
    follower.store.broken.add("*")
    while follower.news.error is None:
        follower.step()
    assert follower.news.error == "landing s3://orchard/in/ can't be listed"
    assert follower.news.reconciled_at is None
    follower.store.broken.clear()
    follower.finish_reconcile()
    assert not follower.news.error
    assert len(follower.announced()) == 1


def test_a_listing_older_than_an_event_does_not_undo_it(tmp_path: Path) -> None:
    follower = Follower(tmp_path, orchard(a="A"), reconciled=True)
    follower.store.objects["in/a.jpg"] = "B"
    follower.start(reconcile_every_h=1e-9)
    begin(follower.following)
    follower.store.objects["in/a.jpg"] = "C"  # the listing has seen B
    follower.queue.send(body(record(eTag="C")))
    follower.finish_reconcile()
    assert [row[1] for row in follower.announced()] == ["A", "C"]


def test_an_event_that_comes_after_the_reconcile_is_settled_by_what_is_there(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    follower.start(reconcile_every_h=1e-9)
    follower.finish_reconcile()
    follower.queue.send(body(record(eTag="A", sequencer="01")))
    follower.step()
    for etag in "BA":
        follower.store.objects["in/a.jpg"] = etag
        follower.finish_reconcile()
    follower.queue.send(body(record(eTag="B", sequencer="02")))
    follower.step()
    assert [row[1] for row in follower.announced()] == ["A", "B", "A"]


def begin(following: Following) -> None:
    """A listing that has read all there is, and of which nothing was taken."""
    reconciling_ = following._reconciling
    reconciling_._begin()
    while reconciling_._round and reconciling_._round.listing._ready.qsize() < 2:
        pass
