"""One Delta commit per micro-batch: of the data files that the workers have written."""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from deltalake import ColumnProperties, CommitProperties, DeltaTable, Transaction, WriterProperties
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction
from pyspark.sql import DataFrame

from conf.delta_errors import reason
from conf.failpoints import failpoint
from conf.lake import Lake, LakeError, max_seq, row_count
from conf.locks import Hold
from conf.purge import NO_HOOKS
from schemas.features import FEATURES
from streaming.data_file import DataFile
from streaming.lake import lake_id
from streaming.upkeep import Upkeep

#: Of a batch there is a file or two for each core. 16 MiB are some 5,000 rows; of a row group all is read, or none.
UPKEEP = Upkeep(
    FEATURES.name, merge_every=50, remove_every=1_000, small=16 * 2**20, big=128 * 2**20, many=8,
    written=WriterProperties(
        compression="ZSTD",
        compression_level=3,
        max_row_group_size=2_048,
        default_column_properties=ColumnProperties(dictionary_enabled=False),
    ),
)  # fmt: skip


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

    A batch is there whole or not at all. Its commit is made on exactly the version that this sink knows, and refused
    when anyone else has written: delta-rs puts it on the condition that there is none, in a folder as in S3. It carries
    the transaction (lake's id, last number + 1). `hold` is checked before a batch and before its commit, and the
    driver ends the JVM when it is lost. Nothing is retried here: after an error, start the stream again.
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
        self._table = self._open()
        self._app = lake_id(self._table)
        self.last_seq = max_seq(self._table)
        self._transaction = self._table.transaction_version(self._app) or 0
        self._since = self._table.version()

    @property
    def uri(self) -> str:
        """Where the table is."""
        return self.lake.uri(FEATURES.name)

    def write(self, files: DataFrame, batch_id: int) -> None:
        """Append one batch. Once `closed`, it writes nothing: the next start reads the batch again.

        Args:
            files: data files, a DataFile as JSON in each row; it is evaluated once.
            batch_id: Spark's number.

        Raises:
            SinkError: the files are not of this batch, or can't be committed, as where another stream writes: nothing
                was, then. Or the table, once they were, has other rows than it must have.
            FailedError: the lake may be another stream's by now.
        """
        self.busy = True
        try:
            end = end_offset(self.checkpoint, batch_id)
            if end > self.last_seq and not self.closed:  # a query begins with a batch without rows
                self._append(files, batch_id, end)
        except Exception as error:
            self.failure = error
            raise
        finally:
            self.busy = False

    def _append(self, rows: DataFrame, number: int, end: int) -> None:
        began = time.monotonic()
        self.hold.check()
        failpoint("batch-begun")
        files = [DataFile.from_json(row.file) for row in rows.collect()]
        self._check_files(files, end)
        self.hold.check()
        failpoint("batch-written")
        self._commit(files)
        failpoint("batch-committed")
        self._check_rows(end)
        batch = _summary(number, end, files, time.monotonic() - began)
        self.last_seq = end
        self.on_batch(batch)
        self._look_after()

    def _commit(self, files: Sequence[DataFile]) -> None:
        transaction = Transaction(self._app, self._transaction + 1)
        mark = f"{self.run} {transaction.version}"
        try:
            self._table.create_write_transaction(
                [_added(file) for file in files],
                "append",
                self._table.schema(),
                commit_properties=CommitProperties({"userMetadata": mark}, 0, [transaction]),
                post_commithook_properties=NO_HOOKS,
            )
        except (DeltaError, OSError) as error:
            self._table = self._open()
            if not self._is_there(mark):
                raise self._refused(error) from error
        self._transaction += 1

    def _refused(self, error: Exception) -> SinkError:
        if isinstance(error, CommitFailedError):
            return SinkError(f"another stream writes to {self.lake.root}: this one's batch is undone")
        return SinkError(f"a batch could not be committed to {self.lake.root}: {reason(error)}")

    def _is_there(self, mark: str) -> bool:
        """Whether a commit whose answer was an error is in the table all the same: S3's may have been lost."""
        return any(commit.get("userMetadata") == mark for commit in self._table.history(limit=5))

    def _look_after(self) -> None:
        """Between two batches, when nothing else writes the table."""
        if UPKEEP.is_due(self._since, self._table.version()):
            self.hold.check()
            UPKEEP.look_after(self.lake, self._table, self._since, self.hold.check)
            self._table = self._open()
            self._since = self._table.version()
            self._check_rows(self.last_seq)

    def _check_files(self, files: Sequence[DataFile], end: int) -> None:
        """The announcements after the last batch, up to `end`, and no others."""
        rows, seqs = sum(file.rows for file in files), [seq for file in files for seq in file.seqs]
        if (rows, min(seqs, default=0), max(seqs, default=0)) != (end - self.last_seq, self.last_seq + 1, end):
            raise SinkError(
                f"a batch of announcements {self.last_seq + 1} to {end} has {rows} rows; nothing was written to "
                f"{self.lake.root}: run `verger status`"
            )

    def _check_rows(self, end: int) -> None:
        self._table.update_incremental()
        rows, last = row_count(self._table), max_seq(self._table)
        if not rows == last == end:
            raise SinkError(
                f"features in {self.lake.root} has {rows} rows, the last for announcement {last}, where {end} was "
                "expected: run `verger status`"
            )

    def _open(self) -> DeltaTable:
        table = self.lake.open(FEATURES)
        if table is None:
            raise LakeError(f"there is no features table in {self.lake.root}")
        return table


def _added(file: DataFile) -> AddAction:
    return AddAction(file.path, file.size, {}, int(time.time() * 1000), True, json.dumps(file.stats))


def _summary(number: int, end: int, files: Sequence[DataFile], seconds: float) -> Batch:
    statuses, codes = Counter[str](), Counter[str]()
    for file in files:
        statuses.update(file.statuses)
        codes.update(file.codes)
    commit_s = datetime.now(timezone.utc).timestamp() - max(file.featurized_at for file in files)
    featurize_s = sum(file.featurize_s for file in files)
    return Batch(number, end, statuses, codes, seconds, featurize_s, max(0.0, commit_s))  # two clocks


def end_offset(checkpoint: Path, batch_id: int) -> int:
    """The `seq` up to which a batch goes, from Spark's offset log (a version, metadata, then a line a source)."""
    lines = (checkpoint / "offsets" / str(batch_id)).read_text("utf-8").splitlines()
    return int(json.loads(lines[-1])["seq"])
