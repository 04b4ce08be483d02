"""Looks at all that this process started, again and again: CPU and memory that no exit status tells.

Spark's daemon ignores SIGCHLD, so the kernel forgets what its workers used: `wait4` misses most of a run.
"""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.bench.family import Member, family

MB = 1e6


@dataclass
class Seen:
    """Of one process: CPU seconds of the time watched, and peaks in MB; `pss` and `uss` only where they were asked for.

    `before_s`: the CPU seconds that it had used before. `trace`: a worker's RSS at each look, in MB.
    """

    kind: str
    before_s: float = 0.0
    cpu_s: float = 0.0
    rss: float = 0.0
    pss: float = 0.0
    uss: float = 0.0
    trace: list[float] = field(default_factory=list)


@dataclass
class Watch:
    """`seen`: by process id and start, while it lasts and after. `shares`: look at PSS and USS, too, which is dear.
    `servers`: what ran before and answers the others; of the kind "server".

    `together_mb`: the most RSS of all that lived at once, each counted with its own peak and what it shares.
    """

    shares: bool
    servers: Collection[psutil.Process]
    seen: dict[tuple[int, float], Seen] = field(default_factory=dict)
    together_mb: float = 0.0

    @property
    def cpu_s(self) -> float:
        """User and system time of all but servers, and but for what each used after the last look at it."""
        return sum(seen.cpu_s for seen in self.seen.values() if seen.kind != "server")

    @property
    def servers_cpu_s(self) -> float:
        """The same of the servers."""
        return sum(seen.cpu_s for seen in self.of("server"))

    @property
    def peak_mb(self) -> float:
        """RSS of the biggest."""
        return max((seen.rss for seen in self.seen.values()), default=0.0)

    def of(self, kind: str) -> list[Seen]:
        """The processes of one kind."""
        return [seen for seen in self.seen.values() if seen.kind == kind]

    def peaks_mb(self, root: int) -> dict[str, float]:
        """RSS of the biggest of each kind; the process `root` is the driver."""
        peaks: dict[str, float] = {}
        for (pid, _), seen in self.seen.items():
            kind = "driver" if pid == root else seen.kind
            peaks[kind] = max(peaks.get(kind, 0.0), seen.rss)
        return peaks

    def look(self, member: Member) -> float:
        """Take note of one process, if it still runs; its peak RSS in MB so far."""
        process = member.process
        try:
            times, known = process.cpu_times(), (process.pid, process.create_time())
            if known not in self.seen:
                serves = process in self.servers
                self.seen[known] = Seen("server", times.user + times.system) if serves else Seen(member.kind)
            seen = self.seen[known]
            if seen.kind not in {"worker", "server"}:  # a worker stays one when its daemon has ended; others become
                seen.kind = member.kind
            seen.cpu_s = times.user + times.system - seen.before_s
            rss = process.memory_info().rss / MB
            seen.rss = max(seen.rss, rss, high_water_mb(process.pid))
            if seen.kind == "worker":
                seen.trace.append(rss)
            if self.shares and seen.kind == "worker":
                full = process.memory_full_info()
                seen.pss, seen.uss = max(seen.pss, full.pss / MB), max(seen.uss, full.uss / MB)
        except (psutil.Error, OSError):
            return 0.0
        return seen.rss


@contextmanager
def watched(every_s: float, *, shares: bool = False, servers: Collection[psutil.Process] = ()) -> Iterator[Watch]:
    """Look at this process's children, and theirs, every so many seconds."""
    watch, ended, own = Watch(shares, servers), threading.Event(), psutil.Process().pid

    def look_again() -> None:
        while not ended.wait(every_s):
            peaks_mb = [watch.look(member) for member in family(own) if member.process.pid != own]
            watch.together_mb = max(watch.together_mb, sum(peaks_mb))

    thread = threading.Thread(target=look_again, name="watch")
    thread.start()
    try:
        yield watch
    finally:
        ended.set()
        thread.join()


def high_water_mb(pid: int) -> float:
    """VmHWM, the kernel's own peak: none between two looks is missed. 0 where there is no /proc."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    kib = next((line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")), "0")
    return int(kib) * 1024 / MB
