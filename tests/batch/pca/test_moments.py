"""Moments: merging has the laws of a sum, subtracting is its inverse, and large means cost no digits."""

from functools import reduce
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from batch.errors import MomentsError, NotFiniteError, RefitError
from batch.pca.moments import BLOCK_ROWS, Floats, Moments, merge, subtract

D = 3
blocks = arrays(np.float64, st.tuples(st.integers(0, 12), st.just(D)), elements=st.floats(-100, 100, width=32))


def assert_same(a: Moments, b: Moments, of: Floats | None = None) -> None:
    """Equal to 1e-9 of the size of the data that went in (of `of`, where more went in than what is left)."""
    scale = float(np.abs(a.mean).max(initial=1.0)) if of is None else float(np.abs(of).max(initial=1.0))
    assert a.n == b.n
    np.testing.assert_allclose(a.mean, b.mean, rtol=1e-9, atol=1e-9 * scale)
    size = float(a.m2.trace()) if of is None else len(of) * scale**2
    np.testing.assert_allclose(a.m2, b.m2, rtol=1e-9, atol=1e-9 * max(size, 1.0))


@given(blocks, blocks)
def test_merging_is_commutative(a: Floats, b: Floats) -> None:
    assert_same(merge(Moments.of(a), Moments.of(b)), merge(Moments.of(b), Moments.of(a)))


@given(blocks, blocks, blocks)
def test_merging_is_associative(a: Floats, b: Floats, c: Floats) -> None:
    x, y, z = Moments.of(a), Moments.of(b), Moments.of(c)
    assert_same(merge(merge(x, y), z), merge(x, merge(y, z)))


