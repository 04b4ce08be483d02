"""A session that is started for real, in a process of its own; and starts that fail."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ROUND_TRIP = """
import sys
from pathlib import Path
from pyspark.sql import functions as F
from conf.session import spark_session
from conf.settings import Settings

scratch = Path(sys.argv[1])
spark = spark_session(Settings(cores=1), app_name="test", log_path=scratch / "logs" / "spark.log")

@F.udf("string")
def worker(number):
    print("a line from the worker", file=sys.stderr)
    return sys.executable

t = F.lit("2024-07-01").cast("timestamp").alias("t")
rows = spark.range(3).select("id", worker("id").alias("python"), t)
rows.write.parquet(str(scratch / "table"))
read = spark.read.parquet(str(scratch / "table"))
assert read.count() == 3
assert read.first().python == sys.executable
assert read.select(F.unix_timestamp("t")).first()[0] == 1719792000
assert spark.sparkContext.master == "local[1,4]"
spark.stop()
print("done")
"""

NO_START = """
import os, sys
from pathlib import Path
from conf.errors import UserError
from conf.jvm import start_jvm

try:
    start_jvm({conf}, Path(sys.argv[1]) / "spark.log")
except UserError as error:
    print(error)
"""


def run(code: str, scratch: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, str(scratch)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.spark
def test_rows_are_written_and_read_and_the_terminal_stays_clean(tmp_path: Path) -> None:
    done = run(ROUND_TRIP, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    assert "a line from the worker" in (tmp_path / "logs" / "spark.log").read_text()


@pytest.mark.spark
def test_a_jvm_that_ends_at_once_is_one_sentence_with_the_log(tmp_path: Path) -> None:
    done = run(NO_START.format(conf={"spark.driver.memory": "nonsense"}), tmp_path)
    log = tmp_path / "spark.log"
    assert (done.stdout, done.stderr) == (
        f"Spark's JVM ended before it was ready; see the end of {log}.\n",
        "",
    )
    assert log.stat().st_size


@pytest.mark.spark
def test_jars_that_can_not_be_fetched_are_named(tmp_path: Path) -> None:
    packages = {
        "spark.jars.packages": "io.delta:no-such-package:0",
        "spark.jars.ivySettings": str(tmp_path / "ivy.xml"),
    }
    # A resolver that looks into an empty folder: nothing is asked of the network.
    (tmp_path / "ivy.xml").write_text(
        "<ivysettings><settings defaultResolver='here'/><resolvers><filesystem name='here'>"
        f"<artifact pattern='{tmp_path}/[artifact].[ext]'/></filesystem></resolvers></ivysettings>"
    )
    done = run(NO_START.format(conf=packages), tmp_path)
    assert done.stdout.startswith("Spark's packages io.delta:no-such-package:0 can't be fetched (tried: ")
    assert done.stderr == ""


def test_a_log_that_can_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "spark.log").mkdir()
    done = run(NO_START.format(conf={}), tmp_path)
    assert done.stdout == f"Spark's log {tmp_path / 'spark.log'} can't be written: Is a directory.\n"
