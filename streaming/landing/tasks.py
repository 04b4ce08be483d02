"""How a batch is cut into tasks."""

import heapq

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

#: A task costs 0.3 s beside its pictures: it should have some seconds of work, and yet leave the others something
#: to do when a prediction was wrong.
TASK_MS = 1_000.0
MAX_TASKS_PER_CORE = 3


def balanced(rows: pa.Table, work_ms: NDArray[np.float64], cores: int) -> list[pa.Table]:
    """Cut a batch into tasks of nearly equal predicted work, the rows of each in order.

    Longest first onto the least loaded task (Graham's LPT rule: at most 4/3 of the best makespan).
    """
    a_core = round(work_ms.sum() / cores / TASK_MS)  # as many for each core: else some wait for the others' last one
    tasks = min(len(work_ms), cores * min(max(a_core, 1), MAX_TASKS_PER_CORE))
    loads = [(0.0, task) for task in range(tasks)]
    members: list[list[int]] = [[] for _ in range(tasks)]
    for index in np.argsort(-work_ms, kind="stable"):
        load, task = heapq.heappop(loads)
        members[task].append(int(index))
        heapq.heappush(loads, (load + float(work_ms[index]), task))
    return [rows.take(sorted(indices)) for indices in members if indices]
