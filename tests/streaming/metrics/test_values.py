"""What is told of a batch, of what waits, and of events."""

from datetime import datetime, timedelta, timezone

import pytest

from conf.metrics import METRICS
from streaming.landing.news import News
from streaming.metrics.values import EventCounts, batch_values, standing
from tests.streaming.metrics.made import DURATIONS, batch


def test_a_batch_is_counted_and_timed() -> None:
    assert batch_values(batch(), DURATIONS) == {
        "Seen": 10, "Ok": 7, "Rejected": 2, "Deferred": 1, "RejectionRate": 20.0, "PicturesPerSecond": 5.0,
        "ReadSeconds": 0.05, "FeaturizeSeconds": 0.1, "CommitSeconds": 0.7, "BatchSeconds": 2.0, "TriggerSeconds": 2.1,
    }  # fmt: skip
    assert batch_values(batch(), {}).keys() == batch_values(batch(), DURATIONS).keys() - {
        "ReadSeconds",
        "TriggerSeconds",
    }


def test_each_line_has_the_metrics_that_the_list_says() -> None:
    news = News(run="run", events={"taken": 1}, reconciled_at="2026-01-02T03:04:05+00:00")
    on_a_batch = batch_values(batch(), DURATIONS) | standing(news)
    assert on_a_batch.keys() == {metric.name for metric in METRICS if "batch" in metric.when}
    of_events = standing(news) | EventCounts().since(news)
    assert of_events.keys() < {metric.name for metric in METRICS if "minute" in metric.when}


def test_what_waits_is_what_has_no_row_and_what_waits_for_a_retry() -> None:
    at = datetime.now(timezone.utc) - timedelta(seconds=90)
    waits = standing(News(run="run", head=100, rows_seen=60, retries=3, oldest_pending_at=at.isoformat()))
    assert waits["Pending"] == 43
    assert waits["OldestPendingSeconds"] == pytest.approx(90, abs=5)
    assert standing(News(run="run", head=7, rows_seen=7)) == {"Pending": 0, "OldestPendingSeconds": 0}
    assert standing(News()) == {}, "no source has told anything: nothing is known, not even that nothing waits"


def test_a_clock_set_back_makes_no_age_below_zero() -> None:
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    assert standing(News(run="run", oldest_pending_at=later.isoformat()))["OldestPendingSeconds"] == 0


def test_what_a_reconcile_missed_is_told_once_and_messages_as_they_come() -> None:
    events, at = EventCounts(), "2026-01-02T03:04:05+00:00"
    told = [
        events.since(News(run="run", events=counts, reconciled_at=at, listings=listings, missed=missed))
        for counts, listings, missed in (
            ({"taken": 1}, 0, 0),
            ({"malformed": 2}, 1, 7),
            ({"malformed": 2}, 1, 7),
            ({"malformed": 5}, 2, 7),
        )
    ]
    assert [values["Missed"] for values in told] == [0, 7, 0, 7]
    assert [values["MalformedMessages"] for values in told] == [0, 2, 0, 3]
    assert EventCounts().since(News(run="run", listings=9)) == {}, "no events are followed"
