"""Case 9: an executor is lost in the middle of a batch. Its machines share this one's folders and Python."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conf.emr import entry
from tests.cluster.job import LOST
from tests.cluster.machines import QUICK_JVM, Cluster, busy_executor, cluster
from tests.conftest import ROOT
from tests.faults.case import Case
from tests.streaming.service import Service, kill_group

pytestmark = [pytest.mark.spark, pytest.mark.fault, pytest.mark.faults]


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Two workers of one core."""
    own = {"PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1"}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    with cluster(tmp_path / "machines", own) as machines:
        yield machines


def submitted(machines: Cluster) -> list[str]:
    """`verger`, as a job on these machines."""
    conf = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": QUICK_JVM,
        "spark.executor.extraJavaOptions": QUICK_JVM,
        "spark.executor.memory": "1g",
        "spark.ui.enabled": "false",
    }
    settled = [word for name, value in conf.items() for word in ("--conf", f"{name}={value}")]
    return [str(machines.home / "bin" / "spark-submit"), "--master", machines.url, *settled, entry.__file__]


def test_an_executor_lost_in_the_middle_of_a_batch_costs_no_row_and_doubles_none(
    service: Service, machines: Cluster, case: Case
) -> None:
    case.did(9, "kill -9 of an executor in the middle of a batch, on a standalone cluster with two workers")
    stream = service.start_with(submitted(machines), "--drain")
    try:
        busy_executor(machines).kill()
        assert stream.wait(300) == 0, service.printed()
    finally:
        kill_group(stream)
    found = case.audited(service, f"{service.printed().count(LOST)} tasks lost")
    assert LOST in service.printed()  # it was at work
    assert found.announcements == found.ok == found.objects
    assert "Traceback" not in service.printed()
