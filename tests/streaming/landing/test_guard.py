"""One holder of a lock, freed by the kernel however it ends; an orphan leaves."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streaming.landing.guard import LockedError, is_locked, lock_file

HOLD = """
import sys, time; from pathlib import Path; from streaming.landing.guard import lock_file
held = lock_file(Path(sys.argv[1]), 0, "the first"); print("held", flush=True); time.sleep(60)
"""
CHILD = """
import time; from streaming.landing.guard import leave_with_parent
leave_with_parent(); print("up", flush=True); time.sleep(60)
"""
ORPHAN = f"""
import subprocess, sys, time
process = subprocess.Popen([sys.executable, "-c", {CHILD!r}], stdout=subprocess.PIPE)
process.stdout.readline(); print(process.pid, flush=True); time.sleep(60)
"""


def test_a_second_holder_is_refused_with_the_name_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE) as first:
        assert first.stdout
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(LockedError, match="the first"):
            lock_file(path, 0, "the second")
        assert is_locked(path)
        first.send_signal(signal.SIGKILL)
    assert not is_locked(path)
    lock_file(path, 0, "the second").close()


def test_a_process_leaves_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        orphan = int(parent.stdout.readline())
        parent.kill()
    for _ in range(50):
        if not _lives(orphan):
            return
        time.sleep(0.1)
    os.kill(orphan, signal.SIGKILL)
    pytest.fail("the orphan stayed")


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]
    except OSError:
        return False
