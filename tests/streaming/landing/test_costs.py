"""What pictures cost is told by their class, cautiously at first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.landing.costs import CAUTION, Costs, expected_ms

pictures = st.lists(
    st.tuples(st.sampled_from(["a.jpg", "b.PNG", "c", "d.tiff"]), st.integers(0, 10**9), st.floats(0, 10**6)),
    min_size=1, max_size=60,
)  # fmt: skip


def one(costs: Costs, path: str, size: int, caution: float = CAUTION) -> float:
    return float(costs.predict([path], np.array([size]), caution)[0])


def test_what_was_never_seen_is_taken_to_cost_eight_times_as_much() -> None:
    assert one(Costs(), "a.jpg", 5_000) == pytest.approx(CAUTION * expected_ms(np.array([5_000]))[0])


def test_it_comes_to_what_was_seen_and_follows_it() -> None:
    costs, sizes = Costs(), np.full(400, 5_000)
    for ms in (40.0, 4.0):
        for _ in range(20):
            costs.learn(["a.jpg"] * 400, sizes, np.full(400, ms))
        assert one(costs, "B.JPG", 4_600) == pytest.approx(ms, rel=0.1)
    assert one(costs, "a.png", 5_000) == one(Costs(), "a.png", 5_000)
    assert one(costs, "a.jpg", 500_000) == one(Costs(), "a.jpg", 500_000)


@given(pictures, pictures)
def test_predictions_are_finite_positive_and_never_below_the_least(
    seen: list[tuple[str, int, float]], asked: list[tuple[str, int, float]]
) -> None:
    costs = Costs()
    paths, sizes, ms = zip(*seen, strict=True)
    costs.learn(paths, np.array(sizes), np.array(ms))
    paths, sizes, _ = zip(*asked, strict=True)
    work = costs.predict(paths, np.array(sizes))
    assert np.isfinite(work).all()
    assert (work >= costs.least_ms() * (1 - 1e-9)).all()
    assert costs.least_ms() > 0


@given(pictures)
def test_the_order_of_pictures_does_not_matter(seen: list[tuple[str, int, float]]) -> None:
    forward, backward = Costs(), Costs()
    for costs, order in ((forward, seen), (backward, seen[::-1])):
        paths, sizes, ms = zip(*order, strict=True)
        costs.learn(paths, np.array(sizes), np.array(ms))
    assert one(forward, *seen[0][:2]) == pytest.approx(one(backward, *seen[0][:2]))
