"""Rows of features as a matrix; what is no row of 1,280 finite numbers is left out and told."""

import numpy as np
import pyarrow as pa
import pytest

from schemas.features import FEATURE_COUNT
from schemas.matrix import matrix
from tests.batch.lakes import vectors

GOOD = vectors(3)


def lists(*rows: object) -> pa.ListArray:
    return pa.array(rows, pa.list_(pa.float32()))


def with_one(value: float) -> object:
    row = GOOD[0].copy()
    row[700] = value
    return row


def test_all_good_rows_come_back_bit_for_bit() -> None:
    rows, usable = matrix(lists(*GOOD))
    assert (rows == GOOD).all()
    assert rows.dtype == np.float32
    assert usable.tolist() == [True] * 3


@pytest.mark.parametrize(
    "bad",
    [None, [], GOOD[0][:-1], np.append(GOOD[0], 1), with_one(np.nan), with_one(np.inf), with_one(-np.inf)],
    ids=["null", "empty", "short", "long", "nan", "inf", "-inf"],
)
def test_a_row_that_is_not_1280_finite_numbers_is_left_out(bad: object) -> None:
    rows, usable = matrix(lists(GOOD[0], bad, GOOD[1]))
    assert (rows == GOOD[:2]).all()
    assert usable.tolist() == [True, False, True]


def test_a_null_among_the_values_is_left_out() -> None:
    rows, usable = matrix(lists([None, *GOOD[0][1:].tolist()], GOOD[1]))
    assert (rows == GOOD[1:2]).all()
    assert usable.tolist() == [False, True]


def test_several_kinds_at_once_keep_the_order() -> None:
    rows, usable = matrix(lists(with_one(np.nan), GOOD[0], None, GOOD[1], GOOD[2][:5], with_one(np.inf), GOOD[2]))
    assert (rows == GOOD).all()
    assert usable.tolist() == [False, True, False, True, False, False, True]


def test_no_rows_are_a_matrix_without_rows() -> None:
    rows, usable = matrix(lists())
    assert (rows.shape, usable.shape) == ((0, FEATURE_COUNT), (0,))


def test_a_slice_of_a_batch_is_that_slice() -> None:
    rows, _ = matrix(lists(*GOOD).slice(1, 1))
    assert (rows == GOOD[1:2]).all()
