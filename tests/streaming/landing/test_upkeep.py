"""The ledger merges its files and cleans its log by itself, and nobody notices but who counts files."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from conf.lake import Lake
from streaming.landing import ledger as ledger_module
from streaming.landing.ledger import Draft, Ledger, LedgerConflictError
from streaming.upkeep import Upkeep
from tests.streaming.landing.fakes import NOW, new_lake

KEEP = ("delta.logRetentionDuration", "delta.deletedFileRetentionDuration")


def otherwise(monkeypatch: pytest.MonkeyPatch, **of: Any) -> None:
    monkeypatch.setattr(ledger_module, "UPKEEP", replace(ledger_module.UPKEEP, **of))


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    otherwise(monkeypatch, merge_every=10, remove_every=30)


def announce(ledger: Ledger, count: int, rows: int = 1) -> None:
    for _ in range(count):
        numbers = range(ledger.head + 1, ledger.head + 1 + rows)
        ledger.append([Draft(f"file:///{number}.jpg", etag(number), number, NOW, None) for number in numbers])


def etag(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


def assert_whole(ledger: Ledger, count: int) -> None:
    rows = ledger.rows(0, 10**9)
    assert rows["seq"].to_pylist() == rows["version"].to_pylist() == list(range(1, count + 1))
    assert rows["path"].to_pylist() == [f"file:///{number}.jpg" for number in range(1, count + 1)]


def keep_nothing(lake: Lake) -> None:
    """As if an hour had gone by since everything."""
    DeltaTable(lake.uri("ledger")).alter.set_table_properties(dict.fromkeys(KEEP, "interval 0 seconds"))


def files(lake: Lake) -> pa.Table:
    found = pa.table(DeltaTable(lake.uri("ledger")).get_add_actions(flatten=True))
    return found.sort_by("min.seq")


def on_disk(lake: Lake, pattern: str) -> set[str]:
    return {file.name for file in Path(lake.uri("ledger")).glob(pattern)}


def test_files_are_merged_and_the_rows_stay(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    ledger = Ledger(lake)
    announce(ledger, 95)
    assert files(lake).num_rows < 15
    for one in (ledger, Ledger(lake)):
        assert_whole(one, 95)


def test_files_hold_ranges_so_that_a_batch_is_read_from_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    otherwise(monkeypatch, small=20_000)
    lake = new_lake(tmp_path)
    announce(Ledger(lake), 95, rows=7)
    found = files(lake)
    assert found.num_rows > 3
    firsts, lasts = found["min.seq"].to_pylist(), found["max.seq"].to_pylist()
    assert all(last < first for last, first in zip(lasts[:-1], firsts[1:], strict=True))


def test_big_files_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    otherwise(monkeypatch, small=100_000, big=300_000, many=4)
    lake = new_lake(tmp_path)
    ledger = Ledger(lake)
    announce(ledger, 40, rows=500)
    first = files(lake)
    announce(ledger, 40, rows=500)
    assert files(lake).num_rows < 25
    assert max(first["size_bytes"].to_pylist()) > ledger_module.UPKEEP.big / 2
    assert files(lake)["path"].to_pylist()[:3] == first["path"].to_pylist()[:3]
    assert_whole(ledger, 40_000)


def test_old_files_and_the_old_log_are_removed(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    keep_nothing(lake)
    (Path(lake.uri("ledger")) / "part-left-by-a-kill.parquet").write_bytes(b"half")
    announce(Ledger(lake), 300)
    assert len(on_disk(lake, "*.parquet")) < 60
    assert len(on_disk(lake, "_delta_log/*")) < 60
    assert "part-left-by-a-kill.parquet" not in on_disk(lake, "*.parquet")
    assert_whole(Ledger(lake), 300)


def test_a_ledger_keeps_an_hour_for_readers_under_way(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    ledger = Ledger(lake)
    announce(ledger, 5)
    reader = Ledger(lake)
    announce(ledger, 100)
    assert_whole(reader, 5)
    assert reader.head == 5


def test_a_reader_goes_on_when_the_log_behind_it_is_gone(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    keep_nothing(lake)
    ledger = Ledger(lake)
    announce(ledger, 5)
    reader = Ledger(lake)
    announce(ledger, 100)
    reader.refresh()
    assert reader.head == 105
    assert_whole(reader, 105)


def test_who_writes_beside_a_merge_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = new_lake(tmp_path)
    mine, theirs = Ledger(lake), Ledger(lake)

    def beside(upkeep: Upkeep, *given: Any) -> None:
        monkeypatch.undo()
        theirs.refresh()
        announce(theirs, 1)
        upkeep.look_after(*given)

    monkeypatch.setattr(Upkeep, "look_after", beside)
    with pytest.raises(LedgerConflictError):
        announce(mine, 10)


def test_an_append_on_a_version_before_a_merge_is_refused(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    mine, theirs = Ledger(lake), Ledger(lake)
    announce(theirs, 10)
    with pytest.raises(LedgerConflictError):
        announce(mine, 1)
    assert_whole(Ledger(lake), 10)


def test_a_merge_that_fails_is_made_the_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = new_lake(tmp_path)
    ledger = Ledger(lake)
    with monkeypatch.context() as broken:
        broken.setattr(Upkeep, "_target", _fails)
        announce(ledger, 15)
    assert files(lake).num_rows == 15
    announce(ledger, 10)
    assert files(lake).num_rows < 10
    assert_whole(ledger, 25)


def _fails(_: Upkeep, __: DeltaTable) -> int:
    raise DeltaError("the store is away")
