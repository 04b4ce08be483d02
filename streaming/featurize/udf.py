"""The one Arrow UDF of the stream: announcements in; out the data files with their rows, which it has written."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa

from conf.failpoints import failpoint
from conf.worker_path import keep_spark_archives
from streaming.data_file import write_data_files
from streaming.featurize.arrays import result_array, strings
from streaming.featurize.feature_rows import feature_rows
from streaming.featurize.isolation.bounds import Bounds
from streaming.featurize.limits import Limits
from streaming.featurize.rows import Announced, FetchLimits, featurize_rows

if TYPE_CHECKING:
    from pyspark.core.broadcast import Broadcast
    from pyspark.sql import DataFrame

#: Rows made at a time: 64 x 1,280 floats are 330 KB.
_ROWS = 64


@dataclass(frozen=True)
class FeaturizeOptions:
    """`landing`: as open_store takes it. `read_ahead`: reads before the decoder; `max_attempts`: of a version."""

    landing: str
    limits: Limits
    bounds: Bounds
    fetch_timeout_s: float
    read_ahead: int
    max_attempts: int


def featurized(
    announcements: "DataFrame", model: "Broadcast[bytes]", model_id: str, options: FeaturizeOptions, table: str
) -> "DataFrame":
    """The data files (column `file`: a DataFile as JSON) that hold the rows of these announcements.

    They lie below `table` (a path or URI), and belong to it when they are committed.

    Bad data is a row `rejected`, a store that doesn't answer a row `deferred`. A picture may end the worker: the next
    attempt at the task gives that one, too, its row. Running a task again is safe: what it wrote before counts for
    nothing until somebody commits it.
    """
    from pyspark import TaskContext

    def featurize(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        keep_spark_archives()
        task = TaskContext.get()
        retry = task is not None and task.attemptNumber() > 0
        if announced := list(batches):
            rows = rows_of(pa.Table.from_batches(announced), model.value, model_id, options, retry=retry)
            for file in write_data_files(table, rows):
                yield pa.RecordBatch.from_arrays([strings([file.to_json()], pa.string())], ["file"])

    return announcements.mapInArrow(featurize, "file string")


def rows_of(
    announced: pa.Table, tflite: bytes, model_id: str, options: FeaturizeOptions, *, retry: bool
) -> Iterator[pa.Table]:
    """The rows of `features` for the announcements (columns of `ledger`), in order, some at a time.

    `retry`: the task was tried before.
    """
    from streaming.featurize.isolation.guarded import Guarded
    from streaming.featurize.isolation.isolated import Isolated
    from streaming.featurize.isolation.suspects import suspects
    from streaming.featurize.memory import give_memory_back
    from streaming.featurize.model import load_model
    from streaming.stores.opening import open_store

    give_memory_back()
    store = open_store(options.landing)
    fetch = FetchLimits(options.fetch_timeout_s, options.read_ahead, options.max_attempts)
    isolated = Isolated(tflite, options.limits, options.bounds)
    guarded = Guarded(partial(load_model, tflite, model_id), isolated, options.limits, suspects(), retry=retry)
    results = featurize_rows(_announced(announced), store, guarded, options.limits, fetch)
    done = 0
    with closing(isolated), closing(results):
        while chunk := list(islice(results, _ROWS)):
            failpoint("featurizing")
            yield feature_rows(announced.slice(done, len(chunk)), result_array(chunk), model_id)
            done += len(chunk)


def _announced(rows: pa.Table) -> Iterator[Announced]:
    for path, etag, size, attempt in zip(
        *(rows[name].to_pylist() for name in ("path", "etag", "size", "attempt")), strict=True
    ):
        yield Announced(path, etag, size, attempt)
