"""The Python data source "landing": hands out announcements of object versions, never bytes.

    spark.dataSource.register(LandingDataSource)
    spark.readStream.format("landing").option("lake", "lake").load("landing")

Each row is an announcement (the columns of table `ledger`). Everything found is appended to the ledger under
`lake` at once; the offset, `{"seq": n}`, moves over it by admission. A new query goes on after the last row of
the lake's `features` table; one with a checkpoint of its own goes on from there.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql.datasource import DataSource, DataSourceStreamReader, InputPartition
from pyspark.sql.types import StructType

from conf.failpoints import failpoint
from conf.worker_path import keep_spark_archives
from schemas.ledger import LEDGER
from streaming.landing.options import LandingOptions
from streaming.landing.tasks import balanced

if TYPE_CHECKING:
    from streaming.landing.opened import OpenedLanding


class LandingDataSource(DataSource):
    """Announcements of the object versions under a prefix; the module says how to use it."""

    @classmethod
    def name(cls) -> str:
        """What `format(...)` takes."""
        return "landing"

    def schema(self) -> StructType:
        """The columns of table `ledger`."""
        return LEDGER.spark()

    def streamReader(self, schema: StructType) -> "LandingStreamReader":  # noqa: ARG002  (Spark passes our own)
        """The reader; nothing is opened before Spark asks for an offset."""
        return LandingStreamReader(LandingOptions.parse(self.options))


class Announcements(InputPartition):
    """One task's announcements, as Arrow: a task reads nothing but what it was handed."""

    def __init__(self, rows: pa.Table) -> None:
        super().__init__(rows.num_rows)
        self.batches = rows.combine_chunks().to_batches()


class LandingStreamReader(DataSourceStreamReader):
    """Lives in a process beside the driver; Spark also makes copies of it in the workers, for `read` alone."""

    def __init__(self, options: LandingOptions) -> None:
        self._options = options
        self._opened: OpenedLanding | None = None

    def initialOffset(self) -> dict[str, int]:
        """The last announcement that has a row in `features`."""
        return {"seq": self._landing().initial}

    def latestOffset(self) -> dict[str, int]:
        """Move on over the ledger as far as one batch may go; the same offset as before means no batch."""
        return {"seq": self._landing().admit()}

    def partitions(self, start: dict[str, int], end: dict[str, int]) -> Sequence[InputPartition]:
        """The announcements after `start` up to `end`, in tasks of nearly equal predicted work."""
        if end != start:
            failpoint("offset-logged")
        rows = self._landing().announcements(start["seq"], end["seq"])
        tasks = balanced(rows, self._landing().work_ms(rows), self._options.cores)
        return [Announcements(part) for part in tasks]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """One task's announcements."""
        if not isinstance(partition, Announcements):
            raise TypeError(f"not a partition of this source: {partition!r}")
        keep_spark_archives()
        yield from partition.batches

    def stop(self) -> None:
        """End the discovery."""
        if self._opened is not None:
            self._opened.discovery.stop()

    def _landing(self) -> "OpenedLanding":
        """Open the landing at the first call: only in the process beside the driver."""
        if self._opened is None:
            from streaming.landing.opened import OpenedLanding

            self._opened = OpenedLanding(self._options)
        return self._opened
