"""What was gone when it was to be read, and is there after all, is announced once more, and not for ever."""

import random
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from conf.lake import Lake
from schemas.features import FEATURES
from streaming.landing.ledger import Draft, Ledger
from streaming.landing.vanished import ATTEMPTS, Vanished
from streaming.stores.store import Listed
from tests.streaming.landing.fakes import NOW, new_lake, write_features
from tests.streaming.landing.test_listing import Landing

THERE = Listed("a", "1", 7, NOW)
LATER = replace(THERE, modified=NOW + timedelta(seconds=1))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """One announcement, whose row says that it was gone."""
    lake = new_lake(tmp_path)
    Ledger(lake).append([Draft("a", "1", 7, NOW, None)])
    write_row(lake, 1)
    return lake


def write_row(lake: Lake, seq: int, **values: Any) -> None:
    gone = {"path": "a", "etag": "1", "version": 1, "status": "rejected", "error_code": "gone"}
    write_features(lake, [{**gone, "seq": seq, **values}])


def found_again(lake: Lake, now: Listed) -> list[Draft]:
    features = lake.open(FEATURES)
    assert features is not None
    vanished = Vanished()
    vanished.take_up(features, 0, 10**6)
    return vanished.found_again([now, Listed("b", "1", 7, NOW)], Ledger(lake), "list")


@pytest.mark.parametrize(("code", "settles"), [("gone", False), ("changed", False), ("gone", True)])
def test_it_is_announced_as_another_attempt_at_its_version(tmp_path: Path, code: str, settles: bool) -> None:
    landing = Landing(tmp_path, settles=settles)
    landing.store.objects = {"a": "1", "b": "1"}
    landing.list_once()
    rejected = {"path": "a", "etag": "1", "version": 1, "status": "rejected", "error_code": code}
    write_features(landing.lake, [{**rejected, "seq": 1}, {"path": "b", "seq": 2}])
    assert landing.list_once()[2:] == [("a", "1", None)]
    again = Ledger(landing.lake).rows(2, 3).to_pylist()[0]
    assert (again["version"], again["attempt"], again["reason"]) == (1, 2, "replay")
    assert landing.list_once()[3:] == []  # its row is to come
    write_features(landing.lake, [{"path": "a", "seq": 3, "version": 1, "attempt": 2}])
    assert landing.list_once()[3:] == []


def test_what_is_listed_and_never_there_is_not_announced_for_ever(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    landing.store.objects = {"a": "1"}
    for attempt in range(1, ATTEMPTS + 3):
        if len(landing.list_once()) == attempt:
            gone = {"status": "rejected", "error_code": "gone", "path": "a", "etag": "1"}
            write_features(landing.lake, [{**gone, "seq": attempt, "version": 1, "attempt": attempt}])
    assert len(landing.list_once()) == ATTEMPTS


def test_after_that_only_what_was_put_there_anew_is(lake: Lake) -> None:
    write_row(lake, 2, attempt=ATTEMPTS)
    Ledger(lake).append([Draft("a", "1", 7, NOW, None, 1, ATTEMPTS, "replay")])
    assert not found_again(lake, THERE)
    assert [draft.attempt for draft in found_again(lake, LATER)] == [ATTEMPTS + 1]


def test_one_of_which_a_later_version_or_attempt_was_announced_is_not(lake: Lake) -> None:
    Ledger(lake).append([Draft("a", "2", 7, NOW, 1)])
    assert not found_again(lake, LATER)


def test_only_the_latest_are_kept(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    Ledger(lake).append([Draft("b", "1", 7, NOW, None)])
    write_row(lake, 2, path="b", version=2)
    monkeypatch.setattr("streaming.landing.vanished.MOST", 1)
    assert [draft.path for draft in found_again(lake, THERE)] == ["b"]  # and not "a"


def test_the_latest_are_kept_in_whatever_order_they_are_read_and_few_are_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, count, draw = new_lake(tmp_path), 20_000, random.Random(0)
    order = list(range(1, count + 1))
    draw.shuffle(order)
    paths = {seq: str(draw.randrange(count // 2)) for seq in order}
    for start in range(0, count, count // 4):
        rows = [{"seq": seq, "path": paths[seq]} for seq in order[start : start + count // 4]]
        write_features(lake, [{**row, "status": "rejected", "error_code": "gone"} for row in rows])
    features = lake.open(FEATURES)
    assert features is not None
    monkeypatch.setattr("streaming.landing.vanished.MOST", 100)
    monkeypatch.setattr("streaming.landing.batches.READ_ROWS", 500)
    vanished = Vanished()
    vanished.take_up(features, 0, count // 2)
    tracemalloc.start()
    vanished.take_up(features, count // 2, count)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    last = {paths[seq]: seq for seq in sorted(order)}
    latest = sorted(last.items(), key=itemgetter(1))[-100:]
    assert sorted(((path, row.seq) for path, row in vanished._rows.items()), key=itemgetter(1)) == latest
    assert peak < 100 * count // 2  # bytes


def test_another_version_is_not(lake: Lake) -> None:
    assert not found_again(lake, replace(LATER, etag="2"))
