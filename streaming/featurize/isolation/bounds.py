"""What a process that decodes may take: wall time, CPU time, memory. Native code can't put any of it off."""

import faulthandler
import math
import re
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: Address space that is reserved and hardly touched: stacks of threads, arenas of allocators.
_RESERVED = 512 << 20
_STDERR = 2


@dataclass(frozen=True)
class Bounds:
    """Of one picture. `timeout_s`: to decode it and run the model; `memory`: bytes beyond what the process has."""

    timeout_s: float
    memory: int


@contextmanager
def alarm(timeout_s: float) -> Iterator[None]:
    """SIGALRM ends this process, unless the block is done in time; a hang in native code that holds the GIL, too.

    Two system calls (2 microseconds), where `faulthandler.dump_traceback_later` starts a thread, and is Spark's.
    """
    signal.setitimer(signal.ITIMER_REAL, timeout_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@cache
def prepare_process(memory: int) -> None:
    """Once a process: bounds its memory, says where it was when an alarm ends it, and leaves no core dump.

    Beyond the bound allocating fails, with MemoryError, instead of the system ending the biggest process there is.
    """
    faulthandler.register(signal.SIGALRM, file=_STDERR, all_threads=True, chain=True)
    _lower(resource.RLIMIT_CORE, 0)
    mapped = _mapped_bytes()
    if mapped is not None:
        _lower(resource.RLIMIT_AS, mapped + memory + _RESERVED)


def bound_cpu(seconds: float) -> None:
    """SIGXCPU ends this process when it has used so many more seconds of CPU."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _lower(limit: int, value: int) -> None:
    """Set a soft limit, unless it is lower already: a cluster may have one of its own."""
    soft, hard = resource.getrlimit(limit)
    if soft == resource.RLIM_INFINITY or soft > value:
        resource.setrlimit(limit, (value, hard))


def _mapped_bytes() -> int | None:
    """Address space of this process; None where the system doesn't tell, nor bound it (macOS)."""
    try:
        status = Path("/proc/self/status").read_text("ascii", "replace")
    except OSError:
        return None
    found = re.search(r"VmSize:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else None
