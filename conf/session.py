"""The one place that makes a Spark session: UTC, and quiet."""

from pathlib import Path
from typing import TYPE_CHECKING

from conf.errors import SparkStartError
from conf.jvm import is_submitted, start_jvm
from conf.settings import Settings
from conf.spark_conf import common_conf, local_conf, package_conf, s3_conf

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def spark_session(settings: Settings, *, app_name: str, log_path: Path, writes_lake: bool = False) -> "SparkSession":
    """A Spark session for `settings`; raises JavaError or SparkStartError.

    `writes_lake`: whether Spark itself writes into the lake, for which it needs S3A where that is in S3; tables are
    read and written without it.

    Under spark-submit, or beside a running Spark context, it takes the master and jars that are there.
    Else Spark is local, and all that its JVM and Python workers print is appended to `log_path`.
    """
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    conf = common_conf() | (s3_conf(settings) if writes_lake else {})
    if SparkContext._active_spark_context is None and not is_submitted():
        conf = local_conf(settings) | (package_conf(settings) if writes_lake else {}) | conf
        if SparkContext._gateway is None:
            start_jvm(conf, log_path)
    try:
        return SparkSession.builder.appName(app_name).config(map=dict(conf)).getOrCreate()
    except Exception as error:
        log = "the driver's log" if is_submitted() else log_path
        raise SparkStartError(f"Spark did not start: {_reason(error)}; see {log}.") from error


def _reason(error: Exception) -> str:
    """The error's first line, without py4j's preface."""
    text = str(getattr(error, "java_exception", None) or error) or type(error).__name__
    return text.splitlines()[0][:300].rstrip(".")
