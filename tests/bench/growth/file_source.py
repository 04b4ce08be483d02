"""Spark's own file source with so many files seen: its micro-batches of ten new files, as one line of JSON.

`python -m tests.bench.growth.file_source seed|watch LANDING CHECKPOINT FILES|BATCHES`. `seed` makes empty files and a
checkpoint that has seen them all, by one batch that reads nothing; `watch` goes on from there, as a restart would.
A batch only counts its rows: it has no features and no table, where ours has both.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import psutil
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from conf.cores import usable_cores
from tests.bench.growth.dropping import FILES, drop, durations, wait_idle, wait_until
from tests.bench.notebook import SCHEMA, reader
from tests.bench.watching import MB

FOLDER = 1_000


def seed(landing: Path, checkpoint: Path, files: int) -> None:
    for number in range(files):
        folder = landing / f"{number // FOLDER:06}"
        if number % FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"photo-{number:012}.jpg").touch()
    spark = session()
    spark.conf.set("spark.sql.sources.parallelPartitionDiscovery.parallelism", 8)  # else 10,000 tasks
    query = start(spark, landing, checkpoint, lambda _rows, _batch: None, most=files)
    query.processAllAvailable()
    drop(landing, "last", lambda _: b"x")  # a restart begins with the last batch, and that is not all the files
    query.processAllAvailable()
    query.stop()


def watch(landing: Path, checkpoint: Path, batches: int) -> None:
    seen: list[int] = []
    spark = session()
    began = time.perf_counter()
    drop(landing, "batch-0", lambda _: b"x")
    query = start(spark, landing, checkpoint, lambda rows, _batch: seen.append(rows.count()), most=FILES)
    wait_until(lambda: sum(seen) >= FILES, query)
    restart_s = time.perf_counter() - began
    for number in range(1, batches + 1):
        drop(landing, f"batch-{number}", lambda _: b"x")
        wait_until(lambda number=number: sum(seen) >= (number + 1) * FILES, query)  # type: ignore[misc]
    wait_idle(query)
    found = durations(query) | {"restart_s": restart_s, "rss_mb": _jvm_mb()}
    query.stop()
    print(json.dumps(found))


def session() -> SparkSession:
    return (
        SparkSession.builder.appName("file source")
        .master(f"local[{usable_cores()}]")
        .config("spark.driver.memory", "4g")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )


def start(spark: SparkSession, landing: Path, checkpoint: Path, append: Any, most: int) -> StreamingQuery:
    files: DataFrame = reader(spark.readStream).schema(SCHEMA).option("maxFilesPerTrigger", most).load(str(landing))
    writer = files.select("path", "length").writeStream.foreachBatch(append).trigger(processingTime="1 seconds")
    return writer.option("checkpointLocation", str(checkpoint)).start()


def _jvm_mb() -> float:
    processes = [process for process in psutil.Process().children() if "java" in process.name()]
    return float(sum(process.memory_info().rss for process in processes)) / MB


if __name__ == "__main__":
    {"seed": seed, "watch": watch}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
