"""Which row of a path counts."""

import re
from random import Random

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.current import current, deciding
from tests.readme import README
from tests.schemas.rows import OUT_OF_REACH, Row, histories, naive_current, table


def seqs(*rows: Row, last_seq: int | None = None) -> list[int]:
    found: list[int] = current(table(rows), last_seq)["seq"].to_pylist()
    return sorted(found)


def test_a_rejected_overwrite_is_the_current_row() -> None:
    now = current(table([Row(1, 1), Row(2, 2, "truncated")]))
    assert now.select(["seq", "status"]).to_pylist() == [{"seq": 2, "status": "rejected"}]


def test_a_good_picture_after_a_rejected_one_is_current() -> None:
    assert seqs(Row(1, 1), Row(2, 2, "truncated"), Row(3, 3)) == [3]


def test_of_two_versions_in_one_batch_the_greater_is_current() -> None:
    assert seqs(Row(2, 2), Row(1, 1)) == [2]


def test_an_older_version_that_becomes_ok_late_replaces_no_newer_one() -> None:
    assert seqs(Row(1, 1, "deferred"), Row(2, 2), Row(3, 1)) == [2]


def test_an_older_version_that_becomes_ok_late_counts_while_the_newer_one_is_pending() -> None:
    rows = (Row(1, 1, "deferred"), Row(2, 2, "deferred"), Row(3, 1), Row(4, 2))
    assert seqs(*rows[:3]) == [3]
    assert seqs(*rows) == [4]


@pytest.mark.parametrize("code", ["changed", "gone"])
def test_a_version_that_was_never_read_is_passed_over(code: str) -> None:
    assert seqs(Row(1, 1), Row(2, 2, code)) == [1]
    assert seqs(Row(1, 1, code)) == []


def test_a_deferred_version_is_passed_over() -> None:
    assert seqs(Row(1, 1), Row(2, 2, "deferred")) == [1]


@pytest.mark.parametrize("outcome", ["ok", "bad_output"])
def test_a_replay_replaces_the_row_of_its_version(outcome: str) -> None:
    assert seqs(Row(1, 1), Row(2, 1, outcome)) == [2]


@pytest.mark.parametrize("outcome", ["deferred", "changed", "gone"])
def test_a_replay_that_read_nothing_leaves_the_row_as_it_was(outcome: str) -> None:
    assert seqs(Row(1, 1), Row(2, 1, outcome)) == [1]


@pytest.mark.parametrize("code", OUT_OF_REACH)
def test_a_replay_out_of_reach_leaves_the_row_as_it_was_and_a_new_version_does_not(code: str) -> None:
    assert seqs(Row(1, 1), Row(2, 1, code)) == [1]
    assert seqs(Row(1, 1, code), Row(2, 1, "gone")) == [1]
    assert seqs(Row(1, 1), Row(2, 2, code)) == [2]


def test_the_replay_of_an_old_version_replaces_no_newer_one() -> None:
    assert seqs(Row(1, 1), Row(2, 2), Row(3, 1)) == [2]


def test_with_last_seq_it_is_as_it_was_then() -> None:
    rows = (Row(1, 1), Row(2, 2, "truncated"), Row(3, 3, path="file:///b.jpg"))
    assert [seqs(*rows, last_seq=last) for last in range(4)] == [[], [1], [2], [2, 3]]


def test_no_rows_have_no_current_ones() -> None:
    assert seqs() == []


def test_other_columns_come_along() -> None:
    rows = table([Row(1, 1), Row(2, 2)]).append_column("label", [["old", "new"]])
    assert current(rows)["label"].to_pylist() == ["new"]


def test_what_can_be_current_is_told_batch_by_batch() -> None:
    rows = [Row(i, i, outcome) for i, outcome in enumerate(["ok", "deferred", "changed", "gone", "empty"])]
    (batch,) = table(rows).to_batches()
    assert deciding(batch)["seq"].to_pylist() == [0, 4]


@given(histories(), st.randoms(use_true_random=False))
def test_any_history_in_any_order_gives_what_the_definition_says(rows: list[Row], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    now = current(table(shuffled))
    assert dict(zip(now["path"].to_pylist(), now["seq"].to_pylist(), strict=True)) == naive_current(rows)


@given(histories(), st.integers(0, 31))
def test_as_it_was_then_is_what_a_reader_saw_then(rows: list[Row], last_seq: int) -> None:
    then = [row for row in rows if row.seq <= last_seq]
    assert seqs(*rows, last_seq=last_seq) == seqs(*then) == sorted(naive_current(rows, last_seq).values())


@settings(deadline=None)
@given(histories())
def test_the_readmes_query_finds_the_same_rows(rows: list[Row]) -> None:
    (query,) = re.findall(r"```sql\n(SELECT.*?row_number\(\).*?)```", README.read_text("utf-8"), re.DOTALL)
    with duckdb.connect() as connection:
        connection.register("features", table(rows))
        found = connection.sql(query).project("seq").fetchall()
    assert sorted(seq for (seq,) in found) == sorted(naive_current(rows).values())
