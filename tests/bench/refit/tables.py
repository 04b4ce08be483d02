"""Lakes whose table `features` holds resampled rows, in files such as the stream and its compaction leave."""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pyarrow as pa
from deltalake import ColumnProperties, WriterProperties, write_deltalake
from numpy.typing import NDArray

from conf.lake import Lake
from schemas.features import FEATURE_COUNT, FEATURES
from streaming.lake import prepare
from tests.bench.refit.real import Real

#: Rows of a compacted file, and of a micro-batch's.
FILE_ROWS, BATCH_ROWS = 10_000, 200
#: As our Spark sessions write them.
AS_SPARK = WriterProperties(
    compression="ZSTD", default_column_properties=ColumnProperties(dictionary_enabled=False, statistics_enabled="CHUNK")
)
WHEN = datetime(2026, 1, 1, tzinfo=timezone.utc)
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Growing:
    """A lake with `rows` announcements, all `ok`; the first `paths` of them are of paths of their own."""

    lake: Lake
    real: Real
    rows: int = 0
    paths: int = 0

    @classmethod
    def new(cls, folder: Path, real: Real, rows: int) -> "Growing":
        """A new lake in `folder` with `rows` pictures in files of FILE_ROWS."""
        lake = Lake(str(folder))
        prepare(lake)
        return cls(lake, real).with_new(rows, FILE_ROWS)

    def copied(self, folder: Path) -> "Growing":
        """The same lake in another folder, of hard links: what is written to it doesn't get here."""
        shutil.copytree(self.lake.root, folder, copy_function=os.link)
        return Growing(Lake(str(folder)), self.real, self.rows, self.paths)

    def with_new(self, count: int, file_rows: int = BATCH_ROWS) -> "Growing":
        """With `count` more pictures, in files of `file_rows`. Not after `with_overwritten`."""
        seq = self.rows + 1 + np.arange(count)
        for part in _parts(seq, file_rows):
            self._append(part, part, None)
        return Growing(self.lake, self.real, self.rows + count, self.paths + count)

    def with_overwritten(self, count: int) -> "Growing":
        """With new versions of `count` pictures, scattered over the table's first ones; in files of BATCH_ROWS."""
        seq = self.rows + 1 + np.arange(count)
        before = np.random.default_rng(self.rows).choice(self.paths, count, replace=False) + 1
        for part in _parts(seq, BATCH_ROWS):
            self._append(part, before[part - seq[0]], before[part - seq[0]])
        return Growing(self.lake, self.real, self.rows + count, self.paths)

    def _append(self, seq: Numbers, pictures: Numbers, supersedes: Numbers | None) -> None:
        labels, features = self.real.resampled(len(seq), np.random.default_rng(int(seq[0])))
        rows = feature_rows(seq, pictures, supersedes, labels, features)
        write_deltalake(self.lake.uri(FEATURES.name), rows, mode="append", writer_properties=AS_SPARK)


def feature_rows(
    seq: Numbers,
    pictures: Numbers,
    supersedes: Numbers | None,
    labels: NDArray[np.str_],
    features: NDArray[np.float32],
) -> pa.Table:
    """Rows of table `features`, one for each `seq` (n,), of the picture with that number; `features` (n, 1280)."""
    offsets = pa.array(np.arange(0, features.size + 1, FEATURE_COUNT, dtype=np.int32))
    columns = {
        "path": [f"file:///bench/landing/{number // 1000}/{number:09}.jpg" for number in pictures.tolist()],
        "label": pa.array(labels.tolist()),
        "etag": [f"{number:032x}" for number in seq.tolist()],
        "seq": pa.array(seq),
        "version": pa.array(seq),
        "supersedes": pa.nulls(len(seq)) if supersedes is None else pa.array(supersedes),
        "features": pa.ListArray.from_arrays(offsets, pa.array(features.ravel())),
        "content_hash": [f"{number:064x}" for number in seq.tolist()],
    }
    same = {
        "size": 5000, "modified": WHEN, "attempt": 1, "reason": "new", "status": "ok", "error_code": None,
        "error_detail": None, "width": 100, "height": 100, "format": "JPEG", "model_id": "mobilenet_v2-bench",
        "discovered_at": WHEN, "featurized_at": WHEN, "featurize_ms": 8.0,
    }  # fmt: skip
    every = columns | {name: [value] * len(seq) for name, value in same.items()}
    schema = FEATURES.arrow()
    return pa.table([pa.array(every[name]).cast(schema.field(name).type) for name in schema.names], schema)


def _parts(seq: Numbers, rows: int) -> list[Numbers]:
    return [seq[start : start + rows] for start in range(0, len(seq), rows)]
