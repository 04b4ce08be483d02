"""A deferred row is announced again, once, after its back-off; nothing else is."""

import tracemalloc
from pathlib import Path

import pytest

from conf.lake import Lake
from streaming.landing.ledger import Draft, Ledger
from streaming.landing.retries import Retries
from tests.streaming.landing.fakes import NOW, new_lake, write_features
from tests.streaming.landing.test_settle import Clock


def lake_with_a_deferred_row(folder: Path) -> tuple[Lake, Ledger]:
    lake = new_lake(folder)
    ledger = Ledger(lake)
    ledger.append([Draft(f"file:///{name}", "A", 1, NOW, None) for name in "ab"])
    write_features(lake, [{"seq": 1, "status": "deferred", "error_code": "timeout"}, {"seq": 2}])
    return lake, ledger


def test_a_deferred_row_is_announced_after_its_backoff(tmp_path: Path) -> None:
    (lake, ledger), clock = lake_with_a_deferred_row(tmp_path), Clock()
    retries = Retries(lake, backoff_s=5.0, clock=clock)
    retries.load(ledger)
    assert (len(retries), list(retries.due())) == (1, [])
    clock.now = 5.0
    (draft,) = retries.due()
    assert (draft.version, draft.attempt, draft.reason) == (1, 2, "retry")
    assert (len(retries), list(retries.due())) == (0, [])


def test_one_announced_before_the_restart_is_not_announced_twice(tmp_path: Path) -> None:
    lake, ledger = lake_with_a_deferred_row(tmp_path)
    ledger.append([Draft("file:///a", "A", 1, NOW, None, version=1, attempt=2, reason="retry")])
    retries = Retries(lake, backoff_s=0.0, clock=Clock())
    retries.load(Ledger(lake))
    assert not list(retries.due())


def test_rows_of_later_batches_are_taken_up_once(tmp_path: Path) -> None:
    lake, ledger = lake_with_a_deferred_row(tmp_path)
    retries = Retries(lake, backoff_s=0.0, clock=Clock())
    retries.load(ledger)
    assert len(list(retries.due())) == 1
    write_features(lake, [{"seq": 3, "version": 1, "attempt": 2, "status": "deferred", "error_code": "timeout"}])
    for _ in range(2):
        retries.refresh(admitted=3)
    (draft,) = retries.due()
    assert draft.attempt == 3


def test_the_backoff_doubles_up_to_five_minutes(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    write_features(lake, [{"seq": i, "attempt": i, "status": "deferred"} for i in range(1, 10)])
    clock = Clock()
    retries = Retries(lake, backoff_s=5.0, clock=clock)
    retries.load(Ledger(lake))
    waits = {}
    while len(retries):
        waits.update({draft.attempt - 1: clock.now for draft in retries.due()})
        clock.now += 5.0
    assert [waits[i] for i in range(1, 10)] == [5, 10, 20, 40, 80, 160, 300, 300, 300]


def test_of_a_long_history_only_what_still_waits_is_held(tmp_path: Path) -> None:
    lake, count, open_ = new_lake(tmp_path), 20_000, [3, 9_999, 20_000]
    ledger = Ledger(lake)
    again = [i for i in range(1, count + 1) if i not in open_]
    ledger.append([Draft(f"file:///{i}", "A", 1, NOW, None) for i in range(1, count + 1)])
    ledger.append([Draft(f"file:///{i}", "A", 1, NOW, None, i, 2, "retry") for i in again])
    for seqs in (range(count // 2, count + 1), range(1, count // 2)):  # files are read in no order
        write_features(lake, [{"seq": i, "path": f"file:///{i}", "status": "deferred"} for i in seqs])
    retries = Retries(lake, backoff_s=0.0, clock=Clock())
    tracemalloc.start()
    retries.load(ledger)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(draft.version, draft.path, draft.attempt) for draft in retries.due()] == [
        (i, f"file:///{i}", 2) for i in open_
    ]
    assert peak < 100 * count  # bytes


def test_where_nothing_was_deferred_the_ledger_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = new_lake(tmp_path)
    ledger = Ledger(lake)
    ledger.append([Draft("file:///a", "A", 1, NOW, None), Draft("file:///a", "A", 1, NOW, None, 1, 2, "replay")])
    write_features(lake, [{"seq": 1}, {"seq": 2, "version": 1, "attempt": 2}])
    monkeypatch.setattr(Ledger, "batches", None)
    retries = Retries(lake, backoff_s=0.0, clock=Clock())
    retries.load(ledger)
    assert (len(retries), retries.seen) == (0, 2)
