"""How many cores Spark uses: a local one, and a cluster."""

import os
from collections.abc import Mapping


def usable_cores(cores: int = 0) -> int:
    """`cores`, or for 0 all that this process may use (a container's share, not the host's count)."""
    if cores > 0:
        return cores
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cluster_cores(conf: Mapping[str, str], now: int) -> int:
    """The cores of all executors that Spark's `conf` lets a job have; where it sets no limit, those it has `now`."""
    dynamic = conf.get("spark.dynamicAllocation.enabled") == "true"
    executors = conf.get("spark.dynamicAllocation.maxExecutors" if dynamic else "spark.executor.instances")
    each = conf.get("spark.executor.cores")
    if not (executors and executors.isdigit() and each):
        return now
    return int(executors) * int(each)
