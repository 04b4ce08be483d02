"""What a refit reads: `features` at one version, whatever the stream appends meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.fs import DeltaStorageHandler
from numpy.typing import NDArray
from pyarrow.fs import PyFileSystem
from pyarrow.parquet import ParquetFile

from batch.errors import RefitError
from conf.lake import LAKE_ID, Lake, max_seq
from schemas.current import DECIDING, deciding
from schemas.features import FEATURES

#: Which announcements are meant: (last_seq + 1,), true at the `seq` of each.
Chosen = NDArray[np.bool_]

#: Rows that are decoded at once: 2.6 MB of features. Of 4,096, Arrow takes 150 MB more, and a third more time.
BATCH_ROWS = 512


@dataclass(frozen=True)
class DataFile:
    """A Parquet file of the table: its path below the table's root, and the range of its announcements."""

    path: str
    size_bytes: int
    first_seq: int
    last_seq: int


@dataclass(frozen=True)
class Snapshot:
    """`features` of `lake` at `version`: it ends with the announcement `last_seq`."""

    lake: Lake
    version: int
    lake_id: str
    last_seq: int
    files: tuple[DataFile, ...]

    @classmethod
    def take(cls, lake: Lake) -> "Snapshot":
        """The table as it is now.

        Raises:
            RefitError: there is none, or it has no rows.
            LakeError: it has another schema version.
        """
        table = lake.open(FEATURES)
        last_seq = 0 if table is None else max_seq(table)
        if table is None or not last_seq:
            what = "no table of features" if table is None else "no pictures"
            raise RefitError(f"there are {what} in {lake.root}: run `verger stream` first")
        lake_id = str(table.metadata().configuration.get(LAKE_ID, ""))
        return cls(lake, table.version(), lake_id, last_seq, tuple(_files(table, last_seq)))

    def rows(self) -> pa.Table:
        """What tells the current rows: DECIDING, `model_id`, `featurized_at` of those that can be; 150 bytes a row."""
        table = DeltaTable(self.lake.uri(FEATURES.name), self.version, storage_options=self.lake.storage_options())
        columns = [*DECIDING, "model_id", "featurized_at"]
        batches = table.to_pyarrow_dataset().to_batches(columns=columns)
        schema = pa.schema([FEATURES.arrow().field(name).remove_metadata() for name in columns])
        return pa.Table.from_batches([deciding(batch).cast(schema) for batch in batches], schema)

    def files_with(self, chosen: Chosen) -> list[DataFile]:
        """The files that may hold rows that are `chosen`."""
        return [file for file in self.files if chosen[file.first_seq : file.last_seq + 1].any()]


def read(lake: Lake, files: Sequence[DataFile], chosen: Chosen, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The `chosen` rows of these files of `features`: `seq` and `columns`, at most BATCH_ROWS at a time.

    Arrow reads them, in the driver or in Spark's workers alike: through the JVM a row of features costs twice as much
    as all that is computed from it.
    """
    table = PyFileSystem(DeltaStorageHandler(lake.uri(FEATURES.name), lake.storage_options()))
    for file in files:
        with ParquetFile(file.path, filesystem=table) as parquet:
            for batch in parquet.iter_batches(BATCH_ROWS, columns=["seq", *columns], use_threads=False):
                wanted = chosen[batch["seq"].to_numpy()]
                yield batch if wanted.all() else batch.filter(pa.array(wanted))  # mostly all: no copy


def _files(table: DeltaTable, last_seq: int) -> Iterator[DataFile]:
    for file in pa.table(table.get_add_actions(flatten=True)).to_pylist():
        first, last = file.get("min.seq"), file.get("max.seq")  # none in a file that others wrote without statistics
        yield DataFile(file["path"], file["size_bytes"], first or 0, last_seq if last is None else last)
