"""The stream's lives: started, fed, paused, killed; with refits and replays beside it. All chosen by the seed."""

import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tests.faults.case import go_on, pause, start_armed
from tests.soak.beside import Beside
from tests.soak.chances import PAUSE, REFIT, REPLAY, life
from tests.soak.feed import Feed
from tests.soak.gauge import Gauge, memory_mb
from tests.soak.on_s3 import Weather
from tests.soak.place import Place
from tests.streaming.service import Service, kill_driver, kill_group, kill_jvm

VICTIMS: dict[str, Callable[["subprocess.Popen[bytes]"], None]] = {
    "group": kill_group, "jvm": kill_jvm, "driver": kill_driver,
}  # fmt: skip
#: For its first batch a life waits no longer than so many seconds.
FIRST_S = 300.0
LOOK_S, STOP_S = 10.0, 180.0


@dataclass
class Storm:
    """`counts`: what was done, by kind. `broken`: sentences on what the stream must not do, whatever happens."""

    service: Service
    place: Place
    weather: Weather | None
    feed: Feed
    gauge: Gauge
    beside: Beside
    random: np.random.Generator
    say: Callable[[str], None]
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def lives(self, minutes: float) -> None:
        """One after the other, for so long."""
        until = time.monotonic() + 60 * minutes
        while time.monotonic() < until:
            self._life(until)

    def kills(self, rounds: int) -> None:
        """Rounds of 60 steps, a start and a `kill -9`: by turns at any moment, and after a row of this round."""
        for round_ in range(rounds):
            self._steps(60)
            before = self.service.row_count()
            stream, began = self.service.start(), time.monotonic()
            late = bool(round_ % 2)
            if late:
                self.service.wait_for_rows(before + 1, 600)
            time.sleep(float(self.random.uniform(0, 4) if late else self.random.uniform(0.5, 14)))
            self.gauge.look(stream.pid, began)
            self._check(stream.poll(), "before it was killed")
            self._kill(stream, list(VICTIMS)[round_ % 3])
            self.say(f"round {round_ + 1}/{rounds}: killed after {time.monotonic() - began:.0f} s, "
                     f"{self.service.row_count()} rows, {self.service.row_count() - before} of this round")  # fmt: skip

    def drain(self) -> None:
        """Some last steps, and all of it featured."""
        if self.weather:
            self.weather.clear()
            self.counts["requests to S3 that failed"] = self.weather.struck
        self.beside.finish()
        self.broken += self.beside.broken
        self._steps(20)
        try:
            self.service.drain(timeout_s=3600)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            self.broken.append(f"the last drain failed: {str(error)[-1000:]}")
        self.gauge.read_log()

    def _life(self, end: float) -> None:
        chosen = life(self.random)
        stream = start_armed(self.service, chosen.armed) if chosen.armed else self.service.start()
        began = time.monotonic()
        until, batches, begun, looked = began + FIRST_S, len(self.gauge.batches), False, began
        while time.monotonic() < min(end, until) and stream.poll() is None:
            self.gauge.read_log()
            if not begun and (chosen.from_start or len(self.gauge.batches) > batches):
                begun, until = True, time.monotonic() + chosen.seconds
            self._steps(int(self.random.integers(0, 7)))
            self._events(stream)
            if time.monotonic() > looked + LOOK_S:
                looked = time.monotonic()
                self._tell(self.gauge.look(stream.pid, began).values)
            time.sleep(1)
        if stream.poll() is not None:
            self._ended(stream, chosen.armed)
        else:
            self._kill(stream, str(self.random.choice([*VICTIMS, "term"])))

    def _steps(self, count: int) -> None:
        for _ in range(count):
            self.place.apply(self.feed.step())

    def _events(self, stream: "subprocess.Popen[bytes]") -> None:
        chance = self.random.random(3)
        if chance[0] < PAUSE:
            self.counts["pause"] += 1
            pause(stream.pid)
            time.sleep(float(self.random.uniform(2, 8)))
            go_on(stream.pid)
        if chance[1] < REFIT:
            self.beside.refit(kill_after_s=float(self.random.uniform(3, 25)) if self.random.random() < 0.2 else None)
        if chance[2] < REPLAY:
            self.beside.replay(self.random)
        self.beside.look()
        if self.weather:
            self.weather.look()

    def _kill(self, stream: "subprocess.Popen[bytes]", how: str) -> None:
        if how == "jvm" and "jvm" not in memory_mb(stream.pid):  # it is not there yet
            how = "driver"
        self.counts[f"kill -9 {how}" if how in VICTIMS else "SIGTERM"] += 1
        self.say(f"{how} is {'killed' if how in VICTIMS else 'sent'} at {len(self.gauge.batches)} batches")
        if how in VICTIMS:
            VICTIMS[how](stream)
        else:
            stream.terminate()
        try:
            code = stream.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.broken.append(f"it did not end {STOP_S:g} s after {how}")
            kill_group(stream)
            return
        if how == "jvm" and code not in (1, 2):  # 2: Spark was still starting
            self.broken.append(f"without its JVM it ended with {code}")
        if how == "term" and code not in (0, -15):  # -15: Python was still starting
            self.broken.append(f"asked to stop it ended with {code}")

    def _ended(self, stream: "subprocess.Popen[bytes]", armed: str) -> None:
        code = stream.wait()
        if armed:
            self.counts["failpoint"] += 1
            self.say(f"{armed} has struck, exit code {code}")
        elif self.weather and code in (1, 2):  # what it may do when S3 fails for long, 2 at its start; nothing is lost
            self.counts["ended by itself, as S3 failed"] += 1
            self.say(f"it has ended: {self.service.printed().strip().splitlines()[-1]}")
        else:
            self._check(code, "by itself")

    def _check(self, code: int | None, when: str) -> None:
        if code is not None:
            last = self.service.printed().strip().splitlines()[-1:]
            self.broken.append(f"the stream ended with {code} {when}: {last}")
            self.say(self.broken[-1])

    def _tell(self, values: dict[str, float]) -> None:
        self.say(", ".join(f"{name} {value:.0f}" for name, value in values.items())
                 + f"; {len(self.gauge.batches)} batches, {sum(self.feed.counts.values())} steps")  # fmt: skip
