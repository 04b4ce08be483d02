"""`verger export`: the notebook's Parquet file, whole or not at all."""

import os
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from conf.errors import FailedError, UserError
from conf.lake import Lake
from conf.settings import Settings
from streaming.reading import export
from tests.batch.lakes import Row, append, pictures
from tests.streaming.landing.fakes import new_lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Ten pictures; the first is overwritten by one that is rejected, and one is of another model."""
    append(lake := new_lake(tmp_path), pictures(10))
    other = Row(12, pictures(1)[0].features, "file:///Kiwi/other.jpg", model_id="other")
    append(lake, [Row(11, path="file:///Kiwi/1.jpg", status="rejected", error_code="truncated"), other])
    return lake


def run(lake: Lake, out: str, **settings: Any) -> str:
    said = StringIO()
    export.run_export(Settings(lake=lake.root, landing="/orchard", **settings), Console(file=said, width=500), out)
    return said.getvalue()


def test_it_has_the_current_pictures_of_one_model(lake: Lake, tmp_path: Path) -> None:
    said = run(lake, out := str(tmp_path / "features.parquet"))
    table = pq.read_table(out)
    assert [str(field.type) for field in table.schema] == ["string", "string", "list<element: float>"]
    expected = {row.path: row.features for row in pictures(10)[1:]}
    assert set(table["path"].to_pylist()) == set(expected)
    for path, features in zip(table["path"].to_pylist(), table["features"].to_pylist(), strict=True):
        np.testing.assert_array_equal(np.asarray(features, np.float32), expected[path])
    assert "9 pictures of model m" in said
    assert "1 current pictures have features of other models" in said


def test_a_model_can_be_named(lake: Lake, tmp_path: Path) -> None:
    run(lake, out := str(tmp_path / "features.parquet"), model_id="other")
    assert pq.read_table(out)["path"].to_pylist() == ["file:///Kiwi/other.jpg"]


def test_row_groups_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "GROUP_ROWS", 600)
    append(lake := new_lake(tmp_path), pictures(1_500))
    run(lake, out := str(tmp_path / "features.parquet"))
    groups = pq.ParquetFile(out).metadata
    assert groups.num_rows == 1_500
    assert max(groups.row_group(i).num_rows for i in range(groups.num_row_groups)) <= 600 + 512


def test_pandas_and_duckdb_read_it(lake: Lake, tmp_path: Path) -> None:
    run(lake, out := str(tmp_path / "features.parquet"))
    frame = pd.read_parquet(out)
    assert np.stack(list(frame["features"])).shape == (9, 1280)
    assert duckdb.read_parquet(out).aggregate("count(*), min(len(features))").fetchall() == [(9, 1280)]


def test_what_was_there_stays_when_it_fails(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (out := tmp_path / "out" / "features.parquet").parent.mkdir()
    out.write_bytes(b"before")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "_write", full)
    with pytest.raises(FailedError, match="No space left on device; nothing was replaced"):
        run(lake, str(out))
    assert out.read_bytes() == b"before"
    assert list(out.parent.iterdir()) == [out]


def test_a_folder_that_is_not_there_is_named(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(FailedError, match=r"none/features.parquet can't be written: No such file"):
        run(lake, str(tmp_path / "none" / "features.parquet"))


def test_what_is_no_file_is_not_replaced(lake: Lake, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="pipe is there and is no file"):
        run(lake, str(tmp_path / "pipe"))
    assert (tmp_path / "pipe").is_fifo()


def test_a_lake_without_features_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="none of the pictures"):
        run(new_lake(tmp_path), str(tmp_path / "x.parquet"))


@pytest.mark.s3
def test_it_is_written_to_s3(lake: Lake, bucket: str, s3: Any) -> None:
    run(lake, f"s3://{bucket}/out/features.parquet")
    content = s3.get_object(Bucket=bucket, Key="out/features.parquet")["Body"].read()
    assert content.startswith(b"PAR1")
    with pytest.raises(FailedError, match="NoSuchBucket"):
        run(lake, "s3://no-such-bucket-here/features.parquet")
