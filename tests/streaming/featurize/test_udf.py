"""The UDF in a real Spark session, over a real folder."""

import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, Row, SparkSession

from conf.jvm import end_jvm
from schemas.features import RESULT
from streaming.featurize.isolation.bounds import Bounds
from streaming.featurize.limits import Limits
from streaming.featurize.sniff import READABLE
from streaming.featurize.udf import FeaturizeOptions, featurize_udf
from streaming.featurize.weights import Model
from streaming.stores.opening import open_store
from streaming.stores.store import Listed
from streaming.warming import warm_up
from tests.streaming.featurize.odd_files import odd_files

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
def rows(spark: SparkSession, landing: Path, model: Model) -> dict[str, Row]:
    """All files of the landing, one that is gone, and one whose ETag is another."""
    listed = [e for e in open_store(str(landing)).list() if isinstance(e, Listed)]
    announced = [(e.path, e.etag, e.size, 1) for e in listed]
    path, etag, size, _ = announced[0]
    announced += [(f"{path}.none.jpg", etag, size, 1), (path, "another", size, 1), (path, etag, 10**12, 1)]
    options = FeaturizeOptions(str(landing), Limits(64 << 20, 10**8, READABLE, True), BOUNDS, 10.0, 4, 3)
    featurize = featurize_udf(spark.sparkContext.broadcast(model.tflite), model.model_id, options)
    frame: DataFrame = spark.createDataFrame(announced, "path string, etag string, size long, attempt int")
    result = frame.repartition(3).withColumn("r", featurize("path", "etag", "size", "attempt"))
    assert result.schema["r"].dataType == RESULT.spark()
    collected = result.select("path", "etag", "size", "r.*").collect()
    assert len(collected) == len(ODD) + 3
    special = {10**12: "large"}
    names = [special.get(r["size"], "changed" if r["etag"] == "another" else Path(r["path"]).name) for r in collected]
    return dict(zip(names, collected, strict=True))


@pytest.mark.spark
@pytest.mark.parametrize("name", ODD)
def test_each_file_has_its_outcome_in_one_run(name: str, rows: dict[str, Row]) -> None:
    expected = ODD[name][1]
    row = rows[name]
    assert (row["error_code"] or "ok") == expected
    assert row["status"] == ("ok" if expected == "ok" else "rejected")
    assert (row["features"] is not None) == (expected == "ok")
    assert len(row["content_hash"]) == 64


@pytest.mark.spark
def test_nulls_arrive_as_nulls_and_numbers_as_numbers(rows: dict[str, Row]) -> None:
    fine = [r for r in rows.values() if r["status"] == "ok"]
    bad = [r for r in rows.values() if r["status"] != "ok"]
    assert fine
    assert bad
    assert all(type(r["width"]) is int and r["error_detail"] is None and r["featurize_ms"] > 0 for r in fine)
    assert all(len(r["features"]) == 1280 and max(r["features"]) > 0 for r in fine)
    assert all(r["width"] is None and r["height"] is None and r["features"] is None for r in bad)
    assert all(r["error_code"] and r["error_detail"] for r in bad)


@pytest.mark.spark
def test_time_is_now_whatever_the_sessions_time_zone(rows: dict[str, Row]) -> None:
    for row in rows.values():
        assert abs(row["featurized_at"].timestamp() - datetime.now(timezone.utc).timestamp()) < 600


@pytest.mark.spark
def test_gone_changed_and_too_large_are_rows_without_a_hash(rows: dict[str, Row]) -> None:
    for name, code in {"changed": "changed", "large": "too_large"}.items():
        assert (rows[name]["status"], rows[name]["error_code"]) == ("rejected", code)
        assert rows[name]["content_hash"] is None
    gone = next(r for n, r in rows.items() if n.endswith("none.jpg"))
    assert (gone["status"], gone["error_code"]) == ("rejected", "gone")


@pytest.mark.spark
def test_a_warm_up_that_fails_is_left_to_the_first_batch(
    spark: SparkSession, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This Spark has no Delta."""
    told: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    warming = warm_up(spark, spark.sparkContext.broadcast(model.tflite), model.model_id, tmp_path / "warm-up")
    warming.join(60)
    assert not warming.is_alive()
    assert (told, list(tmp_path.iterdir())) == ([], [])
