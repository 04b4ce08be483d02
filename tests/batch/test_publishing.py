"""A refit's row: whole, readable with anything, and compared with the last one of its model."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb
import numpy as np
import pytest
from deltalake import DeltaTable

from batch.pca.drift import drift
from batch.pca.moments import Moments
from batch.publishing import Published, publish
from batch.snapshot import Snapshot
from schemas.components import COMPONENTS
from tests.batch.lakes import append, pictures, vectors
from tests.batch.refits import publish_night, published, refit_of
from tests.streaming.landing.fakes import NOW, new_lake

COUNTS = {"Kiwi": 7, "Grape Blue": 3, "": 1, "ラベル": 2}


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    append(lake := new_lake(tmp_path), pictures(10))
    return Snapshot.take(lake)


def test_before_the_first_there_is_nothing(snapshot: Snapshot) -> None:
    before = Published.read(snapshot.lake, "m")
    assert (before.refit_ids, before.previous) == ((), None)
    assert abs(before.next_time() - datetime.now(timezone.utc)) < timedelta(minutes=1)


def test_a_table_that_was_made_and_never_published_to_counts_as_none(snapshot: Snapshot) -> None:
    snapshot.lake.create(COMPONENTS, {})  # killed between making it and the first row
    assert Published.read(snapshot.lake, "m").previous is None
    publish_night(snapshot, 0)
    assert Published.read(snapshot.lake, "m").previous is not None


def test_the_row_holds_the_refit(snapshot: Snapshot) -> None:
    refit = refit_of(snapshot, k=3)
    publish(snapshot.lake, refit, drift(refit.components, Moments.of(vectors(10)).covariance, COUNTS), ["a sentence"])
    (row,) = published(snapshot.lake)
    assert {name: row[name] for name in ("refit_id", "fitted_at", "model_id", "features_version", "last_seq")} == {
        "refit_id": refit.refit_id, "fitted_at": NOW, "model_id": "m", "features_version": 1, "last_seq": 10,
    }  # fmt: skip
    assert (row["n"], row["k"]) == (10, 3)
    for name in ("mean", "components", "explained_variance", "explained_variance_ratio"):
        assert np.array_equal(row[name], getattr(refit.components, name)), name
    assert dict(row["drift"].pop("counts_by_label")) == COUNTS
    assert row["drift"].pop("eigengap") > 0
    assert row["drift"].pop("warnings") == ["a sentence"]
    assert row["drift"].pop("angles") == []
    assert set(row["drift"].values()) == {None}  # nothing to compare with


def test_the_second_row_is_compared_with_the_first(snapshot: Snapshot) -> None:
    for night in range(2):
        publish_night(snapshot, night)
    found = published(snapshot.lake)[1]["drift"]
    assert len(found["angles"]) == 2
    assert 0 < found["captured"] <= found["capturable"] <= 1
    assert found["mean_shift"] > found["relative_mean_shift"] > 0


def test_the_previous_one_is_the_last_of_the_same_model(snapshot: Snapshot) -> None:
    ids = [publish_night(snapshot, night, model_id=model) for night, model in enumerate("mnm")]
    rows = published(snapshot.lake)
    for model, index in (("m", 2), ("n", 1)):
        read = Published.read(snapshot.lake, model)
        assert read.refit_ids == tuple(ids)
        assert read.previous is not None
        assert read.previous.components.tolist() == rows[index]["components"]
        assert read.previous.mean.tolist() == rows[index]["mean"]
        assert read.previous.counts_by_label == {"Kiwi": 5, "Lemon": 5}
    assert Published.read(snapshot.lake, "o").previous is None


def test_a_refit_is_later_than_the_last_one_though_a_clock_was_set_back(snapshot: Snapshot) -> None:
    publish_night(snapshot, 36500)
    assert Published.read(snapshot.lake, "n").next_time() == NOW + timedelta(days=36500, milliseconds=1)


def test_duckdb_reads_the_refit_and_its_pictures(snapshot: Snapshot) -> None:
    publish_night(snapshot, 0)
    publish_night(snapshot, 1)
    publish_night(snapshot, 2, whole=False)
    with duckdb.connect() as connection:
        for name in ("components", "projection"):
            connection.register(name, DeltaTable(snapshot.lake.uri(name)).to_pyarrow_dataset())
        query = """
            SELECT c.drift.counts_by_label['Kiwi'], len(c.components), count(*), max(len(pcaFeatures))
            FROM projection JOIN (SELECT * FROM components ORDER BY fitted_at DESC LIMIT 1) c USING (refit_id)
            GROUP BY ALL
        """
        assert connection.sql(query).fetchall() == [(5, 2, 10, 2)]


def test_pandas_reads_the_refit(snapshot: Snapshot) -> None:
    publish_night(snapshot, 0)
    frame = DeltaTable(snapshot.lake.uri("components")).to_pandas()
    assert np.stack(frame["components"].iloc[0]).shape == (2, 1280)
    assert str(frame["fitted_at"].dt.tz) == "UTC"
