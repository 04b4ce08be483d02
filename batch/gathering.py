"""The moments of chosen rows of `features`, gathered file by file: in the driver if they are few, else by Spark."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from batch.pca.moments import BLOCK_ROWS, Moments, merge, subtract
from batch.snapshot import Chosen, DataFile, Snapshot, read
from schemas.features import FEATURE_COUNT
from schemas.matrix import matrix

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Bytes of Parquet that a task reads (20,000 pictures); that much is read by the driver itself sooner than by Spark.
TASK_BYTES = 64 * 2**20
#: The driver merges the results of so many tasks itself (13 MB each); of more, tasks merge groups first.
FAN_IN = 16


@dataclass(frozen=True, eq=False)
class Gathered:
    """The moments of rows, and how many more are `left_out` because they are not FEATURE_COUNT finite numbers."""

    moments: Moments
    left_out: int = 0

    def __len__(self) -> int:
        """All rows, also those left out."""
        return self.moments.n + self.left_out

    def __add__(self, other: "Gathered") -> "Gathered":
        """Those of both."""
        return Gathered(merge(self.moments, other.moments), self.left_out + other.left_out)

    def __sub__(self, other: "Gathered") -> "Gathered":
        """Without those of `other`. Raises MomentsError if they can't have been among them."""
        return Gathered(subtract(self.moments, other.moments), self.left_out - other.left_out)


def gather(snapshot: Snapshot, chosen: Chosen, spark: "Callable[[], SparkSession]") -> Gathered:
    """The moments of the `chosen` rows; files without any are not opened. `spark` is asked for if it is needed.

    A task reads up to TASK_BYTES (or one file) as Arrow batches, and makes one BLAS product of each BLOCK_ROWS rows. It
    holds such a block in both precisions (84 MB), four times d^2 numbers (52 MB), and what Arrow needs for a file's
    compressed column: with Python's own 150 MB a worker peaks at 435 MB where files are 33 MB, at 560 MB where they are
    120 MB (compaction makes none larger), however many rows there are. What the tasks return, 13 MB each, is merged in
    a tree of them.
    """
    files = snapshot.files_with(chosen)
    if len(tasks(files)) <= 1:
        return fold(read(snapshot.lake, files, chosen, ["features"]))
    context = spark().sparkContext
    shared, lake = context.broadcast(chosen), snapshot.lake
    parts = tasks(files, context.defaultParallelism)

    def task(part: Sequence[DataFile]) -> Gathered:
        from conf.worker_path import keep_spark_archives

        keep_spark_archives()
        return fold(read(lake, part, shared.value, ["features"]))

    depth = 1 if len(parts) <= FAN_IN else 2
    gathered: Gathered = context.parallelize(parts, len(parts)).map(task).treeReduce(lambda a, b: a + b, depth)
    return gathered


def loaded(_numbers: Iterable[int]) -> None:
    """Nothing but that a Spark worker which was given this has loaded what `gather` needs, before it is asked for."""


def fold(batches: Iterable[pa.RecordBatch]) -> Gathered:
    """The moments of the column `features` of `batches`, a block of at least BLOCK_ROWS rows at a time."""
    total, left_out = Moments.empty(FEATURE_COUNT), 0
    block: list[NDArray[np.float32]] = []
    for batch in batches:
        rows, usable = matrix(batch["features"])
        left_out += len(usable) - len(rows)
        block.append(rows)
        if sum(map(len, block)) >= BLOCK_ROWS:
            total = merge(total, Moments.of(np.concatenate(block)))
            block.clear()
    if block:
        total = merge(total, Moments.of(np.concatenate(block)))
    return Gathered(total, left_out)


def tasks(files: Iterable[DataFile], multiple: int = 1) -> list[list[DataFile]]:
    """`files` in even parts of up to about TASK_BYTES, a multiple of `multiple` if there are files enough."""
    files = sorted(files, key=lambda file: -file.size_bytes)
    least = math.ceil(sum(file.size_bytes for file in files) / TASK_BYTES)
    wanted = math.ceil(least / multiple) * multiple
    parts: list[list[DataFile]] = [[] for _ in range(min(wanted, len(files)))]
    sizes = [0] * len(parts)
    for file in files:
        smallest = sizes.index(min(sizes))
        parts[smallest].append(file)
        sizes[smallest] += file.size_bytes
    return parts
