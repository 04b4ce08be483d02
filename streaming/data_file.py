"""Data files of table `features`: written by the workers, in no table until the driver commits them."""

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.features import FEATURES
from streaming.lake_file import replace_file

#: Rows that a worker holds until they are written: 1.3 MB.
GROUP_ROWS = 256
#: Rows of a file, which a worker holds as well: 27 MB.
FILE_ROWS = 32 * GROUP_ROWS
#: Of a request that brings a file, or 5 MiB of it, to S3: 250 KB/s do.
PUT_TIMEOUT_S = 60.0

_INDEXED = [column.name for column in FEATURES.columns if column.indexed]
_TIMES = [column.name for column in FEATURES.columns if column.type == "timestamp"]
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class DataFile:
    """A file that is on the disk, and what is to be said of it.

    `path`: below the table. `stats`: as Delta's log has them, of the indexed columns. `statuses`: rows of each;
    `codes`: of the rejected ones. `featurize_s`: over all rows; `featurized_at`: the latest, seconds since 1970.
    """

    path: str
    size: int
    stats: dict[str, Any]
    statuses: dict[str, int]
    codes: dict[str, int]
    featurize_s: float
    featurized_at: float

    @property
    def rows(self) -> int:
        """How many rows are in it."""
        return int(self.stats["numRecords"])

    @property
    def seqs(self) -> tuple[int, int]:
        """The least and the greatest `seq` in it."""
        return self.stats["minValues"]["seq"], self.stats["maxValues"]["seq"]

    def to_json(self) -> str:
        """For the way from a worker to the driver."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "DataFile":
        """What `to_json` has made."""
        return cls(**json.loads(text))


def write_data_files(table: str, rows: Iterable[pa.Table]) -> Iterator[DataFile]:
    """Write rows to as few files as may be, below `table` (a path or URI), and name each when it is there whole.

    A new name each time: what a task that is run twice has written before belongs to nothing, and is removed when the
    table is tidied. Raises OSError, with a sentence in S3.
    """
    groups = _groups(rows)
    while group := next(groups, None):
        file = _Unfinished()
        file.add(group)
        for more in islice(groups, FILE_ROWS // GROUP_ROWS - 1):
            file.add(more)
        yield file.save(table)


@dataclass
class _Unfinished:
    """A file in memory."""

    statuses: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    featurize_s: float = 0.0
    featurized_at: float = 0.0

    def __post_init__(self) -> None:
        self._content = pa.BufferOutputStream()
        self._schema = pa.schema([column.remove_metadata() for column in FEATURES.arrow()])
        self._writer = pq.ParquetWriter(
            self._content,
            self._schema,
            compression="zstd",
            compression_level=3,
            use_dictionary=False,  # 40 % of the features are exact zeros: 3,350 bytes a row instead of 4,320
            write_statistics=_INDEXED,
            store_schema=False,
        )

    def add(self, group: pa.Table) -> None:
        """A row group."""
        self._writer.write_table(pa.Table.from_arrays(group.columns, schema=self._schema))
        statuses = group["status"].to_pylist()
        codes = zip(statuses, group["error_code"].to_pylist(), strict=True)
        self.statuses.update(statuses)
        self.codes.update(code for status, code in codes if status == "rejected")
        self.featurize_s += sum(group["featurize_ms"].to_pylist()) / 1000
        at = max(time.value for time in group["featurized_at"])  # no to_pylist, which loads pandas
        self.featurized_at = max(self.featurized_at, at / 1e6)

    def save(self, table: str) -> DataFile:
        """Put it where it belongs."""
        self._writer.close()
        content = self._content.getvalue().to_pybytes()
        path, stats = f"part-{uuid.uuid4()}.zstd.parquet", statistics(pq.read_metadata(pa.BufferReader(content)))
        replace_file(f"{table}/{path}", content, PUT_TIMEOUT_S)
        counts = dict(self.statuses), dict(self.codes)
        return DataFile(path, len(content), stats, *counts, self.featurize_s, self.featurized_at)


def _groups(rows: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows, GROUP_ROWS at a time."""
    waiting: list[pa.Table] = []
    for table in rows:
        waiting.append(table)
        if sum(map(len, waiting)) >= GROUP_ROWS:
            yield pa.concat_tables(waiting).combine_chunks()
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()


def statistics(metadata: pq.FileMetaData) -> dict[str, Any]:
    """What Delta's log says of a file (Delta's protocol, "Per-file Statistics"), from its own: of the indexed columns.

    A column of which the least and greatest values are not known, as those of texts of 4 KB are not, has none.
    """
    stats: dict[str, Any] = {"numRecords": metadata.num_rows, "minValues": {}, "maxValues": {}, "nullCount": {}}
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    for index in range(metadata.num_columns):
        name = metadata.schema.column(index).path
        if name not in _INDEXED:
            continue
        found = [group.column(index).statistics for group in groups]
        stats["nullCount"][name] = sum(of.null_count for of in found)
        known = [of for of in found if of.null_count < of.num_values + of.null_count]
        if known and all(of.has_min_max for of in known):
            stats["minValues"][name] = _as_json(name, min(of.min_raw for of in known))
            stats["maxValues"][name] = _as_json(name, max(of.max_raw for of in known))
    return stats


def _as_json(name: str, raw: Any) -> Any:
    """Parquet's own value: pyarrow would load pandas, of 58 MB, to make a time of it."""
    if name in _TIMES:
        return (_EPOCH + timedelta(microseconds=raw)).isoformat().replace("+00:00", "Z")
    return raw.decode() if isinstance(raw, bytes) else raw
