"""From what the stream knows to metrics by name."""

from collections.abc import Mapping
from datetime import datetime, timezone

from streaming.landing.news import News
from streaming.sink import Batch

#: The part of a trigger that comes before its batch, as Spark names its steps.
_READING = ("latestOffset", "getBatch", "queryPlanning")


def batch_values(batch: Batch, durations_ms: Mapping[str, int]) -> dict[str, float]:
    """What is known of a batch in the table; `durations_ms`: of its trigger, as Spark tells them, or nothing."""
    seen, rejected = batch.statuses.total(), batch.statuses["rejected"]
    values = {
        "Seen": seen,
        "Ok": batch.statuses["ok"],
        "Rejected": rejected,
        "Deferred": batch.statuses["deferred"],
        "RejectionRate": round(100 * rejected / seen, 3),
        "PicturesPerSecond": round(seen / batch.seconds, 3),
        "FeaturizeSeconds": round(batch.featurize_s, 3),
        "CommitSeconds": round(batch.commit_s, 3),
        "BatchSeconds": round(batch.seconds, 3),
    }
    if "triggerExecution" in durations_ms:
        values["ReadSeconds"] = sum(durations_ms.get(step, 0) for step in _READING) / 1000
        values["TriggerSeconds"] = durations_ms["triggerExecution"] / 1000
    return values


def standing(news: News) -> dict[str, float]:
    """What waits, as the source saw it last; nothing if it has told nothing yet."""
    if not news.run:
        return {}
    age_s = 0.0
    if news.oldest_pending_at is not None:
        age_s = (datetime.now(timezone.utc) - datetime.fromisoformat(news.oldest_pending_at)).total_seconds()
    return {
        "Pending": news.head - news.rows_seen + news.retries,
        "OldestPendingSeconds": round(max(0.0, age_s), 3),
    }


class EventCounts:
    """What the source counts from its start on, as what came on since the last look.

    What a run counts is told once: sums over restarts are right, but for what comes in a run's last seconds when
    it is killed.
    """

    def __init__(self) -> None:
        self._reconciles = self._malformed = 0

    def since(self, news: News) -> dict[str, float]:
        """Since the last call. Nothing where no events are followed."""
        if not news.events and news.reconciled_at is None:
            return {}
        malformed = news.events.get("malformed", 0)
        values: dict[str, float] = {
            "Missed": news.missed if news.listings > self._reconciles else 0,
            "MalformedMessages": malformed - self._malformed,
        }
        self._reconciles, self._malformed = news.listings, malformed
        return values
