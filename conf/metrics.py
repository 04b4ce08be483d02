"""The metrics: their names, units and meanings are here and nowhere else."""

from dataclasses import dataclass
from typing import Literal

#: Of CloudWatch. Every metric has the dimension Name (setting `metrics_name`); `Rejected` comes by Code, too.
NAMESPACE = "Verger"

Unit = Literal["Count", "Count/Second", "Seconds", "Bytes", "Percent"]
When = Literal["start", "batch", "minute", "refit"]
Kind = Literal["counter", "gauge", "summary"]


@dataclass(frozen=True)
class Metric:
    """`when`: the lines that have it. `prometheus`: its name on the page, empty if it isn't there."""

    name: str
    unit: Unit
    when: tuple[When, ...]
    meaning: str
    prometheus: str = ""

    @property
    def kind(self) -> Kind:
        """What it is to Prometheus: the seconds of batches are a summary (their sum and their count)."""
        if self.prometheus.endswith("_total"):
            return "counter"
        return "summary" if self.when == ("batch",) else "gauge"


METRICS = (
    Metric("Seen", "Count", ("batch",), "pictures that got a row: ok, rejected or deferred", "verger_seen_total"),
    Metric("Ok", "Count", ("batch",), "of them, those with features", "verger_ok_total"),
    Metric("Rejected", "Count", ("batch",), "of them, those rejected; also by Code", "verger_rejected_total"),
    Metric("Deferred", "Count", ("batch",), "of them, those to be tried again", "verger_deferred_total"),
    Metric("RejectionRate", "Percent", ("batch",), "Rejected / Seen of one batch; of an hour, divide their sums"),
    Metric("PicturesPerSecond", "Count/Second", ("batch",), "Seen / BatchSeconds"),
    Metric("ReadSeconds", "Seconds", ("batch",), "Spark reads announcements and plans", "verger_read_seconds"),
    Metric(
        "FeaturizeSeconds", "Seconds", ("batch",), "decoding and model, summed over all workers",
        "verger_featurize_seconds",
    ),
    Metric(
        "CommitSeconds", "Seconds", ("batch",), "from the last picture's features to the table, proof included",
        "verger_commit_seconds",
    ),
    Metric(
        "BatchSeconds", "Seconds", ("batch",), "the whole batch: pictures read, featurized, committed",
        "verger_batch_seconds",
    ),
    Metric(
        "TriggerSeconds", "Seconds", ("batch",), "the batch and what Spark does around it", "verger_trigger_seconds"
    ),
    Metric("Pending", "Count", ("batch", "minute"), "pictures without a final row", "verger_pending"),
    Metric(
        "OldestPendingSeconds", "Seconds", ("batch", "minute"),
        "age of the oldest announcement that waits for its row or for another attempt; 0: none does",
        "verger_oldest_pending_seconds",
    ),
    Metric(
        "Missed", "Count", ("minute",), "pictures that a reconcile found, of which no event had told",
        "verger_missed_total",
    ),
    Metric(
        "MalformedMessages", "Count", ("minute",), "messages left to the dead-letter queue",
        "verger_malformed_messages_total",
    ),
    Metric("Started", "Count", ("start",), "1 at each start of a stream"),
    Metric("Heartbeat", "Count", ("minute",), "1 each minute in which the driver watched its query"),
    Metric(
        "DiskFreeBytes", "Bytes", ("minute",), "free where the stream works, and in a lake in a folder: the lesser",
        "verger_disk_free_bytes",
    ),
    Metric(
        "DriverMemoryBytes", "Bytes", ("minute",), "resident: driver, JVM and source together (Linux)",
        "verger_driver_memory_bytes",
    ),
    Metric(
        "WorkerMemoryBytes", "Bytes", ("minute",), "resident: the largest Python worker beside the driver (Linux)",
        "verger_worker_memory_bytes",
    ),
    Metric(
        "DroppedLines", "Count", ("minute",), "lines of metrics that could not be written", "verger_dropped_lines_total"
    ),
    Metric("RefitSucceeded", "Count", ("refit",), "1 at each refit that was published"),
    Metric("RefitSeconds", "Seconds", ("refit",), "from its start to its end"),
    Metric("RefitPictures", "Count", ("refit",), "pictures that it was fitted to"),
)  # fmt: skip
