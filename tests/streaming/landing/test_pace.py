"""Batches come at their interval, and nobody waits long in one go."""

from streaming.landing.pace import LONGEST_S, Pace


class Time:
    def __init__(self) -> None:
        self.now, self.longest = 100.0, 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.longest = max(self.longest, seconds)


def starts(interval_s: float, work_s: float, count: int = 4) -> tuple[list[float], float]:
    time, seen = Time(), list[float]()
    pace = Pace(interval_s, lambda: time.now, time.sleep)
    while len(seen) < count:
        if pace.comes():
            seen.append(time.now - 100)
            time.now += work_s
    return seen, time.longest


def test_the_first_comes_at_once_and_the_others_an_interval_apart() -> None:
    assert starts(0.5, 0.25) == ([0, 0.5, 1.0, 1.5], 0.25)


def test_work_that_takes_longer_is_followed_at_once() -> None:
    assert starts(0.5, 2) == ([0, 2, 4, 6], 0)


def test_a_long_interval_is_waited_for_in_small_steps() -> None:
    assert starts(60, 0) == ([0, 60, 120, 180], LONGEST_S)


def test_without_an_interval_nobody_waits() -> None:
    assert starts(0, 0) == ([0, 0, 0, 0], 0)
