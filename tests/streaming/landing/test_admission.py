"""Admission by objects and bytes, and tasks of equal work."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from streaming.landing.admission import MAX_TASKS_PER_CORE, Limits, admitted, balanced, predicted_ms

sizes_lists = st.lists(st.integers(0, 10**7), min_size=1, max_size=300)


def test_nothing_waiting_admits_nothing() -> None:
    assert admitted(np.array([], np.int64), Limits(10, 10)) == 0


def test_both_limits_hold_at_once() -> None:
    sizes = np.full(100, 10)
    assert admitted(sizes, Limits(max_objects=7, max_bytes=10_000)) == 7
    assert admitted(sizes, Limits(max_objects=1000, max_bytes=95)) == 9


def test_a_picture_larger_than_the_limit_goes_alone() -> None:
    assert admitted(np.array([500, 1]), Limits(10, 100)) == 1


@given(sizes_lists, st.integers(1, 4))
def test_tasks_hold_each_row_once_in_order(sizes: list[int], cores: int) -> None:
    rows = pa.table({"seq": range(len(sizes)), "size": sizes})
    tasks = [task["seq"].to_pylist() for task in balanced(rows, cores)]
    assert sorted(seq for task in tasks for seq in task) == list(range(len(sizes)))
    assert all(task == sorted(task) for task in tasks)
    assert len(tasks) <= cores * MAX_TASKS_PER_CORE


@given(sizes_lists, st.integers(1, 4))
def test_no_task_is_a_straggler(sizes: list[int], cores: int) -> None:
    rows = pa.table({"size": sizes})
    loads = [float(predicted_ms(task["size"].to_numpy()).sum()) for task in balanced(rows, cores)]
    longest = float(predicted_ms(np.array(sizes)).max())
    assert max(loads) <= sum(loads) / len(loads) + longest + 1e-6


def test_a_big_batch_feeds_all_cores_from_the_start() -> None:
    assert len(balanced(pa.table({"size": [5_000] * 4}), cores=4)) == 4
