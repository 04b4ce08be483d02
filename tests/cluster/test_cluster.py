"""The packed service on a cluster of processes, its data in S3, as an executor and then its driver are killed."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from deltalake import DeltaTable

from conf.load import load_settings
from conf.s3 import delta_storage_options
from streaming.demo.broken import draw_broken
from tests.cluster.gate import Gate
from tests.cluster.job import LOST, Driver
from tests.cluster.machines import Cluster, cluster, wait_for_executors
from tests.conftest import ROOT
from tests.servers.aws_variables import forget_clients, use_server
from tests.servers.moto import moto
from tests.servers.server import REGION, Server
from tests.streaming.service import assert_versions, kill_group

pytestmark = [pytest.mark.spark, pytest.mark.s3, pytest.mark.fault]

PICTURES, BATCH = 400, 150
BUCKET = "cluster"
EMR_TOML = f"""
landing = "s3://{BUCKET}/landing/"
lake = "s3://{BUCKET}/lake"
weights = "s3://{BUCKET}/releases/1/model.zip"
max_objects_per_batch = {BATCH}
fetch_timeout_s = 120
"""


@pytest.fixture
def gate() -> Gate:
    """Holds reads of pictures."""
    return Gate("/landing/")


@pytest.fixture
def server(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """An S3 of this test's own."""
    with moto(gate) as server:
        use_server(monkeypatch, server)
        yield server
        gate.let(float("inf"))
    forget_clients()


@pytest.fixture
def machines(tmp_path: Path, server: Server) -> Iterator[Cluster]:
    """Two workers of one core."""
    folder = tmp_path / "machines"
    with cluster(folder, server.variables()) as machines:
        yield machines
    shutil.rmtree(folder, ignore_errors=True)


def test_the_law_holds_though_an_executor_and_the_driver_are_killed(
    dist: Path, fruits: Path, tmp_path: Path, server: Server, gate: Gate, machines: Cluster
) -> None:
    count = put(server.client(), dist, fruits, tmp_path / "broken")
    config = f"s3://{BUCKET}/releases/1/emr.toml"
    driver = Driver.on(machines, dist, server.variables(), load_settings(config).settings)
    stream = driver.submit("stream", "--drain", "--config", config)
    try:
        gate.wait_until_held()
        executors = wait_for_executors(machines, 2)
        assert_only_packed(machines)
        executors[0].kill()  # in the middle of the first batch
        gate.let(BATCH + 40)
        gate.wait_until_held()
        assert len(rows("features")) == BATCH, driver.printed()
        assert LOST in driver.printed()  # it was at work
    finally:
        kill_group(stream)  # in the middle of the second
    gate.let(float("inf"))
    assert driver.submit("stream", "--drain", "--config", config).wait(240) == 0, driver.printed()
    assert_law(count)
    assert driver.submit("refit", "--config", config).wait(240) == 0, driver.printed()
    status = read_status()
    assert (status["law_holds"], status["versions"], status["pending"]) == (True, count, 0)
    assert status["ok"] + sum(status["rejected"].values()) == count
    assert status["last_refit"]
    assert "Traceback" not in driver.printed()


def put(client: Any, dist: Path, fruits: Path, scratch: Path) -> int:
    """The release, and pictures of which some are broken; how many pictures."""
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_object(Bucket=BUCKET, Key="releases/1/emr.toml", Body=EMR_TOML.encode())
    client.put_object(Bucket=BUCKET, Key="releases/1/model.zip", Body=(dist / "model.zip").read_bytes())
    pictures = sorted((fruits / "images").glob("*/*.jpg"))[:: 2400 // PICTURES]
    draw_broken(scratch)
    broken = [path for path in sorted(scratch.iterdir()) if path.is_file()]
    for picture in (*pictures, *broken):
        key = f"landing/{picture.parent.name}/{picture.name}"
        client.put_object(Bucket=BUCKET, Key=key, Body=picture.read_bytes())
    return len(pictures) + len(broken)


def assert_only_packed(machines: Cluster) -> None:
    """Executors run the archive's Python and libraries, and what is on its path is Spark's or the archive's."""
    until = time.monotonic() + 120
    while not any("obstore" in file for p in machines.python_workers() for file in libraries(p)):
        assert time.monotonic() < until
        time.sleep(0.2)
    sparks = (f"{machines.home}/", f"{(machines.home / 'jars').resolve()}/")
    for worker in machines.python_workers():
        with suppress(psutil.NoSuchProcess):  # one that had nothing to do has ended
            assert_packed(worker, machines, sparks)


def assert_packed(worker: psutil.Process, machines: Cluster, sparks: tuple[str, ...]) -> None:
    with worker.oneshot():
        assert worker.cmdline()[0] == "./environment/bin/python"
        assert worker.cwd().startswith(str(machines.folder))
        path = [entry for entry in worker.environ()["PYTHONPATH"].split(":") if entry]
        assert all(entry.startswith((*sparks, worker.cwd())) for entry in path), path
        assert all(file.startswith(str(machines.folder)) for file in libraries(worker))


def libraries(process: psutil.Process) -> set[str]:
    """The compiled modules of installed packages that a process has loaded."""
    with suppress(psutil.NoSuchProcess):
        return {found.path for found in process.memory_maps() if "site-packages" in found.path}
    return set()


def read_status() -> dict[str, Any]:
    """`verger status`, in a process of its own: delta-rs may hold this one, which the server needs to answer it."""
    ask = [sys.executable, "-m", "verger", "status", "--json", "--lake", f"s3://{BUCKET}/lake"]
    found: dict[str, Any] = json.loads(subprocess.run(ask, check=False, capture_output=True, cwd=ROOT).stdout)
    return found


def rows(table: str) -> list[dict[str, Any]]:
    """A table's rows in the order of `seq`, without the features."""
    found = DeltaTable(f"s3://{BUCKET}/lake/tables/{table}", storage_options=delta_storage_options())
    columns = [field.name for field in found.schema().fields if field.name != "features"]
    ordered: list[dict[str, Any]] = found.to_pyarrow_table(columns=columns).sort_by("seq").to_pylist()
    return ordered


def assert_law(count: int) -> None:
    """Every announcement has one row; each picture is one version, and terminal."""
    ledger, features = rows("ledger"), rows("features")
    assert [row["seq"] for row in ledger] == list(range(1, len(ledger) + 1))
    assert [(row["seq"], row["path"], row["etag"]) for row in features] == [
        (row["seq"], row["path"], row["etag"]) for row in ledger
    ]
    assert_versions(ledger)
    assert len({row["path"] for row in features}) == count
    assert sum(row["status"] in {"ok", "rejected"} for row in features) == count
