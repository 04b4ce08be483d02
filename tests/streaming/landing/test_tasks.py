"""Tasks of equal work."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from streaming.landing.tasks import MAX_TASKS_PER_CORE, balanced

works = st.lists(st.floats(1, 10**5), min_size=1, max_size=300)


@given(works, st.integers(1, 4))
def test_tasks_hold_each_row_once_in_order(work: list[float], cores: int) -> None:
    rows = pa.table({"seq": range(len(work))})
    tasks = [task["seq"].to_pylist() for task in balanced(rows, np.array(work), cores)]
    assert sorted(seq for task in tasks for seq in task) == list(range(len(work)))
    assert all(task == sorted(task) for task in tasks)
    assert len(tasks) <= cores * MAX_TASKS_PER_CORE


@given(works, st.integers(1, 4))
def test_no_task_is_a_straggler(work: list[float], cores: int) -> None:
    rows = pa.table({"work": work})
    loads = [float(task["work"].to_numpy().sum()) for task in balanced(rows, np.array(work), cores)]
    assert max(loads) <= sum(loads) / len(loads) + max(work) + 1e-6


def test_a_big_batch_feeds_all_cores_from_the_start() -> None:
    assert len(balanced(pa.table({"size": [5_000] * 4}), np.full(4, 9.0), cores=4)) == 4


@given(works, st.integers(1, 4))
def test_no_core_waits_for_a_task_more_that_another_one_has(work: list[float], cores: int) -> None:
    tasks = len(balanced(pa.table({"work": work}), np.array(work), cores))
    assert tasks % cores == 0 or tasks == len(work)
