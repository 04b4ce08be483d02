"""Whose features are taken: of one model, the current pictures."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from batch.errors import RefitError
from batch.selection import Selection, select
from batch.snapshot import Chosen, Snapshot
from conf.errors import SettingsError
from conf.lake import Lake
from tests.batch.lakes import Row, append
from tests.streaming.landing.fakes import NOW, new_lake

A, B, C = (f"file:///{name}.jpg" for name in "abc")


def selected(lake: Lake, *rows: Row, model_id: str = "auto") -> Selection:
    append(lake, rows)
    return select(Snapshot.take(lake), model_id)


def seqs(chosen: Chosen) -> list[int]:
    return np.flatnonzero(chosen).tolist()


def of_models(*names: str) -> list[Row]:
    """A picture for each name, with features of that model."""
    return [Row(seq, model_id=name) for seq, name in enumerate(names, 1)]


def test_auto_takes_the_model_that_most_current_pictures_have(tmp_path: Path) -> None:
    selection = selected(new_lake(tmp_path), *of_models("a", "b", "a", "b", "b"))
    assert (selection.model_id, seqs(selection.chosen), len(selection)) == ("b", [2, 4, 5], 3)
    assert selection.others == 2


def test_only_current_pictures_vote(tmp_path: Path) -> None:
    rows = [*of_models("old", "old", "old"), *(Row(seq, version=seq - 3, model_id="new") for seq in (4, 5))]
    rows = [Row(row.seq, path=(A, B, C)[(row.seq - 1) % 3], version=row.version, model_id=row.model_id) for row in rows]
    selection = selected(new_lake(tmp_path), *rows)
    assert (selection.model_id, seqs(selection.chosen), selection.others) == ("new", [4, 5], 1)


@pytest.mark.parametrize("names", ["abab", "baba", "bbaa"])
def test_a_tie_goes_to_the_first_name(tmp_path: Path, names: str) -> None:
    assert selected(new_lake(tmp_path), *of_models(*names)).model_id == "a"


def test_a_model_that_is_set_is_taken_though_few_have_it(tmp_path: Path) -> None:
    selection = selected(new_lake(tmp_path), *of_models("a", "b", "a"), model_id="b")
    assert (seqs(selection.chosen), selection.others) == ([2], 2)


def test_an_unknown_model_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"model_id = 'x' has no current pictures.*one of a \(2\), b \(1\)"):
        selected(new_lake(tmp_path), *of_models("a", "b", "a"), model_id="x")


def test_a_model_whose_pictures_were_all_replaced_is_unknown(tmp_path: Path) -> None:
    rows = [Row(1, path=A, model_id="old"), Row(2, path=A, version=1, model_id="new")]
    with pytest.raises(SettingsError, match=r"one of new \(1\)"):
        selected(new_lake(tmp_path), *rows, model_id="old")


@pytest.mark.parametrize("model_id", ["auto", "m"])
def test_no_features_at_all_is_said(tmp_path: Path, model_id: str) -> None:
    rows = [Row(1, path=A), Row(2, path=A, status="rejected", error_code="truncated")]
    with pytest.raises(RefitError, match=r"none of the pictures in .* has features; `verger status` says why"):
        selected(new_lake(tmp_path), *rows, model_id=model_id)


def test_an_overwritten_picture_leaves_and_its_new_version_enters(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    selected(lake, Row(1, path=A), Row(2, path=B))
    selection = selected(lake, Row(3, path=A), Row(4, path=C))
    entered, left = selection.changes_since(2)
    assert (seqs(entered), seqs(left)) == ([3, 4], [1])


def test_a_picture_that_is_rejected_now_leaves(tmp_path: Path) -> None:
    rows = [Row(1, path=A), Row(2, path=B), Row(3, path=A, status="rejected", error_code="empty")]
    entered, left = selected(new_lake(tmp_path), *rows).changes_since(2)
    assert (seqs(entered), seqs(left)) == ([], [1])


def test_a_picture_featured_again_by_another_model_leaves(tmp_path: Path) -> None:
    rows = [Row(1, path=A), Row(2, path=B), Row(3, path=A, version=1, model_id="n")]
    selection = selected(new_lake(tmp_path), *rows, model_id="m")
    assert [seqs(chosen) for chosen in selection.changes_since(2)] == [[], [1]]


def test_what_was_deferred_or_never_read_changes_nothing(tmp_path: Path) -> None:
    deferred = Row(3, path=A, status="deferred", error_code="timeout")
    rows = [Row(1, path=A), Row(2, path=B), deferred, Row(4, path=B, status="rejected", error_code="changed")]
    assert [seqs(chosen) for chosen in selected(new_lake(tmp_path), *rows).changes_since(2)] == [[], []]


def test_a_picture_that_came_and_went_since_is_in_neither(tmp_path: Path) -> None:
    rows = [Row(1, path=A), Row(2, path=B), Row(3, path=B, status="rejected", error_code="empty")]
    assert [seqs(chosen) for chosen in selected(new_lake(tmp_path), *rows).changes_since(1)] == [[], []]


def test_the_digest_tells_rows_apart_by_seq_and_time_alone(tmp_path: Path) -> None:
    append(lake := new_lake(tmp_path), [Row(1, path=A), Row(2, path=B)])
    one = select(Snapshot.take(lake), "m")
    later = [Row(1, path=A), Row(2, path=B, featurized_at=NOW + timedelta(microseconds=1))]
    other = selected(new_lake(tmp_path / "other"), *later)
    same = selected(lake, Row(3, path=C))
    both, first = one.chosen, one.chosen & (np.arange(3) < 2)
    assert one.digest(both) == same.digest(same.chosen & (np.arange(4) < 3))
    assert one.digest(first) == other.digest(first)
    assert len({one.digest(both), one.digest(first), other.digest(both), same.digest(same.chosen)}) == 4


def test_since_the_beginning_all_entered(tmp_path: Path) -> None:
    selection = selected(new_lake(tmp_path), Row(1, path=A), Row(2, path=A), Row(3, path=B))
    assert [seqs(chosen) for chosen in selection.changes_since(0)] == [[2, 3], []]
