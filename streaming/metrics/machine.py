"""Free disk and memory in use on the driver's machine."""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
#: Modules of PySpark that executors run; the source's process is not among them.
_WORKERS = (b"pyspark.daemon", b"pyspark.worker")


def free_disk(folders: Iterable[Path]) -> dict[str, float]:
    """DiskFreeBytes: of the fullest disk of these folders."""
    free = []
    for folder in folders:
        with suppress(OSError):
            free.append(shutil.disk_usage(folder).free)
    return {"DiskFreeBytes": min(free)} if free else {}


def memory() -> dict[str, float]:
    """DriverMemoryBytes: of this process and all it started (or its JVM, if that started it) but Python workers.

    WorkerMemoryBytes: of the largest of those; none are here on a cluster. Empty where there is no /proc.
    """
    driver, workers = 0, [0]
    for process in _family():
        with suppress(OSError, ValueError, IndexError):
            resident = int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            if any(module in (process / "cmdline").read_bytes() for module in _WORKERS):
                workers.append(resident)
            else:
                driver += resident
    found: dict[str, float] = {"DriverMemoryBytes": driver, "WorkerMemoryBytes": max(workers)}
    return {name: resident for name, resident in found.items() if resident}


def _family() -> Iterator[Path]:
    """Under spark-submit the JVM is this process's parent, else its child."""
    parents, names = _processes()
    me = str(os.getpid())
    parent = parents.get(me, "")
    children = defaultdict(list)
    for process, its_parent in parents.items():
        children[its_parent].append(process)
    waiting = [parent if names.get(parent) == "java" else me]
    while waiting:
        process = waiting.pop()
        waiting += children[process]
        yield _PROC / process


def _processes() -> tuple[dict[str, str], dict[str, str]]:
    """For each process id: its parent's, and its name."""
    parents, names = {}, {}
    for stat in _PROC.glob("[0-9]*/stat"):
        with suppress(OSError, IndexError):
            before, _, after = stat.read_text("utf-8", "replace").rpartition(")")  # a name may hold anything
            parents[stat.parent.name], names[stat.parent.name] = after.split()[1], before.partition("(")[2]
    return parents, names
