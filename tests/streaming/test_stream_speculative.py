"""`verger stream` under spark-submit on a cluster of two hosts, with speculative execution on."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark
import pytest

from tests.cluster.machines import QUICK_JVM
from tests.conftest import ROOT
from tests.streaming.hostile.landing import clean_pictures, put_at_once
from tests.streaming.hostile.pictures import DECODER, hostile_picture, visits
from tests.streaming.service import Service, counted, kill_group

_CONF = {
    "spark.speculation": "true",
    "spark.speculation.interval": "100ms",
    "spark.speculation.multiplier": "1.1",
    "spark.speculation.quantile": "0.1",
    "spark.executor.memory": "1g",
    "spark.driver.extraJavaOptions": QUICK_JVM,
    "spark.executor.extraJavaOptions": QUICK_JVM,
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


@pytest.mark.spark
@pytest.mark.fault
@pytest.mark.faults
def test_a_slow_task_is_run_twice_and_its_rows_are_there_once(
    weights: str, fruits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, log = Service(tmp_path, weights, {"picture_timeout_s": 300, "cores": 2}), tmp_path / "visits"
    pictures = clean_pictures(fruits, 200)
    pictures["000.jpg"] = hostile_picture(pictures["000.jpg"], "slow", log)  # the decoder sleeps, once
    put_at_once(service.landing, "Fruit", pictures)
    home = tmp_path / "spark"  # where executors may have their folders
    home.mkdir()
    for part in ("bin", "jars"):
        (home / part).symlink_to(Path(pyspark.__file__).parent / part)
    monkeypatch.setenv("SPARK_HOME", str(home))
    monkeypatch.setenv("SPARK_DAEMON_JAVA_OPTS", QUICK_JVM)
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(DECODER), str(ROOT))))
    with _cluster(home) as master:
        _drain(service, home / "bin" / "spark-submit", master)
    assert counted(service.rows(), "status") == {"ok": 200}
    service.assert_law()
    assert visits(log) == ["slow first", "slow child"]  # the second attempt won


@contextmanager
def _cluster(home: Path) -> Iterator[str]:
    """A master and two workers of one core. Spark runs no second copy of a task on the same host: so they have two."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        master = f"spark://127.0.0.1:{free.getsockname()[1]}"
    address = ["--host", "127.0.0.1", "--port", master.rpartition(":")[2], "--webui-port", "0"]
    limits = ["--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", str(home / "work")]
    roles = [
        ["master.Master", *address],
        *(["worker.Worker", "--host", host, *limits, master] for host in ("127.0.0.1", "127.0.0.2")),
    ]
    with (home / "cluster.log").open("wb") as log:
        processes = [
            subprocess.Popen(
                [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{role}", *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )
            for role, *arguments in roles
        ]  # fmt: skip
        try:
            yield master
        finally:
            for process in processes:
                kill_group(process)


def _drain(service: Service, submit: Path, master: str) -> None:
    conf = [word for name, value in _CONF.items() for word in ("--conf", f"{name}={value}")]
    stream = service.start_with(
        [
            str(submit),
            "--master",
            master,
            *conf,
            str(ROOT / "verger.py"),
        ],
        "--drain",
    )
    try:
        assert stream.wait(400) == 0, service.printed()
    except subprocess.TimeoutExpired:
        pytest.fail(service.printed())
    finally:
        kill_group(stream)
