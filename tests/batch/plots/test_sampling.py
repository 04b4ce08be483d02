"""Sampling: each label keeps its share, none disappears, and the seed decides."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from batch.plots.sampling import sampled


def test_few_points_are_all_drawn() -> None:
    assert sampled(np.zeros(10, np.int64), limit=10).tolist() == list(range(10))


def test_labels_keep_their_shares_and_none_disappears() -> None:
    labels = np.repeat([0, 1, 2], [80_000, 20_000, 1])
    counts = np.bincount(labels[sampled(labels, limit=1_000)])
    assert counts.tolist() == [798, 200, 1]


@given(st.lists(st.integers(0, 8), min_size=1, max_size=200), st.integers(9, 50))
def test_no_more_than_the_limit_each_once_and_every_label(numbers: list[int], limit: int) -> None:
    labels = np.array(numbers)
    chosen = sampled(labels, limit)
    assert len(chosen) <= limit
    assert (np.diff(chosen) > 0).all()
    assert set(labels[chosen]) == set(numbers)


def test_more_labels_than_points_are_cut_at_the_limit() -> None:
    assert len(sampled(np.arange(100), limit=10)) == 10


def test_the_seed_decides() -> None:
    labels = np.arange(1000) % 3
    np.testing.assert_array_equal(sampled(labels, 100, seed=1), sampled(labels, 100, seed=1))
    assert (sampled(labels, 100, seed=1) != sampled(labels, 100, seed=2)).any()
