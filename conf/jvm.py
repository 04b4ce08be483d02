"""Starts the JVM of a local Spark, with its output in a log file instead of the terminal, and ends it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from conf.class_archive import class_archive, is_recording
from conf.errors import SparkStartError
from conf.java import check_java

_JAVA_OPTIONS = "spark.driver.extraJavaOptions"
#: What spark-submit needs of a Spark.
_SPARK_HOME = ("bin", "jars")
#: A JVM that writes its classes down as it ends gets this long.
RECORDING_EXIT_S = 180.0
#: The JVM of spark-submit hands on what is printed within this.
LAST_WORDS_S = 0.1
#: How Ivy says that a package could not be had.
_NO_JARS = (b"unresolved dependency", b"UNRESOLVED DEPENDENCIES", b"download failed", b"DOWNLOADS FAILED")


def is_submitted() -> bool:
    """Whether spark-submit started this process: its JVM is there, set up by the cluster, and our parent."""
    return "PYSPARK_GATEWAY_PORT" in os.environ


def start_jvm(conf: Mapping[str, str], log_path: Path) -> None:
    """Start the JVM that the next Spark context of this process runs in, set to `conf`.

    Ivy, log4j and the Python workers write to the JVM's output, which goes to the end of `log_path`; temporary files
    go beside it. Raises JavaError, or SparkStartError when the file can't be written, the jars can't be fetched, or
    the JVM ends.
    """
    archive, folder = class_archive(check_java()), log_path.parent.absolute()
    options = [conf.get(_JAVA_OPTIONS, ""), archive.java_options, f'"-Djava.io.tmpdir={folder}"']
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shared = is_recording() or archive.file.exists()
        _set_environment(archive.spark_home if shared else folder / "spark-home")
        with log_path.open("ab") as log:
            _launch({**conf, _JAVA_OPTIONS: " ".join(filter(None, options)), "spark.local.dir": str(folder)}, log)
    except OSError as error:
        raise SparkStartError(f"Spark's log {log_path} can't be written: {error.strerror or error}.") from error


def end_jvm() -> None:
    """Stop Spark, then the JVM that `start_jvm` made; returns when it is gone. Another one may be started then."""
    from pyspark.sql import SparkSession

    with contextlib.suppress(Exception):  # a JVM that is gone already needs no goodbye
        SparkSession.active().stop()
    process = _process()
    if process is None:  # under spark-submit the JVM is not ours to end
        return
    if is_recording() and process.stdin:
        process.stdin.close()  # the gateway leaves when its standard input ends
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(RECORDING_EXIT_S)
    process.kill()  # Spark is stopped: nothing is left to do that is worth half a second
    process.wait()
    _forget()


def kill_jvm(last_words: str = "") -> None:
    """End the JVM at once: a batch under way is undone, nothing that was committed is lost.

    Under spark-submit that is the whole job, which a cluster counts as failed and starts anew. What this process
    prints goes through that JVM, so it prints its `last_words` before.
    """
    process = _process()
    if process is not None:
        process.kill()
        process.wait()
    elif is_submitted():
        print(f"verger: {last_words}", file=sys.stderr, flush=True)  # noqa: T201
        time.sleep(LAST_WORDS_S)
        os.kill(os.getppid(), signal.SIGKILL)


def _process() -> "subprocess.Popen[bytes] | None":
    from pyspark import SparkContext

    return getattr(SparkContext._gateway, "proc", None)


def _forget() -> None:
    """What PySpark keeps of a JVM that is gone, it would go on using."""
    from pyspark import SparkContext

    SparkContext._gateway = SparkContext._jvm = None


def _set_environment(spark_home: Path) -> None:
    """This Python for the workers (Spark takes `python3` from the PATH), and the Spark that pip installed.

    Without its `python` folder: from there Spark would put its Python sources on the workers' path as an archive, whose
    modules each of some ten processes compiles anew, for half a second each. They are installed beside us anyway.
    """
    import pyspark

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.pop("SPARK_REMOTE", None)  # another Spark
    spark_home.mkdir(exist_ok=True)
    for entry in Path(pyspark.__file__).parent.iterdir():
        if entry.name in _SPARK_HOME and not (spark_home / entry.name).exists():
            (spark_home / entry.name).symlink_to(entry)
    os.environ["SPARK_HOME"] = str(spark_home)


def _launch(conf: Mapping[str, str], log: BinaryIO) -> None:
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkRuntimeError
    from pyspark.java_gateway import launch_gateway

    start = log.seek(0, os.SEEK_END)
    spark_conf = SparkConf(loadDefaults=False).setAll(list(conf.items()))
    try:
        gateway = launch_gateway(spark_conf, {"stdout": log, "stderr": log})  # type: ignore[no-untyped-call]
    except PySparkRuntimeError as error:
        raise SparkStartError(_what_happened(conf, Path(log.name), start)) from error
    # spark-submit puts the jars on Python's path too: each task would read their directories anew, for 0.3 s.
    gateway.jvm.java.lang.System.clearProperty("spark.submit.pyFiles")
    SparkContext._ensure_initialized(gateway=gateway)


def _what_happened(conf: Mapping[str, str], log_path: Path, start: int) -> str:
    with log_path.open("rb") as log:
        log.seek(start)
        output = log.read()
    if any(sign in output for sign in _NO_JARS):
        return (
            f"Spark's packages {conf.get('spark.jars.packages')} can't be fetched (tried: the caches "
            f"~/.ivy2.5.2 and ~/.m2, Maven Central): run once where the network reaches it; see {log_path}."
        )
    return f"Spark's JVM ended before it was ready; see the end of {log_path}."
