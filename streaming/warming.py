"""What a local stream's first batch needs, started while Spark still plans it: its rows are there sooner."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import SparkSession

from conf.worker_path import keep_spark_archives

if TYPE_CHECKING:
    from pyspark.core.broadcast import Broadcast


def warm_up(spark: SparkSession, model: "Broadcast[bytes]", model_id: str) -> threading.Thread:
    """Let a worker for each core load the model and what writes data files.

    In a daemon thread, which nobody needs to wait for. What goes wrong here goes wrong in the first batch, too, and is
    told there.
    """
    cores = spark.sparkContext.defaultParallelism

    def load(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from streaming import data_file  # noqa: F401
        from streaming.featurize.memory import give_memory_back
        from streaming.featurize.model import load_model

        keep_spark_archives()
        give_memory_back()
        load_model(model.value, model_id)
        yield from batches

    rows = spark.range(0, cores, 1, cores).mapInArrow(load, "id long")

    def warm() -> None:
        with suppress(Exception):
            rows.collect()

    thread = threading.Thread(target=warm, name="warm-up", daemon=True)
    thread.start()
    return thread
