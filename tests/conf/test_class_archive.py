"""A JVM that starts on kept classes; recording them leaves one whole archive or the old one."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conf.class_archive import class_archive, is_recording, recording
from conf.java import check_java
from conf.jvm import end_jvm, start_jvm
from conf.settings import Settings
from conf.spark_conf import common_conf, local_conf


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python environment without any archive."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path / "spark"


def test_recorded_once_it_is_read_and_older_ones_are_gone(environment: Path) -> None:
    assert class_archive(check_java()).java_options == ""
    (environment / "old").mkdir(parents=True)
    with recording() as archive:
        assert is_recording()
        assert archive.java_options == f"-XX:ArchiveClassesAtExit={archive.part}"
        archive.part.touch()  # as the JVM does when it ends
    assert not is_recording()
    assert list(environment.iterdir()) == [archive.spark_home]
    assert class_archive(check_java()).java_options == f"-XX:SharedArchiveFile={archive.file}"


def test_a_recording_that_fails_leaves_the_old_one(environment: Path) -> None:
    (environment / "old").mkdir(parents=True)
    with pytest.raises(FileNotFoundError), recording() as archive:
        pass  # the JVM was killed
    assert not is_recording()
    assert archive.java_options == ""
    assert (environment / "old").exists()


@pytest.fixture
def _jvm_ends() -> Iterator[None]:
    before = dict(os.environ)
    yield
    end_jvm()
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.spark
@pytest.mark.usefixtures("_jvm_ends")
def test_spark_comes_from_the_archive(tmp_path: Path) -> None:
    if not class_archive(check_java()).file.exists():
        message = "no classes are recorded: python -m streaming.demo.rehearsal"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(message)
        pytest.skip(message)
    loaded = tmp_path / "loaded.txt"
    conf = local_conf(Settings(cores=1)) | common_conf()
    conf["spark.driver.extraJavaOptions"] += f" -Xlog:class+load:file={loaded}"
    start_jvm(conf, tmp_path / "spark.log")
    from pyspark.sql import SparkSession

    SparkSession.builder.config(map=dict(conf)).getOrCreate()
    shared = [line.split()[1] for line in loaded.read_text().splitlines() if "shared objects file (top)" in line]
    assert "org.apache.spark.SparkContext" in shared
    assert len(shared) > 5000
