"""What a session is set to, without starting Spark."""

import re

import pytest

from conf.cores import cluster_cores, usable_cores
from conf.errors import SettingsError
from conf.settings import Settings
from conf.spark_conf import S3A_PACKAGES, common_conf, local_conf, package_conf, s3_conf


def test_local_spark_tries_a_task_four_times() -> None:
    assert local_conf(Settings(cores=3))["spark.master"] == "local[3,4]"


def test_zero_cores_are_all_that_this_process_may_use() -> None:
    assert usable_cores(0) >= 1
    assert usable_cores(5) == 5


def test_only_a_lake_in_s3_loads_the_packages_for_s3() -> None:
    assert package_conf(Settings(landing="s3://b/landing")) == {}
    conf = package_conf(Settings(lake="s3://b/lake"))
    assert conf["spark.jars.packages"] == ",".join(S3A_PACKAGES)
    assert conf["spark.hadoop.fs.s3.impl"].endswith("S3AFileSystem")


def test_the_stream_needs_no_jars_and_no_s3_of_sparks() -> None:
    conf = local_conf(Settings(lake="s3://b/lake")) | common_conf()
    assert not [name for name in conf if "jars" in name or "s3" in name or "delta" in conf[name].lower()]


def test_a_cluster_keeps_its_own_master_jars_and_s3(monkeypatch: pytest.MonkeyPatch) -> None:
    conf = common_conf() | s3_conf(Settings(lake="s3://b/lake"))
    assert not {"spark.master", "spark.jars.packages", "spark.hadoop.fs.s3.impl"} & set(conf)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9000")
    assert "spark.hadoop.fs.s3.impl" in s3_conf(Settings(lake="s3://b/lake"))


def test_no_key_is_in_the_conf_and_what_is_called_like_one_is_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    for name in names:
        monkeypatch.setenv(name, "not-for-others")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9000")
    settings = Settings(lake="s3://b/lake")
    conf = local_conf(settings) | package_conf(settings) | common_conf() | s3_conf(settings)
    assert "not-for-others" not in str(conf)
    assert conf["spark.ui.enabled"] == "false"
    assert (conf["spark.driver.host"], conf["spark.driver.bindAddress"]) == ("127.0.0.1", "127.0.0.1")
    redacted = conf["spark.redaction.regex"]
    assert all(re.search(redacted, f"spark.executorEnv.{name}") for name in names)
    assert all(
        re.search(redacted, f"spark.hadoop.fs.s3a.{key}") for key in ("access.key", "secret.key", "session.token")
    )
    assert not any(re.search(redacted, name) for name in conf if name != "spark.redaction.regex")


def test_an_endpoint_with_a_password_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://user:hunter2@127.0.0.1:9000")
    with pytest.raises(SettingsError, match="AWS_ENDPOINT_URL") as e:
        s3_conf(Settings(lake="s3://b/lake"))
    assert "hunter2" not in str(e.value)


def test_a_batch_is_cut_for_all_executors_that_a_cluster_may_give() -> None:
    dynamic = {"spark.dynamicAllocation.enabled": "true", "spark.executor.cores": "4"}
    assert cluster_cores(dynamic | {"spark.dynamicAllocation.maxExecutors": "3"}, now=4) == 12
    assert cluster_cores({"spark.executor.instances": "2", "spark.executor.cores": "4"}, now=1) == 8
    assert cluster_cores(dynamic | {"spark.dynamicAllocation.maxExecutors": "infinity"}, now=4) == 4
    assert cluster_cores(dynamic | {"spark.executor.instances": "1"}, now=5) == 5
    assert cluster_cores({}, now=2) == 2
