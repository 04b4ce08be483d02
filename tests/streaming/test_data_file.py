"""Data files: what is written is what is read, and Delta's log says what is in them."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from conf.lake import Lake
from schemas.features import FEATURES
from streaming import data_file
from streaming.data_file import DataFile, write_data_files
from streaming.lake import prepare
from tests.streaming.landing.fakes import NOW, features_row

REJECTED: dict[str, Any] = {"status": "rejected", "error_code": "empty", "error_detail": "no bytes"}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    prepare(lake := Lake(str(tmp_path)))
    return lake


def rows(*made: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(made), FEATURES.arrow())


def read(lake: Lake, file: DataFile) -> pa.Table:
    return pq.read_table(Path(lake.uri("features")) / file.path).cast(FEATURES.arrow())


def test_what_is_read_is_what_was_written(lake: Lake) -> None:
    tables = [
        rows(features_row(2, features=[0.0, -1.5] * 640, width=3, supersedes=1), features_row(1, **REJECTED)),
        rows(features_row(3, path="file:///Ä 🍎\n.jpg")),
    ]
    (file,) = write_data_files(lake.uri("features"), tables)
    assert read(lake, file).equals(pa.concat_tables(tables))
    assert (file.rows, file.seqs, file.statuses, file.codes) == (3, (1, 3), {"ok": 2, "rejected": 1}, {"empty": 1})
    assert (file.featurize_s, file.featurized_at) == (0.003, NOW.timestamp())


def test_no_rows_are_no_file(lake: Lake) -> None:
    assert list(write_data_files(lake.uri("features"), [])) == []


def test_many_rows_are_several_files_of_several_groups(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_file, "GROUP_ROWS", 10)
    monkeypatch.setattr(data_file, "FILE_ROWS", 30)
    tables = [rows(*(features_row(5 * n + m) for m in range(1, 6))) for n in range(13)]
    files = list(write_data_files(lake.uri("features"), tables))
    assert [file.rows for file in files] == [30, 30, 5]
    assert pq.ParquetFile(Path(lake.uri("features")) / files[0].path).num_row_groups == 3
    assert pa.concat_tables(read(lake, file) for file in files).equals(pa.concat_tables(tables))


def test_the_log_is_told_what_delta_rs_itself_would_tell_it(lake: Lake) -> None:
    """But for the texts, of which delta-rs keeps the beginning, and what is not indexed."""
    table = rows(features_row(1, **REJECTED), features_row(2, path="file:///a.jpg", features=[1.0] * 1280))
    (file,) = write_data_files(lake.uri("features"), [table])
    write_deltalake(lake.uri("features"), table, mode="append")
    log = Path(lake.uri("features"), "_delta_log", f"{1:020}.json").read_text().splitlines()
    theirs = json.loads(next(json.loads(line)["add"]["stats"] for line in log if line.startswith('{"add"')))
    assert file.stats["numRecords"] == theirs["numRecords"]
    for kind in ("minValues", "maxValues", "nullCount"):
        assert file.stats[kind] == {name: theirs[kind][name] for name in theirs[kind]}


def test_a_column_of_nothing_and_a_text_too_long_have_no_least_value(lake: Lake) -> None:
    (file,) = write_data_files(lake.uri("features"), [rows(features_row(1, path="x" * 10_000))])
    assert not {"path", "error_code"} & file.stats["minValues"].keys()
    assert (file.stats["nullCount"]["error_code"], file.stats["nullCount"]["path"]) == (1, 0)
    assert file.seqs == (1, 1)


def test_on_its_way_to_the_driver_it_stays_the_same(lake: Lake) -> None:
    (file,) = write_data_files(lake.uri("features"), [rows(features_row(1))])
    assert DataFile.from_json(file.to_json()) == file


def test_a_disk_that_takes_nothing_is_an_error_and_leaves_no_file_of_the_table(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(data_file, "replace_file", full)
    with pytest.raises(OSError, match="No space left"):
        list(write_data_files(lake.uri("features"), [rows(features_row(1))]))
    assert DeltaTable(lake.uri("features")).file_uris() == []
