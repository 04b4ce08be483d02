"""A lake is made once, and refused when its tables contradict each other."""

import shutil
from pathlib import Path

import pytest
from deltalake import DeltaTable

from conf.lake import LAKE_ID, Lake, LakeError, max_seq, row_count
from schemas.features import FEATURES
from streaming.lake import prepare
from streaming.landing.ledger import Draft, Ledger
from tests.streaming.landing.fakes import NOW, new_lake, write_features


def announce(lake: Lake, count: int) -> None:
    Ledger(lake).append([Draft(f"file:///{i}.jpg", "A", 1, NOW, None) for i in range(count)])


def refused(lake: Lake) -> str:
    before = sorted(path for path in Path(lake.root).rglob("*"))
    with pytest.raises(LakeError) as error:
        prepare(lake)
    assert sorted(path for path in Path(lake.root).rglob("*")) == before
    return str(error.value)


def test_preparing_twice_keeps_the_id(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    assert prepare(lake) == prepare(lake)


def test_the_table_describes_itself(tmp_path: Path) -> None:
    table = new_lake(tmp_path).open(FEATURES)
    assert table
    assert table.metadata().description == FEATURES.comment
    assert all(field.metadata["comment"] for field in table.schema().fields)
    assert table.metadata().configuration["delta.deletedFileRetentionDuration"] == "interval 1 days"


def test_the_greatest_seq_and_the_rows_are_known_without_a_scan(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    announce(lake, 3)
    write_features(lake, [{"seq": 1}, {"seq": 2}])
    write_features(lake, [{"seq": 3}])
    table = lake.open(FEATURES)
    assert table
    for file in table.file_uris():
        Path(file.removeprefix("file://")).unlink()
    assert (max_seq(table), row_count(table)) == (3, 3)


def test_a_ledger_older_than_the_table_is_refused(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    announce(lake, 1)
    write_features(lake, [{"seq": 1}, {"seq": 2}])
    assert "the ledger is older than the table" in refused(lake)


def test_a_ledger_without_its_features_is_refused(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    shutil.rmtree(lake.uri("features"))
    assert "no features table" in refused(lake)


def test_features_without_their_ledger_are_refused(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    write_features(lake, [{"seq": 1}])
    shutil.rmtree(lake.uri("ledger"))
    assert "no ledger" in refused(lake)


def test_tables_of_two_lakes_are_refused(tmp_path: Path) -> None:
    lake, other = new_lake(tmp_path), new_lake(tmp_path / "other")
    shutil.rmtree(lake.uri("ledger"))
    shutil.copytree(other.uri("ledger"), lake.uri("ledger"))
    assert "two different lakes" in refused(lake)


def test_a_table_of_another_schema_version_is_refused(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    DeltaTable.create(
        lake.uri("features"),
        FEATURES.delta(),
        configuration={"verger.schema_version": "99", LAKE_ID: "x"},
        raise_if_key_not_exists=False,
    )
    assert "schema version 99" in refused(lake)
