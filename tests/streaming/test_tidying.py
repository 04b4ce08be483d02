"""Table `features` stays small: files that were merged and the old log go, and who reads it goes on."""

import json
import os
import time
from pathlib import Path
from typing import cast

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from conf.lake import Lake
from conf.locks import Hold
from conf.purge import NO_HOOKS
from conf.s3 import delta_storage_options
from schemas.features import FEATURES
from streaming import tidying
from streaming.lake import prepare
from streaming.sink import FeaturesSink
from streaming.tidying import is_due, tidy
from tests.servers.fixtures import S3

DAY_S = 86_400
PROPERTIES = {name: value for name, value in FEATURES.properties().items() if name.startswith("delta.")}
LOG = "delta.logRetentionDuration"
#: As if a day had gone by since everything.
NOTHING_KEPT = dict.fromkeys((LOG, "delta.deletedFileRetentionDuration"), "interval 0 seconds")


def batches(uri: str, numbers: range, options: dict[str, str] | None, **properties: str) -> DeltaTable:
    """A commit for each number, in a table with the properties of `features` or these."""
    for number in numbers:
        write_deltalake(
            uri, pa.table({"seq": [number]}), mode="append", storage_options=options,
            configuration={**PROPERTIES, **properties} if number == 1 else None, post_commithook_properties=NO_HOOKS,
        )  # fmt: skip
    return DeltaTable(uri, storage_options=options)


def merged(uri: str, options: dict[str, str] | None, **properties: str) -> DeltaTable:
    """Twenty batches in one file, then five more, and a checkpoint between."""
    batches(uri, range(1, 21), options, **properties).optimize.compact(post_commithook_properties=NO_HOOKS)
    DeltaTable(uri, storage_options=options).create_checkpoint()
    return batches(uri, range(21, 26), options)


def rows(table: DeltaTable) -> list[int]:
    return sorted(table.to_pyarrow_table()["seq"].to_pylist())


def with_checksums(log: Path) -> None:
    """As Spark and Hadoop write them beside each commit."""
    for commit in log.glob("*.json"):
        (log / f"{commit.stem}.crc").write_text("{}")
        (log / f".{commit.name}.crc").write_text("")


def older(folder: Path, days: int) -> None:
    """As if all that is there had been there for longer."""
    for commit in folder.glob("_delta_log/*.json"):
        actions = [json.loads(line) for line in commit.read_text().splitlines()]
        for action in actions:
            if "remove" in action:
                action["remove"]["deletionTimestamp"] -= days * DAY_S * 1000
        commit.write_text("\n".join(map(json.dumps, actions)))
    for name in (f"{20:020}.checkpoint.parquet", "_last_checkpoint"):
        (folder / "_delta_log" / name).unlink()
    DeltaTable(folder, version=20).create_checkpoint()  # with these times, too
    for file in folder.rglob("*"):
        os.utime(file, (time.time() - days * DAY_S,) * 2)


def test_merged_files_what_a_kill_has_left_and_the_old_log_go(tmp_path: Path) -> None:
    uri = str(tmp_path / "a table")
    merged(uri, None)
    folder, log = Path(uri), Path(uri) / "_delta_log"
    with_checksums(log)
    (folder / "part-left-by-a-kill.parquet").write_bytes(b"half")
    older(folder, 2)
    (table := DeltaTable(uri)).create_checkpoint()  # a young one, which nobody has to begin at
    tidy(table, uri)
    assert len(list(folder.glob("*.parquet"))) == 6
    assert {int(file.name.lstrip(".")[:20]) for file in log.iterdir() if "_last" not in file.name} == set(range(20, 28))
    assert rows(DeltaTable(uri)) == rows(DeltaTable(uri, version=20)) + list(range(21, 26)) == list(range(1, 26))


def test_what_a_reader_under_way_needs_stays_a_day(tmp_path: Path) -> None:
    uri = str(tmp_path / "table")
    batches(uri, range(1, 11), None)
    reader = DeltaTable(uri)
    table = merged(uri, None)
    files, log = set(Path(uri).glob("*.parquet")), set(Path(uri).glob("_delta_log/*"))
    tidy(table, uri)
    assert files == set(Path(uri).glob("*.parquet"))
    assert log <= set(Path(uri).glob("_delta_log/*"))
    assert len(rows(reader)) == 10


@pytest.mark.s3
def test_in_s3_it_is_the_same(s3_server: S3) -> None:
    uri, options = f"s3://{s3_server.bucket}/lake/a table", delta_storage_options()
    table = merged(uri, options, **NOTHING_KEPT)
    time.sleep(1.1)  # S3 tells whole seconds
    tidy(table, uri)
    found = s3_server.client.list_objects_v2(Bucket=s3_server.bucket)["Contents"]
    names = [item["Key"].rpartition("/")[2] for item in found]
    assert sum(name.startswith("part-") for name in names) == 6
    assert sorted(int(name[:20]) for name in names if name[:1] == "0") == [20, *range(20, 28)]
    assert rows(DeltaTable(uri, storage_options=options)) == list(range(1, 26))


def test_the_log_of_a_table_that_does_not_say_how_long_stays(tmp_path: Path) -> None:
    uri = str(tmp_path)
    merged(uri, None, **{LOG: "a while"})
    older(tmp_path, 90)
    tidy(DeltaTable(uri), uri)
    assert (tmp_path / "_delta_log" / f"{0:020}.json").exists()


def test_what_fails_is_logged_and_left_for_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError("Input/output error")

    monkeypatch.setattr(tidying, "remove_log", full)
    tidy(merged(str(tmp_path), None), str(tmp_path))
    assert "were not removed, which will be tried again: Input/output error" in caplog.text


def test_it_is_due_once_in_a_thousand_commits_however_often_the_stream_is_started() -> None:
    assert [is_due(since, version) for since, version in ((0, 999), (999, 1001), (1001, 1999), (1990, 2000))] == [
        False, True, False, True,
    ]  # fmt: skip


class Ours:
    """Holds the lake."""

    token = "t"

    def __init__(self) -> None:
        self.checks = 0

    def __enter__(self) -> "Ours":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to let go of."""

    def check(self) -> None:
        self.checks += 1


def test_the_sink_tidies_between_two_batches_if_the_lake_is_still_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "EVERY", 2)
    prepare(lake := Lake(str(tmp_path)))
    sink = FeaturesSink(lake, "run", tmp_path, lambda batch: None, cast("Hold", hold := Ours()))
    uri = lake.uri("features")
    left = Path(uri) / "part-left-by-a-kill.parquet"
    left.touch()
    os.utime(left, (0, 0))
    there = []
    for _ in range(3):
        empty = FEATURES.arrow().empty_table()
        write_deltalake(uri, empty, mode="append", post_commithook_properties=NO_HOOKS)
        sink._table.update_incremental()
        sink._tidy()
        there.append(left.exists())
    assert (hold.checks, there) == (1, [True, False, False])
