"""Places in the code where a test can kill the service: nothing at all unless VERGER_FAILPOINT names one at the start.

`VERGER_FAILPOINT=name:victim@3` strikes the third time that a process passes `failpoint("name")`. The victim is
"group" (all processes of the session: driver, JVM, source, workers), "jvm", "driver", or "pause" (all of them are
stopped, until someone continues them). The service must have been started in a session of its own.
"""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

VARIABLE = "VERGER_FAILPOINT"


class Process(NamedTuple):
    """What /proc tells of one."""

    pid: int
    name: str
    session: int


def _armed(text: str) -> Callable[[str], None]:
    place, _, rest = text.partition(":")
    victim, _, time = rest.partition("@")
    left = int(time or 1)

    def strike(name: str) -> None:
        nonlocal left
        if name == place:
            left -= 1
            if left == 0:
                _signal(victim)

    return strike


def _signal(victim: str) -> None:
    """The others first, and this process last."""
    number = signal.SIGSTOP if victim == "pause" else signal.SIGKILL
    us = os.getpid()
    victims = [p.pid for p in _session(os.getsid(0)) if victim in ("group", "pause") or _is(victim, p)]
    for pid in sorted(victims, key=lambda pid: (pid == us, pid)):
        os.kill(pid, number)


def _is(victim: str, process: Process) -> bool:
    return process.name == "java" if victim == "jvm" else process.pid == process.session


def _session(session: int) -> Iterator[Process]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                name, _, rest = (folder / "stat").read_text("utf-8", "replace").partition("(")[2].rpartition(")")
            except OSError:  # it has ended
                continue
            process = Process(int(folder.name), name, int(rest.split()[3]))
            if process.session == session:
                yield process


#: `failpoint(name)`: where a test may strike. Whether it is armed is looked up once.
failpoint: Callable[[str], None] = _armed(os.environ[VARIABLE]) if VARIABLE in os.environ else lambda name: None  # noqa: ARG005
