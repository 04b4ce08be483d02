"""A lake of an older schema version is refused, and brought up to date by steps, killed between them or not."""

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from deltalake.schema import Field, PrimitiveType
from rich.console import Console

from conf.lake import Lake, LakeError
from conf.locks import lock_lake
from conf.upgrading import STEPS, TABLES, Step, run_upgrade
from schemas.features import FEATURES
from schemas.table import Column, Table
from tests.streaming.landing.fakes import new_lake, write_features


def later(version: int) -> Table:
    """`features` as a later release may have it: a column more for each version."""
    more = tuple(Column(f"colour{n}", "string", "made up", nullable=True) for n in range(2, version + 1))
    return replace(FEATURES, version=version, columns=(*FEATURES.columns, *more))


def adds(name: str) -> Step:
    def step(table: DeltaTable) -> None:
        if name not in {field.name for field in table.schema().fields}:
            table.alter.add_columns([Field(name, PrimitiveType("string"))])

    return step


STEPS_TO_3 = {("features", 1): adds("colour2"), ("features", 2): adds("colour3")}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    write_features(lake := new_lake(tmp_path), [{"seq": 1}, {"seq": 2}])
    return lake


def run(lake: Lake, tables: tuple[Table, ...], steps: dict[tuple[str, int], Step]) -> str:
    printed = StringIO()
    run_upgrade(lake, Console(file=printed, width=200), tables, steps)
    return printed.getvalue()


def test_an_older_table_is_refused_until_it_is_upgraded(lake: Lake) -> None:
    with pytest.raises(LakeError, match="has schema version 1, this program writes 3: run `verger upgrade`"):
        lake.open(later(3))
    assert run(lake, (later(3),), STEPS_TO_3).splitlines()[:2] == [
        "features: schema version 1 to 2", "features: schema version 2 to 3"
    ]  # fmt: skip
    assert lake.open(later(3))
    rows = DeltaTable(lake.uri("features")).to_pyarrow_table().cast(later(3).arrow())
    assert rows.select(["colour2", "colour3"]).to_pylist() == [{"colour2": None, "colour3": None}] * 2
    new = rows.slice(0, 1).set_column(rows.schema.get_field_index("colour3"), "colour3", pa.array(["red"]))
    write_deltalake(lake.uri("features"), new.cast(later(3).arrow()), mode="append")
    with pytest.raises(LakeError, match="has schema version 3, this program writes 1: use the Verger release that"):
        lake.open(FEATURES)


@pytest.mark.parametrize("before", [True, False], ids=["before its commit", "after its commit"])
def test_killed_in_a_step_it_goes_on(lake: Lake, before: bool) -> None:
    def killed(step: Step) -> Step:
        def half(table: DeltaTable) -> None:
            if not before:
                step(table)
            raise KeyboardInterrupt

        return half

    with pytest.raises(KeyboardInterrupt):
        run(lake, (later(3),), STEPS_TO_3 | {("features", 2): killed(STEPS_TO_3["features", 2])})
    assert run(lake, (later(3),), STEPS_TO_3).startswith("features: schema version 2 to 3")
    assert lake.open(later(3))


@pytest.mark.parametrize(
    "change",
    [lambda: ((later(3),), {("features", 1): adds("colour2")}), lambda: ((replace(FEATURES, version=0),), STEPS_TO_3)],
    ids=["a step is missing", "the table is newer"],
)
def test_where_there_is_no_way_it_says_so(
    lake: Lake, change: Callable[[], tuple[tuple[Table, ...], dict[tuple[str, int], Step]]]
) -> None:
    with pytest.raises(LakeError, match="knows no way to"):
        run(lake, *change())


def test_beside_a_stream_it_is_refused(lake: Lake) -> None:
    with lock_lake(lake, "stream"), pytest.raises(LakeError, match="another stream works on"):
        run(lake, TABLES, {})


def test_where_there_is_no_lake_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="there is no lake at"):
        run(Lake(str(tmp_path / "typo")), TABLES, {})
    assert not list(tmp_path.iterdir())


def test_a_lake_of_today_needs_nothing_and_each_version_has_its_steps(lake: Lake) -> None:
    assert run(lake, TABLES, dict(STEPS)) == "all tables are of this program's schema versions\n"
    assert set(STEPS) == {(table.name, version) for table in TABLES for version in range(1, table.version)}
