"""What a local stream's first batch needs, started while Spark still plans it: its rows are there 2 s earlier."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import Column, SparkSession

from conf.worker_path import keep_spark_archives

if TYPE_CHECKING:
    from pyspark.core.broadcast import Broadcast


def warm_up(spark: SparkSession, model: "Broadcast[bytes]", model_id: str, throwaway: Path) -> threading.Thread:
    """Write a row from each core to a Delta table at `throwaway`: its workers load the model, the JVM Delta's writer.

    In a daemon thread, which nobody needs to wait for. What goes wrong here goes wrong in the first batch, too, and is
    told there.
    """
    cores, load = spark.sparkContext.defaultParallelism, _loading(model, model_id)("id")

    def write() -> None:
        with suppress(Exception):
            rows = spark.range(0, cores, 1, cores).select(load.alias("id"))
            rows.write.format("delta").save(f"file://{throwaway}")

    thread = threading.Thread(target=write, name="warm-up", daemon=True)
    thread.start()
    return thread


def _loading(model: "Broadcast[bytes]", model_id: str) -> Callable[..., Column]:
    from pyspark.sql.pandas.functions import arrow_udf

    def load(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        from streaming.featurize.memory import give_memory_back
        from streaming.featurize.model import load_model

        keep_spark_archives()
        give_memory_back()
        load_model(model.value, model_id)
        yield from batches

    udf: Callable[..., Column] = arrow_udf(load, "long")  # type: ignore[call-overload]
    return udf
