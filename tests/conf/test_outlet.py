"""Whatever happens to the lines, who hands them over is never stopped; what is lost is counted."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conf import outlet as module
from conf.errors import SettingsError
from conf.outlet import Outlet, check_target
from tests.conftest import ROOT
from tests.streaming.stores.test_folder_rights import as_ordinary_user

#: Hands over so many lines and says, on standard error, how long that took and how many were dropped.
TALKER = """
import sys, time
from conf.outlet import Outlet
outlet = Outlet(sys.argv[1])
began = time.monotonic()
for number in range(int(sys.argv[2])):
    outlet.put("x" * 2000)
took = time.monotonic() - began
outlet.close(0.5)
print(took, outlet.dropped, file=sys.stderr)
"""


def talk(target: str, lines: int, stdout: int | None) -> tuple[float, int]:
    """Seconds that the talker spent on handing over, and lines that were dropped; it ends by itself, with 0."""
    command = [sys.executable, "-c", TALKER, target, str(lines)]
    done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, cwd=ROOT, timeout=60, check=True)
    took, dropped = done.stderr.split()
    return float(took), int(dropped)


def written(outlet: Outlet, *lines: str) -> None:
    for line in lines:
        outlet.put(line)
    outlet.close()


def test_lines_arrive_whole_and_in_order(tmp_path: Path) -> None:
    written(Outlet(str(tmp_path / "metrics")), *map(str, range(500)))
    assert (tmp_path / "metrics").read_text() == "".join(f"{n}\n" for n in range(500))


def test_a_file_that_was_moved_away_is_made_anew(tmp_path: Path) -> None:
    outlet, path = Outlet(str(tmp_path / "metrics")), tmp_path / "metrics"
    outlet.put("a")
    wait_for(path.exists)
    path.rename(tmp_path / "metrics.1")
    written(outlet, "b")
    assert (path.read_text(), outlet.dropped) == ("b\n", 0)


def test_a_full_disk_drops_lines_and_what_is_torn_spoils_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, sizes = os.write, iter([99, 3, 0, 99])

    def fills_up(file: int, data: bytes) -> int:
        if not (size := next(sizes)):
            raise OSError(28, "No space left on device")
        return write(file, data[:size])

    monkeypatch.setattr(os, "write", fills_up)
    outlet = Outlet(str(tmp_path / "metrics"))
    written(outlet, "first", "torn line", "none", "last")
    assert (tmp_path / "metrics").read_text() == "first\ntor\nlast\n"
    assert outlet.dropped == 2


def test_a_device_that_is_full_drops_all_lines() -> None:
    outlet = Outlet("/dev/full")
    written(outlet, "a", "b")
    assert outlet.dropped == 2


def test_a_closed_pipe_drops_all_lines_and_ends_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert talk("stdout", 20, writer)[1] == 20
    finally:
        os.close(writer)


def test_a_reader_that_hangs_holds_nobody_up() -> None:
    reader, writer = os.pipe()
    try:
        took, dropped = talk("stdout", module.MOST + 500, writer)
        assert took < 1.0
        assert dropped >= 400
    finally:
        os.close(reader)
        os.close(writer)


def test_a_pipe_by_name_that_nobody_reads_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    took, dropped = talk(str(tmp_path / "pipe"), module.MOST + 500, None)
    assert took < 1.0
    assert dropped >= 400


def test_a_place_that_can_never_be_written_is_said_at_the_start(tmp_path: Path) -> None:
    for good in ("off", "stdout", str(tmp_path / "metrics")):
        check_target(good)
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for bad in ("", "none/metrics", "file/metrics", "loop", "x" * 300):
        with pytest.raises(SettingsError, match="set metrics to a file in a folder that is there"):
            check_target(str(tmp_path / bad))


@pytest.mark.skipif(os.getuid() != 0, reason="only root has folders that another user may not enter")
def test_a_folder_that_this_user_may_not_enter_is_said_at_the_start() -> None:
    def refused() -> str:
        try:
            check_target(f"{name}/sub/metrics")
        except SettingsError as error:
            return str(error)
        return "taken"

    with tempfile.TemporaryDirectory() as name:  # mode 700
        assert "can't be written: set metrics to a file" in as_ordinary_user(refused)


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)
