"""The processes of a run: driver, JVM, source, workers."""

from collections.abc import Iterator
from dataclasses import dataclass

import psutil

_SOURCE, _WORKER, _DAEMON = "python_streaming_source_runner", "pyspark.worker", "pyspark.daemon"


@dataclass(frozen=True)
class Member:
    """`kind`: driver, jvm, source (of announcements), worker (runs the UDF) or other (Spark's helpers)."""

    kind: str
    process: psutil.Process


def family(pid: int) -> Iterator[Member]:
    """The process and all that it started, as far as they still run."""
    try:
        root = psutil.Process(pid)
        yield Member("driver", root)
        for process in root.children(recursive=True):
            kind = _kind(process)
            if kind:
                yield Member(kind, process)
    except psutil.NoSuchProcess:
        return


def _kind(process: psutil.Process) -> str | None:
    """Spark forks workers from a daemon, which keeps its command line: the one with such a parent is the worker."""
    try:
        command = " ".join(process.cmdline())
        if "java" in process.name():
            return "jvm"
        if _SOURCE in command:
            return "source"
        if _DAEMON in command and _WORKER in command:
            parent = process.parent()
            return "worker" if parent and _DAEMON in " ".join(parent.cmdline()) else "other"
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return "other"
