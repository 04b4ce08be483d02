"""What a Spark session does with Delta's log in S3, in a line of JSON: `python -m tests.conf.log_store_uses LAKE WORK`.

The log's files are named for what happens to the requests that put them.
"""

import json
import sys
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from conf.jvm import end_jvm
from conf.log_store import commits_are_conditional
from conf.session import spark_session
from conf.settings import Settings


def write(spark: SparkSession, uri: str, line: str, *, overwrite: bool = False) -> str:
    """Put one line there through the log store; the class of the error, or "written"."""
    context = spark.sparkContext
    jvm: Any = context._jvm
    hadoop = context._jsc.hadoopConfiguration()
    store = jvm.verger.ConditionalLogStore(hadoop)
    lines = jvm.java.util.ArrayList()
    lines.add(line)
    try:
        store.write(jvm.org.apache.hadoop.fs.Path(uri), lines.iterator(), overwrite, hadoop)
    except Py4JJavaError as error:
        return str(error.java_exception.getClass().getName())
    return "written"


def main(lake: str, work: Path) -> None:
    spark = spark_session(Settings(lake=lake, cores=1), app_name="test", log_path=work / "spark.log")
    found: dict[str, object] = {
        name: write(spark, f"{lake}/{name}", "mine") for name in ("new", "there", "lost", "taken-and-lost")
    }
    found["again"] = write(spark, f"{lake}/new", "yours")
    found["replaced"] = write(spark, f"{lake}/there", "yours", overwrite=True)
    table = f"{lake}/table"
    commit = spark.range(3).write.format("delta").mode("append")
    for _ in range(4):
        commit.save(table)
    spark.sql(f"OPTIMIZE delta.`{table}`")
    commit.save(table)
    found["conditional"] = commits_are_conditional(spark, lake)
    end_jvm()
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
