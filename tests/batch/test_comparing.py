"""Every so many nights all is computed anew, and the incremental moments must agree with it."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from batch.folding import AGREEMENT, Folded, difference
from batch.gathering import Gathered
from batch.pca.moments import Moments
from tests.batch.lakes import append, pictures, vectors
from tests.batch.states import Folder, damage, states
from tests.streaming.landing.fakes import NOW, new_lake


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    lake = new_lake(tmp_path)
    append(lake, pictures(20))
    return Folder(lake, full_every=3)


def nights(folder: Folder, count: int) -> list[Folded]:
    """Two new pictures each night after the first."""
    folds = []
    for night in range(count):
        folds.append(folder.fold(when=NOW + timedelta(days=night)))
        append(folder.lake, pictures(2, first_seq=21 + 2 * night, seed=night + 1))
    return folds


def test_every_third_night_computes_all_anew_and_compares(folder: Folder) -> None:
    folds = nights(folder, 7)
    assert [fold.since_full for fold in folds] == [0, 1, 2, 0, 1, 2, 0]
    compared = [night for night, fold in enumerate(folds) if fold.difference is not None]
    assert compared == [3, 6]
    for night in compared:
        assert folds[night].why == "full_every = 3"
        assert folds[night].entered == 20 + 2 * night
        assert folds[night].difference < 1e-13  # type: ignore[operator]
        assert folds[night].warning == ""


def test_with_0_it_never_does(folder: Folder) -> None:
    assert [fold.difference for fold in nights(Folder(folder.lake, 0), 5)] == [None] * 5


@pytest.mark.parametrize("column", ["mean", "m2"])
def test_state_that_was_tampered_with_is_replaced_and_warned_of(folder: Folder, column: str) -> None:
    folder.fold()
    (row,) = states(folder.lake)
    if column == "mean":
        damage(folder.lake, since_full=2, mean=[row["mean"][0] + 1e-5, *row["mean"][1:]])
    else:
        triangle = np.frombuffer(row["m2"]).copy()
        triangle[0] += 1e-3
        damage(folder.lake, since_full=2, m2=triangle.tobytes())
    folded = folder.fold(when=NOW + timedelta(days=1))
    assert folded.difference is not None
    assert AGREEMENT < folded.difference < 1e-3
    assert folded.warning.startswith(f"the incremental moments were off by {folded.difference:.1e}")
    assert folded.warning.endswith("those computed anew are used")
    assert difference(folded.gathered, Gathered(Moments.of(vectors(20)))) < 1e-12
    assert folder.fold(when=NOW + timedelta(days=2)).warning == ""  # the next night goes on from the good ones
    assert states(folder.lake)[-1]["mean"] == folded.gathered.moments.mean.tolist()
