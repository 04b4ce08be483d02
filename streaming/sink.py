"""One Delta commit per micro-batch, and the proof that it is ours."""

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.dataset as pds
from pyspark.sql import DataFrame, SparkSession

from conf.failpoints import failpoint
from conf.lake import Lake, LakeError, max_seq, row_count
from conf.locks import Hold
from conf.spark_conf import COMPACTED_FILES
from schemas.features import FEATURES
from streaming.lake import lake_id
from streaming.tidying import is_due, tidy

_SUMMARIZED = ["status", "error_code", "featurize_ms", "featurized_at"]


class SinkError(Exception):
    """What was written is not what must be there; the stream has to stop. One sentence for a person."""


@dataclass(frozen=True)
class Batch:
    """A batch that is in the table: rows by status, rejected ones by code, seconds from its start to its commit.

    `number`: Spark's. `featurize_s`: over all workers. `commit_s`: since its last picture was featurized.
    """

    number: int
    last_seq: int
    statuses: Counter[str]
    codes: Counter[str]
    seconds: float
    featurize_s: float
    commit_s: float


@dataclass
class FeaturesSink:
    """Appends batches to `features`, for `foreachBatch`.

    A batch is there whole or not at all. Its commit carries the transaction (lake's id, last number + 1): of two
    drivers that race for a number Delta lets one win and skips the other's in silence, so after each commit the log
    is read back. `hold` is checked before a batch, and the driver ends the JVM when it is lost. Nothing is retried
    here: after an error, start the stream again.
    """

    lake: Lake
    run: str
    checkpoint: Path
    on_batch: Callable[[Batch], None]
    hold: Hold
    last_seq: int = field(init=False)
    busy: bool = field(default=False, init=False)
    closed: bool = field(default=False, init=False)
    failure: Exception | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        table = self.lake.open(FEATURES)
        if table is None:
            raise LakeError(f"there is no features table in {self.lake.root}")
        self._table, self._app = table, lake_id(table)
        self.last_seq, self._since = max_seq(table), table.version()
        self._transaction = table.transaction_version(self._app) or 0

    def write(self, rows: DataFrame, batch_id: int) -> None:
        """Append one batch. Once `closed`, it writes nothing: the next start reads the batch again."""
        self.busy = True
        try:
            end = end_offset(self.checkpoint, batch_id)
            if end > self.last_seq and not self.closed:  # a query begins with a batch without rows
                self._append(rows, batch_id, end)
        except Exception as error:
            self.failure = error
            raise
        finally:
            self.busy = False

    def _append(self, rows: DataFrame, number: int, end: int) -> None:
        began = time.monotonic()
        self.hold.check()
        failpoint("batch-begun")
        self._let_compact(rows.sparkSession)
        mark = f"{self.run} {self._transaction + 1}"
        (
            rows.write.format("delta")
            .mode("append")
            .option("txnAppId", self._app)
            .option("txnVersion", self._transaction + 1)
            .option("userMetadata", mark)
            .save(self.lake.uri(FEATURES.name))
        )
        failpoint("batch-committed")
        self._transaction += 1
        self._check_ours(mark, end)
        batch = self._summary(number, end, time.monotonic() - began)
        self.last_seq = end
        self.on_batch(batch)
        self._tidy()

    def _let_compact(self, spark: SparkSession) -> None:
        """Else Delta merges whatever files there are after the first commit of each JVM: a second and more."""
        many = self._table.get_add_actions().num_rows >= COMPACTED_FILES
        spark.conf.set("spark.databricks.delta.autoCompact.enabled", str(many).lower())

    def _tidy(self) -> None:
        """Now and then, when nothing else writes the table."""
        if is_due(self._since, self._table.version()):
            self.hold.check()
            tidy(self._table, self.lake.uri(FEATURES.name))
            self._since = self._table.version()

    def _check_ours(self, mark: str, end: int) -> None:
        self._table.update_incremental()
        if all(commit.get("userMetadata") != mark for commit in self._table.history(limit=5)):
            raise SinkError(
                f"another stream writes to {self.lake.root}: commit {self._transaction} of features isn't ours"
            )
        rows, last = row_count(self._table), max_seq(self._table)
        if not rows == last == end:
            raise SinkError(
                f"features in {self.lake.root} has {rows} rows, the last for announcement {last}, where {end} was "
                "expected: run `verger status`"
            )

    def _summary(self, number: int, end: int, seconds: float) -> Batch:
        proven_at = datetime.now(timezone.utc)
        rows = self._table.to_pyarrow_dataset().to_table(_SUMMARIZED, filter=pds.field("seq") > self.last_seq)
        status, code = rows["status"].to_pylist(), rows["error_code"].to_pylist()
        codes = Counter(c for s, c in zip(status, code, strict=True) if s == "rejected")
        featurize_s = float(pc.sum(rows["featurize_ms"]).as_py() or 0.0) / 1000
        commit_s = (proven_at - pc.max(rows["featurized_at"]).as_py()).total_seconds()
        return Batch(number, end, Counter(status), codes, seconds, featurize_s, max(0.0, commit_s))  # two clocks


def end_offset(checkpoint: Path, batch_id: int) -> int:
    """The `seq` up to which a batch goes, from Spark's offset log (a version, metadata, then a line a source)."""
    lines = (checkpoint / "offsets" / str(batch_id)).read_text("utf-8").splitlines()
    return int(json.loads(lines[-1])["seq"])
