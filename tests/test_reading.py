"""What the README says on reading the tables is run, as it stands there, on real tables; so is its export."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timezone
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from batch.snapshot import Snapshot
from conf.jvm import end_jvm
from conf.lake import Lake
from streaming import sink
from streaming.lake import prepare
from tests.batch.lakes import Row, append, pictures
from tests.batch.refits import publish_night
from tests.conftest import ROOT
from tests.delta_spark import delta_session
from tests.streaming.landing.fakes import NOW, new_lake
from tests.streaming.sinking import Writer
from tests.test_verger import verger

README = (ROOT / "README.md").read_text("utf-8")
MOVING = (ROOT / "conf" / "emr" / "MOVING.md").read_text("utf-8")
EXPECTED = {row.path: row.features for row in pictures(10)[1:]}


def block(mark: str, page: str = README) -> str:
    """The code behind a mark on the page."""
    found = re.search(rf"<!-- {mark} -->\n```\w+\n(.*?)```", page, re.DOTALL)
    assert found, mark
    return found[1]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Ten pictures and a refit, then a rejected overwrite of the first, and a replay of the second out of reach."""
    append(lake := new_lake(tmp_path_factory.mktemp("demo")), pictures(10))
    publish_night(Snapshot.take(lake), 0)
    out_of_reach = Row(12, path="file:///Lemon/2.jpg", version=2, status="rejected", error_code="unreachable")
    append(lake, [Row(11, path="file:///Kiwi/1.jpg", status="rejected", error_code="truncated"), out_of_reach])
    return lake


@pytest.fixture
def names(lake: Lake) -> dict[str, Any]:
    """What is known after the first block, with the lake of this test for the demo's."""
    text = block("read: duckdb")
    assert 'lake = "demo/lake"' in text
    names: dict[str, Any] = {}
    exec(text.replace('"demo/lake"', repr(lake.root)), names)
    return names


def test_duckdb_has_the_current_pictures(names: dict[str, Any]) -> None:
    found = {path: features for path, _, features in names["current"].fetchall()}
    assert set(found) == set(EXPECTED)
    np.testing.assert_array_equal(np.float32(found["file:///Lemon/2.jpg"]), EXPECTED["file:///Lemon/2.jpg"])


def test_similar_pictures_are_those_that_show_names(names: dict[str, Any], lake: Lake) -> None:
    exec(block("read: similar"), names)
    assert names["path"] == min(EXPECTED)
    cosines = [cosine for _, cosine in names["similar"]]
    assert cosines == sorted(cosines, reverse=True)
    assert len(cosines) == 5
    matrix = {path: np.asarray(features, np.float64) for path, features in EXPECTED.items()}
    asked = matrix.pop(names["path"])
    true = {path: v @ asked / np.linalg.norm(v) / np.linalg.norm(asked) for path, v in matrix.items()}
    assert [path for path, _ in names["similar"]] == sorted(true, key=lambda path: -true[path])[:5]


def test_pandas_has_the_matrix(names: dict[str, Any]) -> None:
    exec(block("read: pandas"), names)
    assert names["matrix"].shape == (9, 1280)
    assert names["matrix"].dtype == np.float32


def test_the_projection_is_the_last_refits(names: dict[str, Any]) -> None:
    exec(block("read: projection"), names)
    assert len(names["pca"].fetchall()) == 10


def test_deltalake_has_the_rejected_ones(names: dict[str, Any]) -> None:
    exec(block("read: deltalake"), names)
    assert set(names["outcomes"]["error_code"].dropna()) == {"truncated", "unreachable"}


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    before = dict(os.environ)
    yield delta_session("reading")
    end_jvm()
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.spark
def test_spark_reads_the_table_and_the_export(
    names: dict[str, Any], lake: Lake, spark: SparkSession, tmp_path: Path
) -> None:
    """And so do DuckDB and pandas the file."""
    out = str(tmp_path / "features.parquet")
    assert verger("export", "--lake", lake.root, "--out", out).returncode == 0
    assert verger("compare", out, "--lake", lake.root, "--tolerance", "0").returncode == 0
    assert duckdb.read_parquet(out).aggregate("count(*)").fetchall() == [(9,)]
    assert set(pd.read_parquet(out)["path"]) == set(EXPECTED)
    exec(block("read: spark"), names := names | {"spark": spark})
    for frame in (names["pictures"], spark.read.parquet(out)):
        assert dict(frame.dtypes) == {"path": "string", "label": "string", "features": "array<float>"}
        rows = {row["path"]: np.float32(row["features"]) for row in frame.collect()}
        assert set(rows) == set(EXPECTED)
        np.testing.assert_array_equal(rows["file:///Lemon/2.jpg"], EXPECTED["file:///Lemon/2.jpg"])


@pytest.mark.spark
def test_spark_reads_what_workers_wrote_merged_or_not_and_skips_files_by_what_the_log_says(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sink, "UPKEEP", replace(sink.UPKEEP, merge_every=10))
    prepare(lake := Lake(str(tmp_path / "lake")))
    writer = Writer(lake, tmp_path / "checkpoint")
    for seq in range(1, 18):
        writer.write(writer.files(seq, path=f"file:///{seq}.jpg", features=[float(seq)] * 1280), seq)
    table = spark.read.format("delta").load(lake.uri("features"))
    assert {row.seq: row.features[0] for row in table.select("seq", "features").collect()} == {
        seq: float(seq) for seq in range(1, 18)
    }
    assert table.schema["features"].dataType.simpleString() == "array<float>"
    for skipping in (f"featurized_at = timestamp'{NOW}' AND seq = 15", "path = 'file:///15.jpg' AND status = 'ok'"):
        (row,) = table.where(skipping).collect()
        assert (row.seq, row.discovered_at.astimezone(timezone.utc)) == (15, NOW)
    assert spark.sql(f"SELECT count(*) FROM delta.`{lake.uri('features')}` VERSION AS OF 5").first() == (5,)


def test_what_moving_over_asks_of_aws_is_json() -> None:
    assert json.loads(block("notification", MOVING))["QueueConfigurations"][0]["Events"] == ["s3:ObjectCreated:*"]
    policy = json.loads(json.loads(block("queue", MOVING))["Policy"])
    assert policy["Statement"][0]["Action"] == "sqs:SendMessage"
