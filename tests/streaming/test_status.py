"""Status is what the tables say."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from deltalake import DeltaTable
from rich.console import Console

from conf.lake import Lake
from conf.locks import lock_lake
from streaming.landing.ledger import Draft, Ledger
from streaming.landing.news import NEWS_FILE, News
from streaming.show import print_status
from streaming.status import Status, read_status
from tests.streaming.landing.fakes import NOW, new_lake, write_features
from tests.test_verger import ROOT, verger

#: Prints what is wrong with a lake for a user without rights to it.
AS_ANOTHER = """
import os, sys
from conf.lake import Lake
from streaming.status import read_status
os.setuid(65534)
try:
    print(read_status(Lake(sys.argv[1])).problems)
except Exception as error:
    print(error)
"""


def test_no_lake_is_said(tmp_path: Path) -> None:
    status = read_status(Lake(str(tmp_path)))
    assert (status.versions, status.law_holds, status.problems) == (
        0,
        None,
        (f"there is no lake at {tmp_path} yet: run `verger stream`",),
    )
    assert "the law" not in printed(status)


@pytest.mark.skipif(os.getuid() != 0, reason="only root has folders that another user may not enter")
def test_a_lake_that_this_user_may_not_enter_is_not_said_to_be_missing() -> None:
    with TemporaryDirectory() as name:  # mode 700
        lake = new_lake(Path(name))
        done = subprocess.run(
            [sys.executable, "-c", AS_ANOTHER, lake.root], capture_output=True, text=True, check=True, cwd=ROOT
        )
    assert done.stdout == f"table features in {lake.root} can't be read: Permission denied; give this user the right\n"


def test_an_empty_lake_holds_the_law(tmp_path: Path) -> None:
    status = read_status(lake := new_lake(tmp_path))
    assert (status.versions, status.law_holds, status.oldest_pending_s, status.problems) == (
        0,
        True,
        None,
        (),
    )
    assert printed(status).endswith("\nAll is well. Nothing waits.\n")
    assert verger("status", "--lake", lake.root).returncode == 0


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
    assert "\nNot well:\n! 3 pictures wait and no stream is running: run `verger stream`\n" in printed(status)
    done = verger("status", "--json", "--lake", lake.root)
    assert (done.returncode, json.loads(done.stdout)["pending"], done.stderr) == (1, 3, "")


def test_a_stream_that_runs_and_does_nothing_is_a_problem(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    Ledger(lake).append([Draft("file:///a", "A", 1, NOW, None)])
    with lock_lake(lake, "stream"):
        assert read_status(lake).problems == ()  # it has just been announced
        hold_back(lake, hours=2)
        (problem,) = read_status(lake).problems
    assert "the oldest for 2 h, and though a stream is running, no batch was committed" in problem


def test_a_refits_warnings_are_worth_a_look_and_no_problem() -> None:
    text = printed(Status("/lake", warnings=("at the last refit, the mean moved",)))
    assert text.endswith("\nAll is well. Nothing waits. Worth a look:\n! at the last refit, the mean moved\n")


@pytest.mark.parametrize("columns", [80, 40])
def test_it_fits_a_terminal(columns: int) -> None:
    full = Status(
        "s3://a-bucket-with-a-long-name/and/a/prefix/lake", 1_000_000, 900_000, {"truncated": 7, "not_an_image": 9},
        12, 3, 100.0, {"a link": 2}, ("a link",), {"taken": 1_000}, 1, 500.0, "2026-01-02T03:04:05+00:00", 3,
        last_batch={"rows": 4_000, "at": "2026-01-02T03:04:05+00:00"}, requests=("replay code truncated",),
        problems=("12 pictures wait and no stream is running: run `verger stream`",),
    )  # fmt: skip
    lines = printed(full, Console(file=StringIO(), width=columns, force_terminal=True, color_system=None)).splitlines()
    assert max(len(line.rstrip()) for line in lines) <= columns
    assert len(lines) <= (24 if columns == 80 else 40)


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
    assert "taken 1,000, looked up 3" in printed(status)
    assert "at 2026-01-02 03:04:05 UTC, 7 missed, the oldest 8 min old" in printed(status)


def printed(status: Status, console: Console | None = None) -> str:
    console = console or Console(file=StringIO())
    print_status(status, console, as_json=False)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def hold_back(lake: Lake, hours: int) -> None:
    """As if all had been announced so much earlier."""
    DeltaTable(lake.uri("ledger")).update({"announced_at": f"announced_at - interval '{hours} hours'"})
