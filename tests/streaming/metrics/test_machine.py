"""Disk and memory are those of the stream's own processes."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from streaming.metrics.machine import free_disk, memory

#: Holds so many megabytes and says when it does.
HOLDER = "import sys, time; data = b'x' * (int(sys.argv[1]) << 20); print('ready', flush=True); time.sleep(60)"


def test_the_fullest_disk_counts_and_a_folder_that_is_not_there_does_not(tmp_path: Path) -> None:
    assert free_disk([tmp_path, tmp_path / "none"])["DiskFreeBytes"] == pytest.approx(
        shutil.disk_usage(tmp_path).free, rel=0.2
    )
    assert free_disk([tmp_path / "none"]) == {}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc")
def test_memory_is_of_this_process_its_children_and_of_the_largest_worker() -> None:
    before = memory()
    assert before["DriverMemoryBytes"] >= psutil.Process(os.getpid()).memory_info().rss * 0.8
    assert "WorkerMemoryBytes" not in before
    holders = [
        subprocess.Popen([sys.executable, "-c", HOLDER, mega, *words], stdout=subprocess.PIPE)
        for mega, words in (("200", []), ("100", ["pyspark.daemon"]), ("50", ["pyspark.daemon"]))
    ]
    try:
        for holder in holders:
            assert holder.stdout
            assert holder.stdout.readline() == b"ready\n"
        began = time.monotonic()
        after = memory()
        assert time.monotonic() - began < 2.0
    finally:
        for holder in holders:
            holder.kill()
            holder.communicate()
    assert 200e6 < after["DriverMemoryBytes"] - before["DriverMemoryBytes"] < 280e6
    assert 100e6 < after["WorkerMemoryBytes"] < 180e6
