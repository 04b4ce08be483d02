"""KnownPaths against a plain dict, and its size."""

import tracemalloc

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.landing.known import KnownPaths

paths = st.text(min_size=1, max_size=4, alphabet="ab/é")
announcements = st.lists(st.tuples(paths, st.sampled_from("ABC")), max_size=60)


def at_once(start: int, stop: int) -> tuple[list[str], list[str], list[int]]:
    numbers = range(start, stop)
    return [f"s3://bucket/{i}.jpg" for i in numbers], ["etag"] * len(numbers), list(numbers)


@given(announcements, st.integers(1, 10))
def test_it_answers_as_a_dict_would(rows: list[tuple[str, str]], chunk: int) -> None:
    compact, plain = KnownPaths(), dict[str, tuple[str, int]]()
    for start in range(0, len(rows), chunk):
        part = list(enumerate(rows, 1))[start : start + chunk]
        for path, etag in rows[start : start + chunk]:
            expected = plain.get(path)
            answer = compact.look_up([path], [etag])
            assert answer == [0 if expected is None else None if expected[0] == etag else expected[1]]
        compact.record([p for _, (p, _) in part], [e for _, (_, e) in part], [version for version, _ in part])
        plain.update({path: (etag, version) for version, (path, etag) in part})


@given(announcements, st.randoms())
def test_the_order_in_which_announcements_are_read_does_not_matter(rows: list[tuple[str, str]], random: object) -> None:
    numbered = list(enumerate(rows, 1))
    shuffled = numbered.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for order in (numbered, shuffled):
        compact = KnownPaths()
        for version, (path, etag) in order:
            compact.record([path], [etag], [version])
        last = {path: etag for _, (path, etag) in numbered}
        assert compact.look_up(list(last), list(last.values())) == [None] * len(last)


def test_a_ledgers_batches_are_known() -> None:
    compact = KnownPaths()
    columns = [pa.array(values) for values in at_once(1, 100)]
    compact.load([pa.record_batch(columns, ["path", "etag", "version"])])
    names, etags, versions = at_once(1, 110)
    assert compact.look_up(names, etags) == [None] * 99 + [0] * 10
    assert compact.look_up(names[:99], ["other"] * 99) == versions[:99]


def test_a_known_path_takes_at_most_64_bytes_merges_included() -> None:
    count, compact = 200_000, KnownPaths()
    tracemalloc.start()
    for start in range(1, count + 1, 1000):
        compact.record(*at_once(start, start + 1000))
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(compact) == count
    assert compact.nbytes == 32 * count
    assert held < 36 * count
    assert peak < 64 * count


def test_a_path_that_comes_again_and_again_is_kept_once() -> None:
    compact = KnownPaths()
    for version in range(1, 200):
        compact.record(["a", "b"], [str(version)] * 2, [version] * 2)
    assert len(compact) == 2
    assert compact.look_up(["a", "b"], ["199", "198"]) == [None, 199]


@pytest.mark.parametrize("chunk", [1, 1000])
def test_there_are_few_runs_to_search(chunk: int) -> None:
    compact = KnownPaths()
    for start in range(1, 3001, chunk):
        compact.record(*at_once(start, start + chunk))
    assert len(compact._runs) < 7
