"""Status is what the tables say."""

from pathlib import Path

from conf.lake import Lake
from streaming.landing.ledger import Draft, Ledger
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
