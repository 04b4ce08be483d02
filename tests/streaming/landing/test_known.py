"""KnownPaths against a plain dict, and its size."""

from hypothesis import given
from hypothesis import strategies as st

from streaming.landing import known
from streaming.landing.known import KnownPaths

paths = st.text(min_size=1, max_size=4, alphabet="ab/é")
announcements = st.lists(st.tuples(paths, st.sampled_from("ABC")), max_size=60)


@given(announcements, st.integers(1, 10))
def test_it_answers_as_a_dict_would(rows: list[tuple[str, str]], merge_at: int) -> None:
    known.MIN_MERGE = merge_at
    compact, plain = KnownPaths(), dict[str, tuple[str, int]]()
    for version, (path, etag) in enumerate(rows, 1):
        expected = plain.get(path)
        answer = compact.look_up([path], [etag])
        assert answer == [0 if expected is None else None if expected[0] == etag else expected[1]]
        compact.record([path], [etag], [version])
        plain[path] = (etag, version)


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


def test_a_known_path_takes_at_most_64_bytes() -> None:
    known.MIN_MERGE, count = 65_536, 200_000
    compact = KnownPaths()
    for start in range(0, count, 1000):
        names = [f"s3://bucket/{i}.jpg" for i in range(start, start + 1000)]
        compact.record(names, ["etag"] * 1000, list(range(start + 1, start + 1001)))
    assert len(compact) == count
    assert compact.nbytes <= 64 * count
