"""Admission by objects, bytes and predicted seconds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.landing.admission import OVERHEAD_S, OVERHEADS, SLOWDOWNS, Admission, Limits
from tests.bench.simulation import Batch, Machine, Picture, drained

NO_LIMIT = 10**12
SMALL, PHOTO = Picture(".jpg", 5_000, 9.0), Picture(".jpg", 2_700_000, 45.0)

batches = st.lists(st.tuples(st.integers(0, 10**7), st.floats(0, 10**6)), max_size=50)


def admit(sizes: list[int], limits: Limits) -> int:
    return Admission(limits).admit(["a.jpg"] * len(sizes), np.array(sizes, np.int64))


def test_nothing_waiting_admits_nothing() -> None:
    assert admit([], Limits(10, 10)) == 0


def test_objects_and_bytes_are_hard_limits_at_once() -> None:
    assert admit([10] * 100, Limits(7, 10_000)) == 7
    assert admit([10] * 100, Limits(1_000, 95)) == 9


def test_a_picture_larger_than_every_limit_goes_alone() -> None:
    assert admit([500, 1], Limits(10, 100)) == 1
    assert admit([10**10, 1], Limits(10, NO_LIMIT, target_s=0.01)) == 1


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=200), st.floats(0.1, 100), st.integers(1, 64))
def test_a_batch_is_one_picture_or_within_all_limits(sizes: list[int], target_s: float, cores: int) -> None:
    limits = Limits(50, 10**8, target_s, cores)
    admission, values = Admission(limits), np.array(sizes, np.int64)
    taken = admission.admit(["a.png"] * len(sizes), values)
    assert 1 <= taken <= limits.max_objects
    if taken > 1:
        assert values[:taken].sum() <= limits.max_bytes
        assert admission.costs.predict(["a.png"] * taken, values[:taken]).sum() <= admission.work_ms()


@given(batches)
def test_what_is_learned_stays_within_bounds(took: list[tuple[int, float]]) -> None:
    admission = Admission(Limits(10, 10, 20.0, 2))
    for work_ms, seconds in took:
        admission.learn(work_ms, seconds)
    assert OVERHEADS[0] <= admission.overhead_s <= OVERHEADS[1]
    assert SLOWDOWNS[0] <= admission.slowdown <= SLOWDOWNS[1]
    assert 0 < admission.work_ms() < math.inf


def test_it_doubles_with_the_cores_and_with_the_time() -> None:
    work = [Admission(Limits(1, 1, *given)).work_ms() for given in ((20.0, 2), (20.0, 4), (39.0, 2))]
    assert work == pytest.approx([work[0], 2 * work[0], 2 * work[0]])


def test_a_target_below_the_overhead_leaves_half_of_it_to_pictures() -> None:
    assert Admission(Limits(1, 1, target_s=OVERHEAD_S / 2, cores=2)).work_ms() == pytest.approx(OVERHEAD_S / 4 * 2000)


def test_the_first_batch_is_small_and_a_backlog_then_runs_in_batches_of_the_target() -> None:
    batches = run([SMALL] * 40_000)
    assert batches[0].seconds < 5
    assert all(15 < batch.seconds < 25 for batch in batches[2:-1])


def test_a_trickle_runs_in_quick_batches_and_waits_for_nothing() -> None:
    admission = Admission(Limits(20_000, NO_LIMIT, 20.0, 2))
    assert admission.admit(["a.jpg"], np.array([5_000])) == 1
    assert admission.admit(["a.jpg"] * 30, np.full(30, 5_000)) == 30


def test_photos_after_small_pictures_make_no_batch_of_minutes() -> None:
    batches = run([SMALL] * 20_000 + [PHOTO] * 20_000)
    assert max(batch.seconds for batch in batches) < 40


@pytest.mark.parametrize("slow", [Picture(".jpg", 4_000, 500.0), Picture(".png", 40_000, 3_000.0)])
def test_small_files_that_take_long_are_found_out(slow: Picture) -> None:
    batches = run([SMALL] * 20_000 + [slow] * 5_000, max_objects=NO_LIMIT)
    late = [batch.seconds for batch in batches if batch.began > sum(b.seconds for b in batches) / 2]
    assert np.median(late) < 30


@pytest.mark.parametrize("slower", [0.5, 5.0])
def test_a_machine_of_another_speed_is_found_out(slower: float) -> None:
    batches = run([Picture(".jpg", 5_000, 9.0 * slower)] * 30_000)
    assert np.median([batch.seconds for batch in batches[2:-1]]) == pytest.approx(20, rel=0.25)


def test_cores_that_are_not_there_are_found_out() -> None:
    batches = run([SMALL] * 60_000, cores=8, workers=2)
    assert all(batch.seconds < 85 for batch in batches)
    assert np.median([batch.seconds for batch in batches[5:-1]]) == pytest.approx(20, rel=0.25)


def test_it_decides_the_same_again() -> None:
    pictures = [SMALL, PHOTO] * 3_000
    assert run(pictures) == run(pictures)


def run(pictures: list[Picture], *, cores: int = 2, workers: int = 0, max_objects: int = 20_000) -> list[Batch]:
    """All of them wait at once."""
    machine = Machine(overhead_s=1.0, cold_s=0.0, workers=workers or cores)
    return drained(pictures, machine, Limits(max_objects, NO_LIMIT, 20.0, cores))
