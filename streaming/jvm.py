"""Ends the JVM that PySpark started, and what hangs on it."""

import contextlib
import subprocess

from pyspark import SparkContext
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

#: A JVM that was asked to end gets this long.
EXIT_S = 10.0


def end(query: StreamingQuery) -> None:
    """Stop a query that is between two batches, then Spark, then the JVM; returns when it is gone."""
    with contextlib.suppress(Exception):  # a JVM that is gone already needs no goodbye
        query.stop()
        SparkSession.active().stop()
    process = _process()
    if process is None:  # under spark-submit the JVM is not ours to end
        return
    if process.stdin:
        process.stdin.close()  # the gateway leaves when its standard input ends
    try:
        process.wait(EXIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def kill() -> None:
    """End the JVM at once: a batch under way is undone, nothing that was committed is lost."""
    process = _process()
    if process is not None:
        process.kill()
        process.wait()


def _process() -> "subprocess.Popen[bytes] | None":
    return getattr(SparkContext._gateway, "proc", None)
