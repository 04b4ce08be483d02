"""One version of `features`, and of its files only those that are needed."""

from pathlib import Path

import numpy as np
import pytest
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake.writer.properties import ColumnProperties

from batch.errors import RefitError
from batch.snapshot import Chosen, Snapshot, read
from conf.lake import Lake
from tests.batch.lakes import Row, append, pictures, table
from tests.streaming.landing.fakes import new_lake


def three_files(folder: Path) -> Lake:
    """Announcements 1 to 5, 6 to 10 and 11 to 15."""
    lake = new_lake(folder)
    for first in (1, 6, 11):
        append(lake, pictures(5, first, seed=first))
    return lake


def chosen(snapshot: Snapshot, *seqs: int) -> Chosen:
    mask = np.zeros(snapshot.last_seq + 1, np.bool_)
    mask[list(seqs)] = True
    return mask


def read_seqs(snapshot: Snapshot, which: Chosen) -> list[int]:
    batches = read(snapshot.lake, snapshot.files_with(which), which, ["features"])
    return sorted(seq for batch in batches for seq in batch["seq"].to_pylist())


def test_it_knows_version_lake_and_end(tmp_path: Path) -> None:
    lake = three_files(tmp_path)
    snapshot = Snapshot.take(lake)
    assert (snapshot.version, snapshot.last_seq, len(snapshot.files)) == (3, 15, 3)
    features = DeltaTable(lake.uri("features"))
    assert snapshot.lake_id == features.metadata().configuration["verger.lake_id"] != ""


@pytest.mark.parametrize("seqs", [(1,), (5, 6), (1, 15), (7, 8, 9), ()])
def test_only_the_files_with_chosen_rows_are_named_and_only_those_rows_read(tmp_path: Path, seqs: tuple[int]) -> None:
    snapshot = Snapshot.take(three_files(tmp_path))
    which = chosen(snapshot, *seqs)
    assert {f.first_seq for f in snapshot.files_with(which)} == {(seq - 1) // 5 * 5 + 1 for seq in seqs}
    assert read_seqs(snapshot, which) == sorted(seqs)


def test_rows_appended_after_it_was_taken_are_not_read(tmp_path: Path) -> None:
    snapshot = Snapshot.take(lake := three_files(tmp_path))
    append(lake, pictures(5, 16))
    assert snapshot.rows()["seq"].to_pylist() != []
    assert max(snapshot.rows()["seq"].to_pylist()) == 15
    assert read_seqs(snapshot, chosen(snapshot, *range(1, 16))) == list(range(1, 16))


def test_files_that_were_merged_meanwhile_are_still_read(tmp_path: Path) -> None:
    snapshot = Snapshot.take(lake := three_files(tmp_path))
    DeltaTable(lake.uri("features")).optimize.compact()
    assert len(Snapshot.take(lake).files) == 1
    for one in (snapshot, Snapshot.take(lake)):
        assert read_seqs(one, chosen(one, 2, 14)) == [2, 14]
        assert one.rows().num_rows == 15


@pytest.mark.parametrize("all_files", [False, True], ids=["one file", "all files"])
def test_a_file_without_statistics_is_read_in_any_case(tmp_path: Path, all_files: bool) -> None:
    lake = new_lake(tmp_path)
    if not all_files:
        append(lake, pictures(5))
    first = 1 if all_files else 6
    silent = WriterProperties(default_column_properties=ColumnProperties(statistics_enabled="NONE"))
    write_deltalake(lake.uri("features"), table(pictures(5, first)), mode="append", writer_properties=silent)
    snapshot = Snapshot.take(lake)
    assert (snapshot.last_seq, snapshot.files[0].first_seq) == (first + 4, 0)
    assert read_seqs(snapshot, chosen(snapshot, first, first + 4)) == [first, first + 4]


def test_rows_hold_what_decides_and_leave_out_what_can_never_be_current(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    rows = [
        Row(1),
        Row(2, status="rejected", error_code="empty"),
        Row(3, status="deferred", error_code="timeout"),
        Row(4, status="rejected", error_code="gone"),
    ]
    append(lake, rows)
    found = Snapshot.take(lake).rows()
    assert found["seq"].to_pylist() == [1, 2]
    assert {"path", "version", "seq", "status", "error_code", "model_id"} <= set(found.column_names)
    assert "features" not in found.column_names


def test_a_table_without_rows_or_no_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(RefitError, match=f"no pictures in {tmp_path}/lake: run `verger stream` first"):
        Snapshot.take(new_lake(tmp_path))
    with pytest.raises(RefitError, match="no table of features"):
        Snapshot.take(Lake(str(tmp_path / "nowhere")))
