"""What admission learns from the table and from the time between Spark's questions."""

import math
import threading
from pathlib import Path

import numpy as np
import pytest

from conf.lake import Lake
from schemas.features import FEATURES
from streaming.landing.admission import Admission, Limits
from streaming.landing.experience import Experience
from tests.streaming.landing.fakes import new_lake, write_features
from tests.streaming.landing.test_settle import Clock

SIZE = 5_000


def rows(first: int, last: int, ms: float) -> list[dict[str, object]]:
    return [{"seq": seq, "size": SIZE, "featurize_ms": ms} for seq in range(first, last + 1)]


def predicted(admission: Admission) -> float:
    return float(admission.costs.predict(["file:///x.jpg"], np.array([SIZE]))[0])


def learn(experience: Experience, lake: Lake, after: int, upto: int) -> None:
    table = lake.open(FEATURES)
    assert table is not None
    experience.learn(table, after, upto)


@pytest.fixture
def admission() -> Admission:
    return Admission(Limits(20_000, 10**12, 20.0, 2))


def test_at_a_start_it_learns_from_the_latest_rows_only(
    admission: Admission, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = new_lake(tmp_path)
    write_features(lake, rows(1, 500, 900.0))
    write_features(lake, rows(501, 700, 20.0))
    monkeypatch.setattr("streaming.landing.experience.RECENT", 200)
    learn(Experience(admission), lake, 0, 700)
    assert predicted(admission) == pytest.approx(20.0, rel=0.1)


def test_rows_of_a_batch_are_learned_from_once_and_whole(admission: Admission, tmp_path: Path) -> None:
    lake, experience = new_lake(tmp_path), Experience(admission)
    write_features(lake, rows(1, 10, 9.0))
    learn(experience, lake, 0, 10)
    write_features(lake, rows(11, 6_000, 30.0))
    learn(experience, lake, 10, 6_000)
    assert predicted(admission) == pytest.approx(30.0, rel=0.05)


def test_the_first_batch_tells_nothing_of_time_and_the_next_ones_do(admission: Admission, tmp_path: Path) -> None:
    lake, clock = new_lake(tmp_path), Clock()
    experience = Experience(admission, clock)
    for number, seconds in enumerate((60.0, 13.0), 1):
        experience.asked()
        experience.admitted(1_000 * (number - 1), 1_000 * number)
        clock.now += seconds
        write_features(lake, rows(1_000 * (number - 1) + 1, 1_000 * number, 9.0))
        learn(experience, lake, 1_000 * (number - 1), 1_000 * number)  # may be before or after Spark asks again
        experience.asked()
        clock.now += 1_000  # nothing runs
        if number == 1:
            assert (admission.slowdown, admission.overhead_s) == (1.0, 1.0)
    write_features(lake, rows(2_001, 2_001, 9.0))
    learn(experience, lake, 2_000, 2_001)
    assert admission.slowdown == pytest.approx(1 + 0.3 * ((13.0 - 1.0) / 4.5 - 1))


def test_a_batch_whose_rows_are_not_all_known_tells_nothing(admission: Admission, tmp_path: Path) -> None:
    lake, clock = new_lake(tmp_path), Clock()
    experience = Experience(admission, clock)
    experience.asked()
    experience.admitted(0, 1)
    experience.asked()
    experience.admitted(1, 3_000)
    clock.now += 500
    experience.asked()
    write_features(lake, rows(2_000, 3_000, 9.0))
    learn(experience, lake, 1_500, 3_000)
    assert (admission.slowdown, admission.overhead_s) == (1.0, 1.0)
    assert not math.isclose(predicted(admission), 72.0, rel_tol=0.1)


def test_the_second_batch_waits_for_what_the_first_one_tells_and_no_other_one(
    admission: Admission, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, experience = new_lake(tmp_path), Experience(admission)
    monkeypatch.setattr("streaming.landing.experience.FIRST_LESSON_S", 60.0)
    experience.asked()
    experience.await_first_lesson()  # at once: there is no batch yet
    experience.admitted(0, 500)
    experience.asked()
    write_features(lake, rows(1, 500, 9.0))
    telling = threading.Timer(0.3, learn, (experience, lake, 0, 500))
    telling.start()
    experience.await_first_lesson()
    assert predicted(admission) == pytest.approx(9.0, rel=0.1)
    telling.join()
    experience.await_first_lesson()


def test_the_second_batch_comes_though_nothing_can_be_learned(
    admission: Admission, monkeypatch: pytest.MonkeyPatch
) -> None:
    experience = Experience(admission)
    monkeypatch.setattr("streaming.landing.experience.FIRST_LESSON_S", 0.01)
    experience.asked()
    experience.admitted(0, 500)
    experience.asked()
    experience.await_first_lesson()
    monkeypatch.setattr("streaming.landing.experience.FIRST_LESSON_S", 60.0)
    experience.await_first_lesson()