@given(st.lists(blocks, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_any_order_and_grouping_equals_one_pass(parts: list[Floats], random: Random) -> None:
    whole = Moments.of(np.concatenate(parts))
    moments = [Moments.of(part) for part in parts]
    while len(moments) > 1:
        a, b = (moments.pop(random.randrange(len(moments))) for _ in range(2))
        moments.append(merge(a, b))
    assert_same(moments[0], whole)


@given(blocks, blocks)
def test_adding_then_subtracting_gives_back(kept: Floats, gone: Floats) -> None:
    left = subtract(merge(Moments.of(kept), Moments.of(gone)), Moments.of(gone))
    assert_same(left, Moments.of(kept), of=np.concatenate([kept, gone]))


@given(blocks)
def test_empty_changes_nothing(rows: Floats) -> None:
    moments = Moments.of(rows)
    assert merge(moments, Moments.empty(D)) is moments or not moments.n
    assert_same(merge(Moments.empty(D), moments), moments)
    assert_same(subtract(moments, Moments.empty(D)), moments)


@given(blocks)
def test_packing_is_exact(rows: Floats) -> None:
    moments = Moments.of(rows)
    again = Moments.from_bytes(moments.n, moments.mean, moments.to_bytes())
    assert again.n == moments.n
    assert (again.mean == moments.mean).all()
    assert (again.m2 == moments.m2).all()


def test_a_packed_triangle_of_1280_features_takes_6_5_mb() -> None:
    assert len(Moments.empty(1280).to_bytes()) == 1280 * 1281 // 2 * 8


def test_the_covariance_is_numpys() -> None:
    rows = np.random.default_rng(0).normal(5, 2, (100, 7))
    np.testing.assert_allclose(Moments.of(rows).covariance, np.cov(rows.T), rtol=1e-12)


def test_m2_is_symmetric_to_the_bit() -> None:
    rows = np.random.default_rng(0).normal(5, 2, (300, 50))
    m2 = reduce(merge, [Moments.of(part) for part in np.array_split(rows, 7)]).m2
    assert (m2 == m2.T).all()


def test_more_rows_than_a_block_equal_one_product() -> None:
    rows = np.random.default_rng(0).normal(3, 1, (BLOCK_ROWS + 5, 4)).astype(np.float32)
    moments = Moments.of(rows)
    exact = rows.astype(np.float64)
    np.testing.assert_allclose(moments.mean, exact.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(moments.covariance, np.cov(exact.T), rtol=1e-9)


def test_the_rows_stay_as_they_are() -> None:
    rows = np.random.default_rng(0).normal(3, 1, (10, 4))
    before = rows.copy()
    Moments.of(rows)
    assert (rows == before).all()


def test_a_mean_of_a_million_passes_where_the_naive_formula_fails() -> None:
    rng = np.random.default_rng(0)
    spread = rng.integers(-8, 9, (4000, 5)) / 2**13  # exact beside 1e6 in float64, so the truth is known
    rows = spread + 1e6
    truth = np.cov(spread.T)
    naive = (rows.T @ rows - len(rows) * np.outer(rows.mean(axis=0), rows.mean(axis=0))) / (len(rows) - 1)
    assert np.abs(naive - truth).max() > np.abs(truth).max()  # not one digit
    merged = reduce(merge, [Moments.of(part) for part in np.array_split(rows, 9)])
    np.testing.assert_allclose(merged.covariance, truth, rtol=1e-6, atol=1e-6 * np.abs(truth).max())
    np.testing.assert_allclose(Moments.of(rows).covariance, truth, rtol=1e-9, atol=1e-9 * np.abs(truth).max())


@settings(max_examples=20)
@given(st.sampled_from([np.nan, np.inf, -np.inf, 1e200]))
def test_a_row_that_is_not_finite_is_refused_and_counted(bad: float) -> None:
    rows = np.ones((10, D))
    rows[3, 1] = rows[7, 0] = bad
    with pytest.raises(NotFiniteError, match="2 of 10 rows"):
        Moments.of(rows)


def test_the_largest_float32_is_fine() -> None:
    rows = np.array([[np.finfo(np.float32).max], [0]], np.float32)
    assert np.isfinite(Moments.of(rows).covariance).all()


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_rows_have_no_covariance(n: int) -> None:
    with pytest.raises(RefitError, match="at least 2 pictures"):
        _ = Moments.of(np.ones((n, D))).covariance


def test_taking_away_all_leaves_empty() -> None:
    moments = Moments.of(np.random.default_rng(0).normal(size=(5, D)))
    left = subtract(moments, moments)
    assert left.n == 0
    assert not left.mean.any()
    assert not left.m2.any()


def test_one_row_that_is_left_has_no_spread() -> None:
    rows = np.random.default_rng(0).normal(size=(5, D))
    left = subtract(Moments.of(rows), Moments.of(rows[:4]))
    assert not left.m2.any()
    np.testing.assert_allclose(left.mean, rows[4], rtol=1e-9)


def test_more_rows_than_there_are_cant_be_taken_away() -> None:
    with pytest.raises(MomentsError, match="can't take 3 rows away from 2"):
        subtract(Moments.of(np.ones((2, D))), Moments.of(np.ones((3, D))))


def test_rows_that_were_never_added_cant_be_taken_away() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(MomentsError, match="not among"):
        subtract(Moments.of(rng.normal(size=(50, D))), Moments.of(rng.normal(0, 5, (20, D))))


def test_other_numbers_of_features_dont_go_together() -> None:
    with pytest.raises(MomentsError, match="3 and of 4"):
        merge(Moments.empty(3), Moments.empty(4))


@pytest.mark.parametrize(
    ("n", "mean", "triangle"),
    [
        (-1, np.zeros(2), bytes(24)),
        (3, np.zeros(2), bytes(23)),
        (3, np.zeros(3), bytes(24)),
        (3, np.array([0, np.nan]), bytes(24)),
        (3, np.zeros(2), np.array([1, np.inf, 1]).tobytes()),
    ],
)
def test_a_packed_form_that_doesnt_fit_is_refused(n: int, mean: Floats, triangle: bytes) -> None:
    with pytest.raises(MomentsError, match="stored moments"):
        Moments.from_bytes(n, mean, triangle)
