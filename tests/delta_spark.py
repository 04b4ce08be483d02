"""Spark with its own Delta, as users have it: an independent reader of our tables, which need none themselves."""

from pyspark.sql import SparkSession

from conf.cores import usable_cores
from conf.spark_conf import IN_SPARK

PACKAGE = "io.delta:delta-spark_4.1_2.13:4.2.0"
CONF = {
    "spark.jars.packages": PACKAGE,
    "spark.jars.excludes": ",".join(IN_SPARK),
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def delta_session(app_name: str, memory: str = "1g") -> SparkSession:
    """On all cores of this machine."""
    builder = SparkSession.builder.appName(app_name).master(f"local[{usable_cores()}]")
    return builder.config("spark.driver.memory", memory).config(map=dict(CONF)).getOrCreate()
