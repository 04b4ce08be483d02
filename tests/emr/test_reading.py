"""The page on reading the tables is true: what it says is run, as it stands there, against real tables."""

import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings

from batch.snapshot import Snapshot
from conf.lake import Lake
from schemas.components import COMPONENTS
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from schemas.projection import PROJECTION
from tests.batch.lakes import Row, append, pictures
from tests.batch.refits import publish_night
from tests.conftest import ROOT
from tests.schemas.rows import Row as Told
from tests.schemas.rows import histories, naive_current
from tests.streaming.landing.fakes import new_lake

PAGE = (ROOT / "conf" / "emr" / "READING.md").read_text("utf-8")


def block(mark: str) -> str:
    """The code behind a mark on the page."""
    found = re.search(rf"<!-- {mark} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found, mark
    return found[1]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Ten pictures, two nights, then a rejected overwrite of the first, and a replay of the second out of reach."""
    append(lake := new_lake(tmp_path), pictures(10))
    for night in range(2):
        publish_night(Snapshot.take(lake), night)
    first, second = (f"file:///{label}/{n}.jpg" for n, label in ((1, "Kiwi"), (2, "Lemon")))
    append(
        lake,
        [
            Row(11, path=first, status="rejected", error_code="truncated"),
            Row(12, path=second, version=2, status="rejected", error_code="unreachable"),
        ],
    )
    return lake


def connected(lake: Lake) -> duckdb.DuckDBPyConnection:
    names: dict[str, Any] = {"lake": lake.root}
    exec(block("duckdb"), names)
    connection: duckdb.DuckDBPyConnection = names["connection"]
    return connection


def test_duckdb_finds_the_current_pictures(lake: Lake) -> None:
    found = connected(lake).sql(block("current"))
    assert found.columns == ["path", "label", "seq", "model_id", "features"]
    assert sorted(row[2] for row in found.fetchall()) == list(range(2, 11))


def test_duckdb_finds_the_last_refit(lake: Lake) -> None:
    found = connected(lake).sql(block("projection")).fetchall()
    values = DeltaTable(lake.uri("projection")).to_pyarrow_table().to_pylist()
    latest = max(DeltaTable(lake.uri("components")).to_pyarrow_table().to_pylist(), key=lambda row: row["fitted_at"])
    expected = [(r["path"], r["label"], r["pcaFeatures"]) for r in values if r["refit_id"] == latest["refit_id"]]
    assert sorted(found) == sorted(expected)
    assert len(expected) == 10


def test_duckdb_counts_what_came_of_it(lake: Lake) -> None:
    found = connected(lake).sql(block("outcomes")).fetchall()
    assert found[0] == ("ok", None, 10)
    assert set(found[1:]) == {("rejected", "truncated", 1), ("rejected", "unreachable", 1)}


def test_pandas_finds_the_current_pictures(lake: Lake) -> None:
    names: dict[str, Any] = {"lake": lake.root}
    exec(block("pandas"), names)
    assert sorted(names["frame"]["seq"]) == list(range(2, 11))
    assert (names["matrix"].shape, names["matrix"].dtype) == ((9, 1280), np.float32)


@settings(deadline=None, max_examples=50)
@given(histories())
def test_the_query_finds_what_the_definition_says(rows: list[Told]) -> None:
    told = {name: [getattr(row, name) for row in rows] for name in ("path", "version", "seq", "status", "error_code")}
    more = {"label": ["x"] * len(rows), "model_id": ["m"] * len(rows), "features": [[1.0]] * len(rows)}
    columns = {**told, **more}
    table = pa.table(columns, schema=pa.schema([FEATURES.arrow().field(name) for name in columns]))
    with duckdb.connect() as connection:
        connection.register("features", table)
        found = connection.sql(block("current")).project("seq").fetchall()
    ok = {row.seq for row in rows if row.status == "ok"}
    assert sorted(seq for (seq,) in found) == sorted(ok & set(naive_current(rows).values()))


def test_the_tables_need_nothing_of_a_reader_that_is_new(lake: Lake) -> None:
    for schema in (FEATURES, LEDGER, COMPONENTS, PROJECTION):
        table = lake.open(schema)
        assert table
        assert table.protocol().min_reader_version == 1, schema.name
