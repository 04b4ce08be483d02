"""One case: what was done, what was seen, and the audit at its end."""

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psutil
from rich.console import Console

from conf.settings import Settings
from streaming.audit.run import Audit, Extent, audit
from tests.streaming.service import Service, kill_group

END_S = 600.0


@dataclass(frozen=True)
class Case:
    """What a test tells the table of `make faults`."""

    record: Callable[[str, object], None]

    def did(self, number: int, what: str) -> None:
        """The case of the list, and what was done."""
        self.record("case", number)
        self.record("done", what)

    def saw(self, what: str) -> None:
        """What was seen; the last words count."""
        self.record("seen", what)

    def audited(self, service: Service, seen: str = "") -> Audit:
        """Audit the lake, of which nothing waits any more, every picture's bytes too; and say so."""
        found = audit(settings_of(service), Extent(sample=100_000, drained=True), Console())
        assert found.law_holds, "\n".join(finding.sentence() for finding in found.findings) + service.printed()
        assert found.objects
        self.saw(
            f"{seen}{'; ' if seen else ''}{found.announcements} announcements, {found.ok} ok, {found.rejected} "
            f"rejected, 0 lost, 0 doubled, {found.compared} compared with their bytes"
        )
        return found


def settings_of(service: Service) -> Settings:
    """Where the service works."""
    landing, lake = (str(service.settings.get(name, getattr(service, name))) for name in ("landing", "lake"))
    return Settings(landing=landing, lake=lake)


def struck(service: Service, failpoint: str, *flags: str) -> int:
    """Stream until the failpoint strikes and the driver has ended; its exit code. What outlives it is left alone."""
    stream = start_armed(service, failpoint, *flags)
    try:
        return stream.wait(END_S)
    except subprocess.TimeoutExpired:
        kill_group(stream)
        raise AssertionError(f"{failpoint} was never passed: {service.printed()}") from None


def start_armed(service: Service, failpoint: str, *flags: str) -> "subprocess.Popen[bytes]":
    service.settings["failpoint"] = failpoint
    try:
        return service.start(*flags)
    finally:
        del service.settings["failpoint"]


def session(leader: int) -> list[psutil.Process]:
    """All processes of a session, the leader's own among them."""
    return [process for process in psutil.process_iter() if _session(process.pid) == leader]


def pause(leader: int) -> None:
    """Pause a session, its leader last."""
    for process in sorted(session(leader), key=lambda process: process.pid == leader):
        with suppress(psutil.NoSuchProcess):  # it has just ended
            process.send_signal(signal.SIGSTOP)


def go_on(leader: int) -> None:
    """Continue a session that was paused."""
    for process in session(leader):
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGCONT)


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1
