"""How many cores a local Spark uses."""

import os


def usable_cores(cores: int = 0) -> int:
    """`cores`, or for 0 all that this process may use (a container's share, not the host's count)."""
    if cores > 0:
        return cores
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
