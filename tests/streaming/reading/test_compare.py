"""`verger compare`: our features against an old Parquet of theirs."""

import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from conf.errors import UserError
from conf.lake import Lake
from conf.settings import Settings
from streaming.reading.compare import Comparison, run_compare
from streaming.reading.show import print_comparison
from tests.batch.featurizing import featurize_files
from tests.batch.lakes import Row, Vectors, append, pictures
from tests.streaming.landing.fakes import new_lake

ROWS = pictures(10)
VECTORS = [row.features for row in ROWS if row.features is not None]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Ten pictures, as if their landing were in S3."""
    return filled(tmp_path, [f"s3://new/in/{row.label}/a b{row.seq}.jpg" for row in ROWS])


def filled(folder: Path, paths: list[str]) -> Lake:
    rows = [Row(row.seq, row.features, path, label=row.label) for row, path in zip(ROWS, paths, strict=True)]
    append(lake := new_lake(folder), rows)
    return lake


def old(
    file: Path, paths: Sequence[str | None], features: "list[Vectors] | list[list[float]]", kind: Any = None
) -> str:
    table = {"path": paths, "label": ["x"] * len(paths), "features": pa.array(list(map(list, features)), kind)}
    pq.write_table(pa.table(table), file)
    return str(file)


def compared(lake: Lake, location: str) -> Comparison:
    return run_compare(Settings(lake=lake.root, landing="/orchard"), Console(file=StringIO()), location)


def s3a(row: Row) -> str:
    return f"s3a://new/in/{row.label}/a%20b{row.seq}.jpg"


@pytest.mark.parametrize("kind", [pa.list_(pa.float32()), pa.list_(pa.float64()), pa.list_(pa.float32(), 1280)])
def test_the_same_features_agree(lake: Lake, tmp_path: Path, kind: Any) -> None:
    found = compared(lake, old(tmp_path / "old.parquet", [s3a(row) for row in ROWS], VECTORS, kind))
    assert (found.by, len(found.differences), found.only_ours, found.only_theirs) == ("path", 10, 0, 0)
    assert max(found.differences) == 0
    assert found.agrees(0)


def test_what_one_side_lacks_is_counted_and_named(lake: Lake, tmp_path: Path) -> None:
    paths = [s3a(row) for row in ROWS[2:]] + ["s3a://new/in/gone.jpg"]
    found = compared(lake, old(tmp_path / "old.parquet", paths, VECTORS[2:] + VECTORS[:1]))
    assert (len(found.differences), found.only_ours, found.only_theirs) == (8, 2, 1)
    assert found.named_ours == ["s3://new/in/Kiwi/a b1.jpg", "s3://new/in/Lemon/a b2.jpg"]
    assert found.named_theirs == ["s3a://new/in/gone.jpg"]


def test_a_difference_is_measured_and_its_picture_named(lake: Lake, tmp_path: Path) -> None:
    twice = [VECTORS[0], VECTORS[1] * np.float32(2), *VECTORS[2:]]
    found = compared(lake, old(tmp_path / "old.parquet", [s3a(row) for row in ROWS], twice))
    assert max(found.differences) == pytest.approx(0.5)  # |ours - 2 ours| / |2 ours|
    assert min(found.cosines) == pytest.approx(1.0)
    assert found.worst == "s3://new/in/Lemon/a b2.jpg"
    assert not found.agrees(0.49)
    assert found.agrees(0.51)
    print_comparison(found, 0.05, Console(file=(out := StringIO()), width=200), as_json=False)
    assert "DIFFER" in out.getvalue()
    print_comparison(found, 0.05, Console(file=(out := StringIO())), as_json=True)
    assert json.loads(out.getvalue())["agree"] is False


def test_a_copied_bucket_is_matched_by_label_and_name(lake: Lake, tmp_path: Path) -> None:
    paths = [f"s3a://old/Test/{row.label}/a%20b{row.seq}.jpg" for row in ROWS]
    found = compared(lake, old(tmp_path / "old.parquet", paths, VECTORS))
    assert (found.by, len(found.differences), max(found.differences)) == ("label and name", 10, 0)


def test_rows_that_are_no_features_are_counted(lake: Lake, tmp_path: Path) -> None:
    spoilt = [[1.0], [float("nan")] * 1280, *VECTORS[2:]]
    found = compared(lake, old(tmp_path / "old.parquet", [s3a(row) for row in ROWS], spoilt))  # type: ignore[arg-type]
    assert (found.unusable, len(found.differences), found.only_theirs) == (2, 8, 0)


def test_rows_without_a_path_are_counted(lake: Lake, tmp_path: Path) -> None:
    paths = [None, *(s3a(row) for row in ROWS[1:])]
    found = compared(lake, old(tmp_path / "old.parquet", paths, VECTORS))
    assert (found.unusable, len(found.differences), found.only_ours) == (1, 9, 1)


def test_folders_as_spark_writes_them_are_read(lake: Lake, tmp_path: Path) -> None:
    (folder := tmp_path / "Results").mkdir()
    (folder / "_SUCCESS").touch()
    for i in range(2):
        old(folder / f"part-{i}.snappy.parquet", [s3a(row) for row in ROWS[5 * i : 5 * i + 5]], VECTORS[5 * i :][:5])
    assert len(compared(lake, str(folder)).differences) == 10


@pytest.mark.parametrize("missing", ["none.parquet", "empty"])
def test_what_can_not_be_read_is_one_sentence(lake: Lake, tmp_path: Path, missing: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="can't be read as Parquet"):
        compared(lake, str(tmp_path / missing))


def test_nothing_in_common_is_said_with_both_spellings(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"theirs are called s3://b/x\.jpg, ours s3://new/in/Kiwi/a b1\.jpg"):
        compared(lake, old(tmp_path / "old.parquet", ["s3://b/x.jpg"], VECTORS[:1]))


@pytest.mark.s3
def test_their_file_may_be_in_s3(lake: Lake, tmp_path: Path, bucket: str, s3: Any) -> None:
    old(tmp_path / "old.parquet", [s3a(row) for row in ROWS], VECTORS)
    for key in ("Results/part 0.parquet", "Results/_SUCCESS"):
        s3.put_object(Bucket=bucket, Key=key, Body=(tmp_path / "old.parquet").read_bytes() if "part" in key else b"")
    assert len(compared(lake, f"s3://{bucket}/Results").differences) == 10
    assert len(compared(lake, f"s3://{bucket}/Results/part 0.parquet").differences) == 10
    for none in (f"s3://{bucket}/Result", "s3://no-such-bucket-here/Results"):
        with pytest.raises(UserError, match=r"no such object|NoSuchBucket"):
            compared(lake, none)
    for columns in ({"image": ["a"], "vector": [[1.0]]}, {"path": ["a"]}):
        pq.write_table(pa.table(columns), tmp_path / "other.parquet")
        s3.put_object(Bucket=bucket, Key="other.parquet", Body=(tmp_path / "other.parquet").read_bytes())
        with pytest.raises(UserError, match=r"other.parquet can't be read as Parquet with the columns path and"):
            compared(lake, f"s3://{bucket}/other.parquet")


def test_what_the_notebook_printed_agrees_with_ours(fruits: Path, weights: str, tmp_path: Path) -> None:
    """Its first values of five pictures; the rest, which it did not print, is ours."""
    told = json.loads((fruits / "notebook_features.json").read_text("utf-8"))
    rows = featurize_files(weights, 1, [fruits / "images" / one["image"] for one in told])
    append(lake := new_lake(tmp_path), rows)
    features = [np.array(row.features) for row in rows]
    for values, one in zip(features, told, strict=True):
        values[: len(one["features_head"])] = one["features_head"]
    paths = [f"s3a://p8/Test/{one['image'].replace(' ', '%20')}" for one in told]
    found = compared(lake, old(tmp_path / "old.parquet", paths, features))
    assert len(found.differences) == 5
    assert 0 < max(found.differences) < 1e-5
