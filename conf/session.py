"""The one place that makes a Spark session: Delta, UTC, and quiet."""

from pathlib import Path
from typing import TYPE_CHECKING

from conf.errors import SparkStartError
from conf.jvm import is_submitted, start_jvm
from conf.locations import is_s3
from conf.log_store import log_store_conf
from conf.settings import Settings
from conf.spark_conf import common_conf, local_conf, package_conf, table_conf

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def spark_session(settings: Settings, *, app_name: str, log_path: Path, tables: bool = True) -> "SparkSession":
    """A Spark session for `settings`; raises JavaError or SparkStartError.

    `tables`: whether it reads or writes Delta tables itself. Without, it needs no jars beside Spark's own.

    Under spark-submit, or beside a running Spark context, it takes the master and jars that are there.
    Else Spark is local, and all that its JVM and Python workers print is appended to `log_path`.
    """
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    conf = common_conf() | (table_conf(settings) if tables else {})
    if SparkContext._active_spark_context is None:
        if not is_submitted():
            conf = local_conf(settings) | (package_conf(settings) if tables else {}) | conf
            if SparkContext._gateway is None:
                start_jvm(conf, log_path)
        if tables and is_s3(settings.lake):
            conf |= log_store_conf(log_path.parent / "log-store")
    try:
        return SparkSession.builder.appName(app_name).config(map=dict(conf)).getOrCreate()
    except Exception as error:
        log = "the driver's log" if is_submitted() else log_path
        raise SparkStartError(f"Spark did not start: {_reason(error)}; see {log}.") from error


def _reason(error: Exception) -> str:
    """The error's first line, without py4j's preface."""
    text = str(getattr(error, "java_exception", None) or error) or type(error).__name__
    return text.splitlines()[0][:300].rstrip(".")
