"""The ledger is appended to by one process, without gaps."""

from pathlib import Path

import pytest

from streaming.landing.ledger import Draft, Ledger, LedgerConflictError
from tests.streaming.landing.fakes import NOW, new_lake


def drafts(*names: str) -> list[Draft]:
    return [Draft(f"file:///{name}", "A", 1, NOW, supersedes=None) for name in names]


def test_numbers_go_on_where_the_table_ends(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    assert Ledger(lake).append(drafts("a", "b")) == range(1, 3)
    assert Ledger(lake).append(drafts("c")) == range(3, 4)
    rows = Ledger(lake).rows(0, 3)
    assert rows["seq"].to_pylist() == rows["version"].to_pylist() == [1, 2, 3]


def test_a_range_of_rows_comes_in_order(tmp_path: Path) -> None:
    ledger = Ledger(new_lake(tmp_path))
    for name in "abcdef":
        ledger.append(drafts(name))
    assert ledger.rows(2, 4)["path"].to_pylist() == ["file:///c", "file:///d"]


def test_an_append_beside_another_writer_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    mine, theirs = Ledger(lake), Ledger(lake)
    theirs.append(drafts("a"))
    with pytest.raises(LedgerConflictError):
        mine.append(drafts("b"))
    assert Ledger(lake).rows(0, 9)["path"].to_pylist() == ["file:///a"]


def test_odd_names_come_back_as_they_were(tmp_path: Path) -> None:
    ledger = Ledger(new_lake(tmp_path))
    names = ["a b+c%20.jpg", "x\n\t.jpg", "é🍎'\".jpg", "x.jpg#12?", "n" * 1000]
    ledger.append(drafts(*names))
    assert ledger.rows(0, 9)["path"].to_pylist() == [f"file:///{name}" for name in names]
