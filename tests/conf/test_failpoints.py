"""A failpoint strikes whom it names, the time that it names; without the variable it is nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from conf.failpoints import failpoint

pytestmark = pytest.mark.fault

#: A leader that starts a child, which passes the failpoint again and again and says so.
CHILD = (
    "from conf.failpoints import failpoint\nfor _ in range(5):\n    print('passing', flush=True)\n    failpoint('here')"
)
LEADER = "import subprocess, sys; subprocess.run([sys.argv[1], '-c', sys.argv[2]]); print('alone', flush=True)"


def led(failpoint: str, python: str = sys.executable) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", LEADER, python, CHILD],
        env=os.environ | {"VERGER_FAILPOINT": failpoint},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_it_is_nothing_when_it_is_not_armed() -> None:
    failpoint("here")


@pytest.mark.parametrize(
    ("armed", "passed", "code"),
    [("here:group", 1, -9), ("here:group@3", 3, -9), ("here:driver", 5, -9), ("here:jvm", 5, 0), ("there:group", 5, 0)],
)
def test_it_strikes_the_one_that_it_names_at_the_time_that_it_names(armed: str, passed: int, code: int) -> None:
    process = led(armed)
    said, _ = process.communicate(timeout=60)
    assert said.count("passing") == passed
    assert ("alone" in said) == (code == 0)
    assert process.returncode == code


def test_the_jvm_is_what_is_called_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "java"
    java.write_bytes(Path(sys.executable).resolve().read_bytes())
    java.chmod(0o700)
    monkeypatch.setenv("PYTHONHOME", sys.base_prefix)  # it is no longer beside its library
    said, _ = led("here:jvm@2", str(java)).communicate(timeout=60)
    assert (said.count("passing"), "alone" in said) == (2, True)


def test_who_is_paused_goes_on_when_continued() -> None:
    process = led("here:pause@2")
    assert process.stdout
    assert [process.stdout.readline() for _ in range(2)] == ["passing\n"] * 2
    leader = psutil.Process(process.pid)
    until = time.monotonic() + 10
    while leader.status() != psutil.STATUS_STOPPED:
        assert time.monotonic() < until
        time.sleep(0.02)
    (child,) = leader.children()
    time.sleep(0.2)
    assert child.status() == psutil.STATUS_STOPPED
    for stopped in (child, leader):
        stopped.send_signal(signal.SIGCONT)
    said, _ = process.communicate(timeout=60)
    assert (said.count("passing"), process.returncode) == (3, 0)
