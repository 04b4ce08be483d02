"""A table's rows, a bounded number at a time, however many are in it or in one of its files."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.dataset as pds
from deltalake import DeltaTable

#: Rows that are read at a time: a few megabytes.
READ_ROWS = 16_384


def batches(table: DeltaTable, columns: list[str], where: pds.Expression | None = None) -> Iterator[pa.RecordBatch]:
    """All rows of it (or those `where`), these columns, in no order."""
    yield from table.to_pyarrow_dataset().to_batches(
        columns=columns, filter=where, batch_size=READ_ROWS,
        batch_readahead=1, fragment_readahead=1, use_threads=False,
    )  # fmt: skip
