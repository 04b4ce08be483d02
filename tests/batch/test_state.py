"""What a refit leaves for the next one: exact, and of the last week."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from batch.gathering import Gathered
from batch.pca.moments import Moments
from batch.snapshot import Snapshot
from batch.state import State
from schemas.moments import MOMENTS
from tests.batch.lakes import append, pictures, vectors
from tests.batch.running import held
from tests.batch.states import states
from tests.streaming.landing.fakes import NOW, new_lake

DAY = timedelta(days=1)


def taken(folder: Path) -> Snapshot:
    append(lake := new_lake(folder), pictures(3))
    return Snapshot.take(lake)


def state(snapshot: Snapshot, when: datetime = NOW, model_id: str = "m", last_seq: int = 3) -> State:
    gathered = Gathered(Moments.of(vectors(3)), 2)
    return State(snapshot.lake_id, model_id, last_seq, snapshot.version, gathered, "digest", 4, when)


def test_it_is_read_back_bit_for_bit(tmp_path: Path) -> None:
    written = state(snapshot := taken(tmp_path), NOW + timedelta(microseconds=7))
    written.write(snapshot.lake, held)
    read = State.latest(snapshot, "m")
    assert read is not None
    for name in ("lake_id", "model_id", "last_seq", "features_version", "rows_digest", "since_full", "computed_at"):
        assert getattr(read, name) == getattr(written, name)
    assert (read.gathered.moments.n, read.gathered.left_out) == (3, 2)
    assert np.array_equal(read.gathered.moments.mean, written.gathered.moments.mean)
    assert np.array_equal(read.gathered.moments.m2, written.gathered.moments.m2)


def test_there_is_none_at_first(tmp_path: Path) -> None:
    assert State.latest(taken(tmp_path), "m") is None


def test_a_table_that_was_made_and_never_written_to_counts_as_none(tmp_path: Path) -> None:
    snapshot = taken(tmp_path)
    snapshot.lake.create(MOMENTS, {})
    assert State.latest(snapshot, "m") is None


def test_the_latest_of_the_model_is_taken(tmp_path: Path) -> None:
    snapshot = taken(tmp_path)
    for days, model_id, last_seq in ((2, "m", 2), (0, "m", 1), (3, "n", 3)):
        state(snapshot, NOW + days * DAY, model_id, last_seq).write(snapshot.lake, held)
    found = [State.latest(snapshot, model_id) for model_id in "mno"]
    assert [one and one.last_seq for one in found] == [2, 3, None]


def test_states_of_more_than_a_week_ago_go_away(tmp_path: Path) -> None:
    snapshot = taken(tmp_path)
    for night in range(12):
        state(snapshot, NOW + night * DAY).write(snapshot.lake, held)
    assert [row["computed_at"] for row in states(snapshot.lake)] == [NOW + night * DAY for night in range(4, 12)]


def test_the_one_just_written_stays_however_long_ago_the_others_were(tmp_path: Path) -> None:
    snapshot = taken(tmp_path)
    for when in (NOW, NOW + 400 * DAY):
        state(snapshot, when).write(snapshot.lake, held)
    assert [row["computed_at"] for row in states(snapshot.lake)] == [NOW + 400 * DAY]
