"""The one Arrow UDF of the stream: path, etag, size, attempt in; a struct of schemas.features.RESULT out."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa

from conf.failpoints import failpoint
from conf.worker_path import keep_spark_archives
from schemas.features import RESULT
from streaming.featurize.arrays import result_array
from streaming.featurize.isolation.bounds import Bounds
from streaming.featurize.limits import Limits
from streaming.featurize.rows import Announced, FetchLimits, featurize_rows

if TYPE_CHECKING:
    from pyspark.core.broadcast import Broadcast
    from pyspark.sql import Column

#: Rows handed back at a time: 64 x 1,280 floats are 330 KB.
_ROWS = 64
Batch = tuple[pa.Array, pa.Array, pa.Array, pa.Array]


@dataclass(frozen=True)
class FeaturizeOptions:
    """`landing`: as open_store takes it. `read_ahead`: reads before the decoder; `max_attempts`: of a version."""

    landing: str
    limits: Limits
    bounds: Bounds
    fetch_timeout_s: float
    read_ahead: int
    max_attempts: int


def featurize_udf(model: "Broadcast[bytes]", model_id: str, options: FeaturizeOptions) -> Callable[..., "Column"]:
    """A scalar-iterator Arrow UDF over (path, etag, size, attempt), one struct for each row.

    Bad data is a row `rejected`, a store that doesn't answer a row `deferred`. A picture may end the worker: the
    next attempt at the task gives that one, too, its row. It writes nothing: running it again is safe.
    """
    from pyspark import TaskContext
    from pyspark.sql.pandas.functions import arrow_udf

    def featurize(batches: Iterator[tuple[pa.Array, pa.Array, pa.Array, pa.Array]]) -> Iterator[pa.Array]:
        task = TaskContext.get()
        retry = task is not None and task.attemptNumber() > 0
        return featurize_batches(batches, model.value, model_id, options, retry=retry)

    # No overload knows an iterator for a struct, which Spark documents.
    udf: Callable[..., Column] = arrow_udf(featurize, RESULT.spark())  # type: ignore[call-overload]
    return udf


def featurize_batches(
    batches: Iterator[Batch], tflite: bytes, model_id: str, options: FeaturizeOptions, *, retry: bool
) -> Iterator[pa.StructArray]:
    """Structs of RESULT_COLUMNS, as many as rows in `batches`, whose borders it reads over. `retry`: of the task."""
    from streaming.featurize.isolation.guarded import Guarded
    from streaming.featurize.isolation.isolated import Isolated
    from streaming.featurize.isolation.suspects import suspects
    from streaming.featurize.memory import give_memory_back
    from streaming.featurize.model import load_model
    from streaming.stores.opening import open_store

    keep_spark_archives()
    give_memory_back()
    store = open_store(options.landing)
    fetch = FetchLimits(options.fetch_timeout_s, options.read_ahead, options.max_attempts, store.reads_together)
    isolated = Isolated(tflite, options.limits, options.bounds)
    guarded = Guarded(partial(load_model, tflite, model_id), isolated, options.limits, suspects(), retry=retry)
    rows = featurize_rows(_announced(batches), store, guarded, options.limits, fetch)
    with closing(isolated), closing(rows):
        while chunk := list(islice(rows, _ROWS)):
            failpoint("featurizing")
            yield result_array(chunk)


def _announced(batches: Iterator[Batch]) -> Iterator[Announced]:
    for path, etag, size, attempt in batches:
        for p, e, s, a in zip(*(column.to_pylist() for column in (path, etag, size, attempt)), strict=True):
            yield Announced(p, e, s, a)
