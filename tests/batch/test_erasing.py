"""What was forgotten leaves the refit's tables with the next refit, and their files, too."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from numpy.typing import NDArray

from batch.erasing import erase_forgotten
from batch.gathering import Gathered
from batch.pca.moments import Moments
from batch.refit import Refit
from batch.selection import select
from batch.snapshot import Snapshot
from batch.state import State
from conf.lake import Lake
from conf.lease import LeaseLostError
from tests.batch.lakes import Row, append, pictures, vectors
from tests.batch.refits import projected, publish_night, refit_of
from tests.batch.running import held
from tests.streaming.landing.fakes import NOW, new_lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two refits of SECRET among others, and one in which it was forgotten already."""
    append(lake := new_lake(tmp_path), [*pictures(9), replace(pictures(1, 10)[0], path="file:///SECRET/10.jpg")])
    for night in range(2):
        publish_night(Snapshot.take(lake), night)
        keep_moments(lake, night)
    return lake


def keep_moments(lake: Lake, night: int) -> None:
    at, gathered = NOW + timedelta(days=night, microseconds=5), Gathered(Moments.of(vectors(10)), 0)
    State("lake", "m", 10, 1, gathered, "", 0, at).write(lake, held)


def texts(lake: Lake) -> list[str]:
    files = [file for file in (Path(lake.uri("projection"))).rglob("*") if file.is_file()]
    return [str(pq.read_table(f).to_pylist()) if f.suffix == ".parquet" else f.read_text() for f in files]


def erased(lake: Lake, forgotten: NDArray[np.int64], refit: Refit) -> int:
    return erase_forgotten(lake, forgotten, refit, held)


@pytest.fixture
def tonight(lake: Lake) -> Refit:
    """A refit without SECRET, published."""
    other = new_lake(Path(lake.root).parent / "after")
    append(other, pictures(9))
    refit_id = publish_night(replace(Snapshot.take(other), lake=lake, files=()), 2)  # of nothing: read from no file
    keep_moments(lake, 2)
    return replace(refit_of(Snapshot.take(other), NOW + timedelta(days=2, microseconds=5)), refit_id=refit_id)


def test_projections_and_moments_from_before_go(lake: Lake, tonight: Refit) -> None:
    assert any("SECRET" in text for text in texts(lake))
    assert erased(lake, np.array([10]), tonight) == 2
    assert not any("SECRET" in text for text in texts(lake))
    assert projected(lake).keys() <= {tonight.refit_id}
    (kept,) = DeltaTable(lake.uri("moments")).to_pyarrow_table()["computed_at"].to_pylist()
    assert kept == tonight.fitted_at
    version = DeltaTable(lake.uri("projection")).version()
    assert erased(lake, np.array([10]), tonight) == 0
    assert DeltaTable(lake.uri("projection")).version() == version


@pytest.mark.parametrize("calls", range(1, 6))
def test_ended_anywhere_it_is_done_whole_by_the_next_one(lake: Lake, tonight: Refit, calls: int) -> None:
    def ending() -> None:
        nonlocal calls
        calls -= 1
        if calls == 0:
            raise LeaseLostError("lost")

    with suppress(LeaseLostError):
        erase_forgotten(lake, np.array([10]), tonight, ending)
    assert calls == 0
    erased(lake, np.array([10]), tonight)
    assert not any("SECRET" in text for text in texts(lake))


def test_without_anything_forgotten_nothing_goes(lake: Lake) -> None:
    before = DeltaTable(lake.uri("projection")).version()
    for forgotten in (np.array([], np.int64), np.array([77])):
        assert erased(lake, forgotten, refit_of(Snapshot.take(lake), NOW + timedelta(days=9))) == 0
    assert DeltaTable(lake.uri("projection")).version() == before


def test_a_selection_knows_what_was_forgotten(lake: Lake) -> None:
    append(lake, [Row(11, status="rejected", error_code="forgotten"), Row(12, status="rejected", error_code="empty")])
    assert select(Snapshot.take(lake), "m").forgotten.tolist() == [11]
