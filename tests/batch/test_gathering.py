"""Moments gathered from files: the same whatever the blocks, files and tasks."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch import gathering
from batch.errors import MomentsError
from batch.folding import difference
from batch.gathering import Gathered, fold, gather, tasks
from batch.pca.moments import Moments
from batch.snapshot import DataFile, Snapshot
from tests.batch.lakes import Vectors, append, no_spark, pictures, vectors
from tests.streaming.landing.fakes import new_lake


def batch(rows: Vectors) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"features": pa.array(list(rows), pa.list_(pa.float32()))})


def test_folding_equals_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "BLOCK_ROWS", 32)  # several blocks, and batches that fill none
    rows = vectors(100)
    gathered = fold(batch(part) for part in np.array_split(rows, 9))
    exact = rows.astype(np.float64)
    assert (gathered.moments.n, gathered.left_out) == (100, 0)
    np.testing.assert_allclose(gathered.moments.mean, exact.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(gathered.moments.covariance, np.cov(exact.T), rtol=1e-9, atol=1e-12)


def test_rows_that_are_not_finite_are_counted_and_left_out() -> None:
    rows = vectors(10)
    rows[[2, 7], 5] = np.nan, np.inf
    gathered = fold([batch(rows[:5]), batch(rows[5:])])
    good = Gathered(Moments.of(np.delete(rows, [2, 7], axis=0)), 2)
    assert gathered.left_out == 2
    assert difference(gathered, good) < 1e-12


def test_no_rows_have_empty_moments() -> None:
    assert (fold([]).moments.n, fold([batch(vectors(0))]).moments.n) == (0, 0)


def test_sums_and_differences_count_what_is_left_out() -> None:
    a, b = Gathered(Moments.of(vectors(20, 1)), 3), Gathered(Moments.of(vectors(30, 2)), 1)
    both = a + b
    assert (both.moments.n, both.left_out) == (50, 4)
    again = both - b
    assert (again.moments.n, again.left_out) == (20, 3)
    assert difference(again, a) < 1e-12


def test_more_than_there_is_can_not_be_taken_away() -> None:
    with pytest.raises(MomentsError):
        _ = Gathered(Moments.of(vectors(5, 1))) - Gathered(Moments.of(vectors(6, 2)))


def test_chosen_rows_of_several_files_are_gathered_without_spark(tmp_path: Path) -> None:
    lake, written = new_lake(tmp_path), []
    for first in (1, 11, 21):
        append(lake, rows := pictures(10, first, seed=first))
        written += rows
    chosen = np.zeros(31, np.bool_)
    chosen[[2, 3, 11, 29, 30]] = True
    rows_of = np.array([row.features for row in written if chosen[row.seq]])
    assert difference(gather(Snapshot.take(lake), chosen, no_spark), Gathered(Moments.of(rows_of))) < 1e-12


def test_nothing_chosen_opens_no_file(tmp_path: Path) -> None:
    append(lake := new_lake(tmp_path), pictures(5))
    snapshot = Snapshot.take(lake)
    for file in Path(lake.uri("features")).glob("*.parquet"):
        file.unlink()
    assert gather(snapshot, np.zeros(6, np.bool_), no_spark).moments.n == 0


@given(st.lists(st.integers(1, 3 * gathering.TASK_BYTES), max_size=40), st.integers(1, 16))
def test_every_file_is_in_one_task_and_the_tasks_are_even(sizes: list[int], least: int) -> None:
    files = [DataFile(str(i), size, i, i) for i, size in enumerate(sizes)]
    parts = tasks(files, least)
    assert sorted(file.path for part in parts for file in part) == sorted(file.path for file in files)
    assert all(parts)
    assert len(parts) >= min(least, len(files))
    loads = [sum(file.size_bytes for file in part) for part in parts]
    assert max(loads, default=0) - min(loads, default=0) <= max(sizes, default=0)
    assert max(loads, default=0) <= gathering.TASK_BYTES + max(sizes, default=0)


def test_a_small_table_is_one_task_unless_more_are_asked_for() -> None:
    files = [DataFile(str(i), 1000, i, i) for i in range(10)]
    assert (len(tasks(files, 1)), len(tasks(files, 4)), len(tasks(files, 64))) == (1, 4, 10)


def test_a_file_larger_than_a_task_is_a_task() -> None:
    assert len(tasks([DataFile("big", 10 * gathering.TASK_BYTES, 1, 9)], 1)) == 1
