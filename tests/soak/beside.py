"""What people and timers do beside a stream: refits, some of them killed, and replays."""

import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.streaming.service import Service, kill_group

REPLAYS = (("--code", "truncated"), ("--code", "not_an_image"), ("--path", "*7.jpg"), ("--path", "*/Banana/*9.*"))


@dataclass
class Running:
    """A command under way; `kill_at`: the monotonic time at which it is killed, if it is."""

    words: tuple[str, ...]
    process: "subprocess.Popen[bytes]"
    log: Path
    kill_at: float | None


def environment_of(service: Service) -> dict[str, str]:
    """For other commands on its lake and landing."""
    landing, lake = (str(service.settings.get(name, getattr(service, name))) for name in ("landing", "lake"))
    return {"VERGER_LAKE": lake, "VERGER_LANDING": landing}


@dataclass
class Beside:
    """`counts`: commands that ended as they must; `broken`: sentences on the others."""

    service: Service
    may_fail: bool  # as S3 fails
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    running: list[Running] = field(default_factory=list)
    _number: int = 0

    def refit(self, kill_after_s: float | None) -> None:
        """One at a time, and not before there is something to fit."""
        if self.service.row_count() > 50 and not any(one.words[0] == "refit" for one in self.running):
            self._start(("refit",), None if kill_after_s is None else time.monotonic() + kill_after_s)

    def replay(self, random: np.random.Generator) -> None:
        """Some pictures again."""
        if self.service.row_count():
            self._start(("replay", *REPLAYS[int(random.integers(len(REPLAYS)))]), None)

    def look(self) -> None:
        """Kill whose time has come, and judge who has ended."""
        for one in list(self.running):
            if one.kill_at is not None and time.monotonic() > one.kill_at and one.process.poll() is None:
                kill_group(one.process)
                self._done(one, f"{one.words[0]} killed")
            elif (code := one.process.poll()) is not None:
                if code and not self.may_fail:
                    self.broken.append(f"{' '.join(one.words)} ended with {code}: {one.log.read_text()[-500:]}")
                self._done(one, f"{one.words[0]}{' that failed' * bool(code)}")

    def finish(self, timeout_s: float = 600.0) -> None:
        """Wait for all."""
        until = time.monotonic() + timeout_s
        while self.running:
            self.look()
            if time.monotonic() > until:
                self.broken += [f"{' '.join(one.words)} hangs" for one in self.running]
                return
            time.sleep(0.5)

    def _start(self, words: tuple[str, ...], kill_at: float | None) -> None:
        self._number += 1
        log = self.service.folder / f"beside-{self._number}.log"
        environment = os.environ | environment_of(self.service)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "verger", *words],
                env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        self.running.append(Running(words, process, log, kill_at))

    def _done(self, one: Running, what: str) -> None:
        self.counts[what] += 1
        self.running.remove(one)
