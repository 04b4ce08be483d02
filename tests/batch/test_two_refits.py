"""A refit beside another one, and beside the stream."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from batch.spark import SparkOnDemand
from conf.lease import LeaseLostError
from conf.locks import is_locked
from tests.batch.command import WAIT_S, assert_whole, running, wait_until
from tests.batch.lakes import Row, append, pictures
from tests.batch.running import latest, projection_of, refit, versions
from tests.streaming.landing.fakes import new_lake

pytestmark = [pytest.mark.spark, pytest.mark.fault]


def test_a_second_one_is_refused_and_the_first_reads_one_version_while_rows_are_appended(tmp_path: Path) -> None:
    lake, log = new_lake(tmp_path), tmp_path / "log"
    append(lake, pictures(60))
    with running(lake, log) as first:
        wait_until(lambda: "current rows: 60 pictures" in log.read_text(), first, log)
        os.killpg(first.pid, signal.SIGSTOP)
        assert is_locked(lake.beside("refit.lock"))
        overwritten = Row(61, None, pictures(1)[0].path, status="rejected", error_code="truncated")
        append(lake, [overwritten, *pictures(9, 62, seed=1)])

        command = [sys.executable, "-m", "verger", "refit", "--lake", lake.root]
        second = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
        assert second.returncode == 2
        assert second.stderr.startswith(f"verger: another refit works on {lake.root} (process {first.pid} on ")
        assert second.stderr.endswith("stop it first, or set VERGER_LAKE to another lake\n")
        assert second.stderr.count("\n") == 1
        assert set(versions(lake)) == {"features", "ledger"}

        os.killpg(first.pid, signal.SIGCONT)
        assert first.wait(WAIT_S) == 0, log.read_text()
    row = latest(lake)
    assert (row["features_version"], row["last_seq"], row["n"]) == (1, 60, 60)
    assert projection_of(lake, assert_whole(lake))["seq"].to_pylist() == list(range(1, 61))
    assert versions(lake)["features"] == 2


@pytest.mark.parametrize("checks", [1, 3])
def test_one_that_has_lost_its_lease_publishes_nothing(tmp_path: Path, spark: SparkOnDemand, checks: int) -> None:
    append(lake := new_lake(tmp_path), pictures(20))

    def lost() -> None:
        nonlocal checks
        checks -= 1
        if checks <= 0:
            raise LeaseLostError("lost")

    with pytest.raises(LeaseLostError):
        refit(lake, spark, check=lost)
    assert checks == 0
    assert "components" not in versions(lake)
