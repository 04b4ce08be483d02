"""One configuration, one fresh process: its wall time, and the CPU and memory of its whole family."""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil
from rich.console import Console

from streaming.reading.progress import bar
from tests.bench.configurations import Configuration
from tests.bench.outputs import Features
from tests.bench.plan import ROOT, say
from tests.bench.spread import difference_quotient
from tests.bench.watching import watched

TIMEOUT_S = 3600.0
#: What a run leaves behind, such as Python workers of a JVM that has ended, gets this long to end as well.
ORPHANS_S = 20.0
#: Rare enough to cost a run nothing.
LOOK_S = 0.5
_PR_SET_CHILD_SUBREAPER = 36
T = TypeVar("T")


@dataclass(frozen=True)
class Timed:
    """A process with its family: `peak_mb`, RSS of the biggest; `together_mb`, of all that lived at once, each at its
    own peak; `peaks_mb`, of the biggest by kind, where `driver` is the process itself; `output`, what it printed;
    `servers_cpu_s`, what servers used meanwhile that ran before, which `cpu_s` is without.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    together_mb: float
    peaks_mb: dict[str, float]
    output: str
    servers_cpu_s: float


@dataclass(frozen=True)
class Run:
    """`cpu_s`: user and system time of the whole family; `servers_cpu_s`: of servers beside it; `peak_mb`: RSS of its
    biggest process.
    """

    pictures: int
    wall_s: float
    cpu_s: float
    servers_cpu_s: float
    peak_mb: float


def rates(small: Sequence[Run], big: Sequence[Run]) -> list[float]:
    """Pictures/s in steady state: of each pair of a small and a big run."""
    pairs = zip(small, big, strict=True)
    return [difference_quotient((s.pictures, s.wall_s), (b.pictures, b.wall_s)) for s, b in pairs]


def cpu_ms(small: Sequence[Run], big: Sequence[Run], *, servers: bool = False) -> list[float]:
    """CPU time of a picture in steady state, in ms; with `servers`, what they used for it."""

    def cpu_s(run: Run) -> float:
        return run.servers_cpu_s if servers else run.cpu_s

    pairs = zip(small, big, strict=True)
    return [1000 / difference_quotient((s.pictures, cpu_s(s)), (b.pictures, cpu_s(b))) for s, b in pairs]


class RunError(Exception):
    """A configuration failed; the message ends with what it printed last."""


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parent ends: so they are seen, and none outlives its run."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without settings of the developer's."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("VERGER_")}
    return kept | {"PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable} | dict(variables)


def run(configuration: Configuration, landing: Path, work: Path, pictures: int) -> Run:
    """Run it once on `landing`, check that it gave as many features as there are pictures, throw them away.

    Raises RunError.
    """
    out = Path(tempfile.mkdtemp(prefix=f"{configuration.name}-", dir=work))
    done = timed(configuration.command(landing, out), configuration.variables(landing, out), out)
    found = len(configuration.features(out))
    if found != pictures:
        raise RunError(f"{configuration.name}: {found} features for {pictures} pictures")
    shutil.rmtree(out)
    say(f"  {configuration.name}, {pictures} pictures: {done.wall_s:.1f} s, CPU {done.cpu_s:.1f} s")
    return Run(pictures, done.wall_s, done.cpu_s, done.servers_cpu_s, done.peak_mb)


def run_for_features(configuration: Configuration, landing: Path, out: Path) -> Features:
    """Run it once, untimed, for what it writes to `out`. Raises RunError."""
    timed(configuration.command(landing, out), configuration.variables(landing, out), out)
    return configuration.features(out)


def interleaved(runs: Mapping[str, Callable[[], T]], repeats: int) -> dict[str, list[T]]:
    """A B A B A B: a machine that slows down in between slows all of them down."""
    done: dict[str, list[T]] = {name: [] for name in runs}
    with bar(Console(stderr=True), "runs", len(runs) * repeats) as advance:
        for _ in range(repeats):
            for name, once in runs.items():
                done[name].append(once())
                advance(1)
    return done


def timed(command: Sequence[str], variables: Mapping[str, str], out: Path) -> Timed:
    """Run it once, with its output in `out`/log. Raises RunError."""
    servers = frozenset(psutil.Process().children())
    with (out / "log").open("wb") as log, watched(LOOK_S, servers=servers) as watch:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(variables), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            code = process.wait(TIMEOUT_S)
            wall_s = time.perf_counter() - began
        finally:
            process.kill()
            reap_orphans(servers)
    output = (out / "log").read_text("utf-8", "replace")
    if code:
        raise RunError(f"{' '.join(command)} ended with {code}: {output[-2000:]}")
    peaks_mb = watch.peaks_mb(process.pid)
    return Timed(wall_s, watch.cpu_s, watch.peak_mb, watch.together_mb, peaks_mb, output, watch.servers_cpu_s)


def reap_orphans(servers: Collection[psutil.Process] = ()) -> None:
    """Wait for all that was started but `servers`, kill what stays: one run is over before the next one begins."""
    until = time.monotonic() + ORPHANS_S
    while left := [child for child in psutil.Process().children() if child not in servers]:
        if time.monotonic() > until:
            for child in left:
                say(f"  left over, killed: {child.pid}")
                child.kill()
            until = time.monotonic() + ORPHANS_S
        for child in left:
            with suppress(ChildProcessError):
                os.waitpid(child.pid, os.WNOHANG)
        time.sleep(0.02)
