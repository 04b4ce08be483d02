"""What a session is set to, without starting Spark."""

import pytest

from conf.cores import usable_cores
from conf.settings import Settings
from conf.spark_conf import DELTA_PACKAGE, S3A_PACKAGES, common_conf, local_conf


def test_local_spark_tries_a_task_four_times() -> None:
    assert local_conf(Settings(cores=3))["spark.master"] == "local[3,4]"


def test_zero_cores_are_all_that_this_process_may_use() -> None:
    assert usable_cores(0) >= 1
    assert usable_cores(5) == 5


def test_only_a_lake_in_s3_loads_the_packages_for_s3() -> None:
    assert local_conf(Settings(landing="s3://b/landing"))["spark.jars.packages"] == DELTA_PACKAGE
    conf = local_conf(Settings(lake="s3://b/lake"))
    assert conf["spark.jars.packages"] == ",".join((DELTA_PACKAGE, *S3A_PACKAGES))
    assert conf["spark.hadoop.fs.s3.impl"].endswith("S3AFileSystem")


def test_a_cluster_keeps_its_own_master_jars_and_s3(monkeypatch: pytest.MonkeyPatch) -> None:
    conf = common_conf(Settings(lake="s3://b/lake"))
    assert not {"spark.master", "spark.jars.packages", "spark.hadoop.fs.s3.impl"} & set(conf)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9000")
    assert "spark.hadoop.fs.s3.impl" in common_conf(Settings(lake="s3://b/lake"))
