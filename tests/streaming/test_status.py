"""Status is what the tables say."""

from io import StringIO
from pathlib import Path

from rich.console import Console

from conf.lake import Lake
from streaming.landing.ledger import Draft, Ledger
from streaming.landing.news import NEWS_FILE, News
from streaming.show import print_status
from streaming.status import read_status
from tests.streaming.landing.fakes import NOW, new_lake, write_features


def test_no_lake_is_said(tmp_path: Path) -> None:
    status = read_status(Lake(str(tmp_path)))
    assert (status.versions, status.problems) == (
        0,
        (f"there is no lake at {tmp_path} yet: run `verger stream`",),
    )


def test_an_empty_lake_holds_the_law(tmp_path: Path) -> None:
    status = read_status(new_lake(tmp_path))
    assert (status.versions, status.law_holds, status.oldest_pending_s, status.problems) == (
        0,
        True,
        None,
        (),
    )


def test_the_state_of_a_version_is_its_latest_announcements(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    ledger = Ledger(lake)
    ledger.append([Draft(f"file:///{name}", "A", 1, NOW, None) for name in "abcde"])
    ledger.append([Draft("file:///b", "A", 1, NOW, None, version=2, attempt=2, reason="retry")])
    ledger.append([Draft("file:///f", "A", 1, NOW, None)])
    rejected = {"status": "rejected", "error_code": "truncated"}
    deferred = {"status": "deferred", "error_code": "timeout"}
    write_features(
        lake, [{"seq": 1}, {"seq": 2, **deferred}, {"seq": 3, **rejected}, {"seq": 4, **deferred}, {"seq": 5}]
    )
    status = read_status(lake)
    assert (status.versions, status.ok, status.rejected) == (6, 2, {"truncated": 1})
    assert (status.pending, status.deferred, status.law_holds) == (3, 1, True)
    assert status.oldest_pending_s is not None
    assert "no stream is running" in status.problems[-1]


def test_a_doubled_row_breaks_the_law(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    Ledger(lake).append([Draft(f"file:///{name}", "A", 1, NOW, None) for name in "ab"])
    write_features(lake, [{"seq": 1}, {"seq": 1}, {"seq": 2}])
    status = read_status(lake)
    assert not status.law_holds
    assert "features has 3 rows, 2 distinct" in status.problems[0]


def test_a_lost_row_breaks_the_law(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    Ledger(lake).append([Draft(f"file:///{name}", "A", 1, NOW, None) for name in "ab"])
    write_features(lake, [{"seq": 2}])
    assert not read_status(lake).law_holds


def test_missed_events_are_a_problem(tmp_path: Path) -> None:
    lake, at = new_lake(tmp_path), "2026-01-02T03:04:05+00:00"
    News(events={"taken": 1_000, "looked_up": 3}, reconciled_at=at, missed=7, oldest_missed_s=500.0).publish(
        lake.beside(NEWS_FILE)
    )
    status = read_status(lake)
    assert (status.missed, status.oldest_missed_s, status.last_reconcile) == (7, 500.0, at)
    assert "missed = 7, oldest = 500 s" in status.problems[0]
    printed = StringIO()
    print_status(status, Console(file=printed, width=200), as_json=False)
    assert "taken 1,000, looked up 3" in printed.getvalue()
    assert "at 2026-01-02 03:04:05 UTC, 7 missed, the oldest 8 min old" in printed.getvalue()
