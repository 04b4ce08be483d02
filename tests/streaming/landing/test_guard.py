"""An orphan leaves."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CHILD = """
import time; from streaming.landing.guard import leave_with_parent
leave_with_parent(); print("up", flush=True); time.sleep(60)
"""
ORPHAN = f"""
import subprocess, sys, time
process = subprocess.Popen([sys.executable, "-c", {CHILD!r}], stdout=subprocess.PIPE)
process.stdout.readline(); print(process.pid, flush=True); time.sleep(60)
"""


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
