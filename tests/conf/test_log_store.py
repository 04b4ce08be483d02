"""Delta's log in S3 as Spark writes it: nobody's commit is replaced, and a lost answer is not taken for a refusal."""

import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyspark import SparkContext
from pyspark.sql import SparkSession

from conf.log_store import commits_are_conditional, log_store_conf
from conf.s3 import delta_storage_options
from tests.conftest import ROOT
from tests.servers.aws_variables import use_server
from tests.servers.faults import Hold, Lose
from tests.servers.fixtures import S3
from tests.servers.proxy import Matches, proxied


class AnotherSpark:
    """A JVM in which everything is a package, and a session that was set to nothing."""

    def __getattr__(self, name: str) -> "AnotherSpark":
        return self

    def __call__(self, *_: object) -> None:
        raise TypeError("'JavaPackage' object is not callable")


def test_a_spark_that_can_not_compile_it_goes_on_without_and_that_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(SparkContext, "_ensure_initialized", lambda: None)
    monkeypatch.setattr(SparkContext, "_jvm", AnotherSpark())
    assert log_store_conf(tmp_path) == {}
    assert "the log store of Verger can't be used with this Spark: 'JavaPackage' object" in caplog.text


def test_a_session_without_it_is_known() -> None:
    session = SimpleNamespace(sparkContext=SimpleNamespace(getConf=dict))
    assert not commits_are_conditional(cast("SparkSession", session), "s3://bucket/lake")


def put_of(name: str) -> Matches:
    return lambda asked: asked.method == "PUT" and asked.target.partition("?")[0].endswith(f"/lake/{name}")


@pytest.mark.spark
@pytest.mark.s3
@pytest.mark.fault
def test_a_commit_is_put_where_none_is_or_not_at_all(
    s3_server: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = f"s3://{s3_server.bucket}/lake"
    for name in ("there", "taken-and-lost"):
        s3_server.client.put_object(Bucket=s3_server.bucket, Key=f"lake/{name}", Body=b"somebody's\n")
    with proxied(s3_server.server) as proxy:
        use_server(monkeypatch, proxy.server)
        lost = [proxy.fail(Lose(), put_of(name), times=2) for name in ("lost", "taken-and-lost")]
        held = proxy.fail(Hold(), put_of(f"table/_delta_log/{2:020}.json"), times=1)
        command = [sys.executable, "-m", "tests.conf.log_store_uses", lake, str(tmp_path)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as uses:
            until = time.monotonic() + 200
            while not held.hits and uses.poll() is None:
                assert time.monotonic() < until
                time.sleep(0.1)
            append(lake, s3_server)
            held.lift()
            said, _ = uses.communicate(timeout=200)
    found = json.loads(said)
    assert [rule.hits for rule in lost] == [2, 2]
    taken = "java.nio.file.FileAlreadyExistsException"
    assert found == {
        "new": "written",
        "there": taken,
        "lost": "written",
        "taken-and-lost": taken,
        "again": taken,
        "replaced": "written",
        "conditional": True,
    }
    assert {name: read(s3_server, name) for name in found if name not in {"again", "replaced", "conditional"}} == {
        "new": "mine\n",
        "there": "yours\n",
        "lost": "mine\n",
        "taken-and-lost": "somebody's\n",
    }
    table = DeltaTable(f"{lake}/table", storage_options=past_the_proxy(s3_server))
    assert (table.version(), table.to_pyarrow_table().num_rows) == (6, 3 * 5 + 1)
    assert '"operation":"OPTIMIZE"' in read(s3_server, f"table/_delta_log/{5:020}.json")


def append(lake: str, s3: S3) -> None:
    """The commit that Spark's is held up for, by somebody else."""
    row = pa.table({"id": pa.array([7])})
    write_deltalake(f"{lake}/table", row, mode="append", storage_options=past_the_proxy(s3))


def past_the_proxy(s3: S3) -> dict[str, str]:
    return delta_storage_options() | {"AWS_ENDPOINT_URL": s3.server.endpoint}


def read(s3: S3, name: str) -> str:
    return str(s3.client.get_object(Bucket=s3.bucket, Key=f"lake/{name}")["Body"].read(), "utf-8")
