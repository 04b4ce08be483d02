"""Tonight's moments go on from last night's, or are computed anew where those don't fit, and it is said why."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from batch.folding import AGREEMENT, difference
from batch.gathering import Gathered
from batch.pca.moments import Moments
from conf.lake import Lake
from tests.batch.lakes import Row, append, pictures, vectors
from tests.batch.states import Folder, damage, states
from tests.streaming.landing.fakes import NOW, new_lake


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A lake of 20 pictures, folded once."""
    lake = new_lake(tmp_path)
    append(lake, pictures(20))
    folder = Folder(lake)
    folder.fold()
    return folder


def test_the_first_night_computes_all_and_says_why(tmp_path: Path) -> None:
    append(lake := new_lake(tmp_path), pictures(20))
    folded = Folder(lake).fold()
    assert (folded.entered, folded.left, folded.since_full) == (20, 0, 0)
    assert folded.why == "there are no moments of this lake and model yet"
    assert (folded.difference, folded.warning) == (None, "")
    assert states(lake)[0]["full"]


def test_the_next_night_reads_only_what_changed(folder: Folder) -> None:
    append(folder.lake, pictures(3, first_seq=21, seed=1))
    folded = folder.fold(when=NOW + timedelta(days=1))
    assert (folded.entered, folded.left, folded.why, folded.since_full) == (3, 0, "", 1)
    assert (folded.gathered.moments.n, states(folder.lake)[-1]["full"]) == (23, False)


def test_a_night_without_news_changes_nothing(folder: Folder) -> None:
    before = folder.fold(full=True)
    folded = folder.fold(when=NOW + timedelta(days=1))
    assert (folded.entered, folded.left, folded.why) == (0, 0, "")
    assert difference(folded.gathered, before.gathered) == 0


def test_full_computes_all_though_there_is_state(folder: Folder) -> None:
    folded = folder.fold(full=True)
    assert (folded.why, folded.entered, folded.since_full) == ("asked for", 20, 0)


def test_the_state_of_another_lake_is_not_gone_on_from(folder: Folder) -> None:
    damage(folder.lake, lake_id="another")
    assert folder.fold().why == "there are no moments of this lake and model yet"


def test_the_state_of_another_model_is_not_gone_on_from(folder: Folder) -> None:
    damage(folder.lake, model_id="n")
    assert folder.fold().why == "there are no moments of this lake and model yet"


def rolled_back(lake: Lake) -> None:
    """The table as a backup from before its last commit brings it back."""
    log = Path(lake.uri("features")) / "_delta_log"
    max(log.glob("*.json")).unlink()


def test_a_table_that_was_rolled_back_is_computed_anew(folder: Folder) -> None:
    append(folder.lake, pictures(5, first_seq=21, seed=1))
    folder.fold(when=NOW + timedelta(days=1))
    rolled_back(folder.lake)
    folded = folder.fold(when=NOW + timedelta(days=2))
    assert folded.why == (
        "the state does not fit: it was at announcement 25 of version 2, the table is at 20 of version 1"
    )
    assert folded.gathered.moments.n == 20


def test_a_table_that_was_rolled_back_and_has_grown_past_the_state_since_is_computed_anew(folder: Folder) -> None:
    append(folder.lake, pictures(5, first_seq=21, seed=1))
    folder.fold(when=NOW + timedelta(days=1))
    rolled_back(folder.lake)
    others = [replace(row, featurized_at=NOW + timedelta(days=2)) for row in pictures(5, first_seq=21, seed=2)]
    append(folder.lake, others)
    folded = folder.fold(when=NOW + timedelta(days=2))
    there = np.concatenate([vectors(20), [row.features for row in others]])
    off = difference(folded.gathered, Gathered(Moments.of(there)))
    assert off < AGREEMENT


def test_a_table_whose_versions_were_rolled_back_is_computed_anew(folder: Folder) -> None:
    append(folder.lake, pictures(5, first_seq=21, seed=1))
    folder.fold(when=NOW + timedelta(days=1))
    rolled_back(folder.lake)
    rolled_back(folder.lake)
    append(folder.lake, pictures(40, seed=2))
    assert "it was at announcement 25 of version 2, the table is at 40 of version 1" in folder.fold().why


@pytest.mark.parametrize("columns", [{"n": 21}, {"left_out": 1}, {"last_seq": 19}, {"rows_digest": "x"}])
def test_another_number_of_pictures_than_the_table_had_is_computed_anew(
    folder: Folder, columns: dict[str, object]
) -> None:
    damage(folder.lake, **columns)
    folded = folder.fold()
    assert folded.why.startswith("the state does not fit: ")
    assert folded.gathered.moments.n == 20


@pytest.mark.parametrize(
    "columns",
    [{"m2": b"short"}, {"m2": b"\xff" * (1280 * 1281 * 4)}, {"mean": [float("nan")] * 1280}, {"mean": [0.0] * 1279}],
    ids=["short", "not finite", "mean not finite", "short mean"],
)
def test_state_that_can_not_be_read_back_is_computed_anew(folder: Folder, columns: dict[str, object]) -> None:
    damage(folder.lake, **columns)
    folded = folder.fold()
    assert "the state does not fit: stored moments" in folded.why
    exact = Gathered(Moments.of(vectors(20)))
    assert difference(folded.gathered, exact) < 1e-12


def test_pictures_that_leave_but_were_never_in_are_noticed(folder: Folder) -> None:
    (row,) = states(folder.lake)
    damage(folder.lake, m2=(np.frombuffer(row["m2"]) * 1e-6).tobytes())
    append(
        folder.lake, [Row(20 + row.seq, path=row.path, status="rejected", error_code="empty") for row in pictures(3)]
    )
    assert folder.fold().why == "the state does not fit: the rows to take away are not among the rows of the whole"


def test_difference_of_other_numbers_of_pictures_is_infinite() -> None:
    a, b = Gathered(Moments.of(vectors(5))), Gathered(Moments.of(vectors(6)))
    assert difference(a, b) == difference(a, Gathered(a.moments, 1)) == float("inf")
    assert difference(a, a) == 0.0 < AGREEMENT
