"""The UDF in a real Spark session, over a real folder."""

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession

from conf.jvm import end_jvm
from conf.lake import Lake
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from streaming.data_file import DataFile
from streaming.featurize.isolation.bounds import Bounds
from streaming.featurize.limits import Limits
from streaming.featurize.sniff import READABLE
from streaming.featurize.udf import FeaturizeOptions, featurized
from streaming.featurize.weights import Model
from streaming.lake import prepare
from streaming.stores.opening import open_store
from streaming.stores.store import Listed
from streaming.warming import warm_up
from tests.streaming.featurize.odd_files import odd_files
from tests.streaming.landing.fakes import NOW

BOUNDS = Bounds(timeout_s=60.0, memory=2 << 30)
ODD = {f"{i}.jpg": outcome for i, outcome in enumerate(odd_files().values())}


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    """Batches of seven rows, and a time zone that is not UTC, to see that neither matters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = (
            SparkSession.builder.master("local[2,4]")
            .config("spark.executorEnv.PYTHONPATH", str(Path(__file__).parents[3]))
            .config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", "Asia/Kathmandu")
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", "7")
            .getOrCreate()
        )
        yield session
        end_jvm()  # the next session of this process may want another one


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("landing") / "Odd"
    folder.mkdir()
    for name, (data, _) in ODD.items():
        (folder / name).write_bytes(data)
    return folder.parent


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(str(tmp_path_factory.mktemp("lake")))
    prepare(lake)
    return lake


@pytest.fixture(scope="module")
def files(spark: SparkSession, landing: Path, model: Model, lake: Lake) -> list[DataFile]:
    """Of all files of the landing, one that is gone, and one whose ETag is another."""
    listed = [e for e in open_store(str(landing)).list() if isinstance(e, Listed)]
    announced = [(e.path, e.etag, e.size) for e in listed]
    path, etag, size = announced[0]
    announced += [(f"{path}.none.jpg", etag, size), (path, "another", size), (path, etag, 10**12)]
    rows = [(n, n, None, 1, "new", *of, NOW, NOW, "list") for n, of in enumerate(announced, 1)]
    options = FeaturizeOptions(str(landing), Limits(64 << 20, 10**8, READABLE, True), BOUNDS, 10.0, 4, 3)
    frame: DataFrame = spark.createDataFrame(rows, LEDGER.spark()).repartition(3)
    result = featurized(
        frame, spark.sparkContext.broadcast(model.tflite), model.model_id, options, lake.uri("features")
    )
    return [DataFile.from_json(row.file) for row in result.collect()]


@pytest.fixture(scope="module")
def rows(files: list[DataFile], lake: Lake) -> dict[str, dict[str, Any]]:
    """What is in the files, by a name for each row."""
    tables = [pq.read_table(Path(lake.uri("features")) / file.path) for file in files]
    collected = pa.concat_tables(tables).cast(FEATURES.arrow()).to_pylist()
    assert len(collected) == len(ODD) + 3
    special = {10**12: "large"}
    names = [special.get(r["size"], "changed" if r["etag"] == "another" else Path(r["path"]).name) for r in collected]
    return dict(zip(names, collected, strict=True))


@pytest.mark.spark
@pytest.mark.parametrize("name", ODD)
def test_each_file_has_its_outcome_in_one_run(name: str, rows: dict[str, dict[str, Any]]) -> None:
    expected = ODD[name][1]
    row = rows[name]
    assert (row["error_code"] or "ok") == expected
    assert row["status"] == ("ok" if expected == "ok" else "rejected")
    assert (row["features"] is not None) == (expected == "ok")
    assert len(row["content_hash"]) == 64


@pytest.mark.spark
def test_nulls_arrive_as_nulls_and_numbers_as_numbers(rows: dict[str, dict[str, Any]]) -> None:
    fine = [r for r in rows.values() if r["status"] == "ok"]
    bad = [r for r in rows.values() if r["status"] != "ok"]
    assert fine
    assert bad
    assert all(type(r["width"]) is int and r["error_detail"] is None and r["featurize_ms"] > 0 for r in fine)
    assert all(len(r["features"]) == 1280 and max(r["features"]) > 0 for r in fine)
    assert all(r["width"] is None and r["height"] is None and r["features"] is None for r in bad)
    assert all(r["error_code"] and r["error_detail"] for r in bad)


@pytest.mark.spark
def test_time_is_now_whatever_the_sessions_time_zone(rows: dict[str, dict[str, Any]]) -> None:
    for row in rows.values():
        assert abs(row["featurized_at"].timestamp() - datetime.now(timezone.utc).timestamp()) < 600


@pytest.mark.spark
def test_gone_changed_and_too_large_are_rows_without_a_hash(rows: dict[str, dict[str, Any]]) -> None:
    for name, code in {"changed": "changed", "large": "too_large"}.items():
        assert (rows[name]["status"], rows[name]["error_code"]) == ("rejected", code)
        assert rows[name]["content_hash"] is None
    gone = next(r for n, r in rows.items() if n.endswith("none.jpg"))
    assert (gone["status"], gone["error_code"]) == ("rejected", "gone")


@pytest.mark.spark
def test_rows_have_what_was_announced_beside_what_was_found(rows: dict[str, dict[str, Any]], model: Model) -> None:
    assert sorted(row["seq"] for row in rows.values()) == list(range(1, len(ODD) + 4))
    assert all(row["version"] == row["seq"] and row["supersedes"] is None for row in rows.values())
    assert {(row["label"], row["model_id"], row["reason"]) for row in rows.values()} == {("Odd", model.model_id, "new")}
    assert {row["discovered_at"] for row in rows.values()} == {NOW}


@pytest.mark.spark
def test_files_say_what_is_in_them(files: list[DataFile], rows: dict[str, dict[str, Any]], lake: Lake) -> None:
    assert len(files) == 3
    statuses, codes = Counter[str](), Counter[str]()
    for file in files:
        statuses.update(file.statuses)
        codes.update(file.codes)
        assert (Path(lake.uri("features")) / file.path).stat().st_size == file.size
    assert statuses == Counter(row["status"] for row in rows.values())
    assert codes == Counter(row["error_code"] for row in rows.values() if row["status"] == "rejected")
    assert sum(file.featurize_s for file in files) == pytest.approx(
        sum(row["featurize_ms"] for row in rows.values()) / 1000, rel=1e-6
    )


@pytest.mark.spark
def test_a_warm_up_that_fails_is_left_to_the_first_batch(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    warming = warm_up(spark, spark.sparkContext.broadcast(b"no model"), "none")
    warming.join(60)
    assert not warming.is_alive()
    assert told == []
