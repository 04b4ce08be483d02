"""Pieces read as one file would."""

import io

from hypothesis import given
from hypothesis import strategies as st

from streaming.featurize.pieces import Pieces


@given(st.lists(st.binary(max_size=40), max_size=8), st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60))))
def test_pieces_read_as_one_file_does(parts: list[bytes], reads: list[tuple[int, int]]) -> None:
    whole, pieces = io.BytesIO(b"".join(parts)), io.BufferedReader(Pieces(map(memoryview, parts)))
    for at, size in reads:
        assert (whole.seek(at), whole.read(size), whole.tell()) == (pieces.seek(at), pieces.read(size), pieces.tell())


def test_pieces_are_sought_from_the_end_and_from_where_they_are() -> None:
    pieces = Pieces([memoryview(b"abc"), memoryview(b""), memoryview(b"de")])
    assert (pieces.seek(-2, io.SEEK_END), pieces.read(9)) == (3, b"de")
    assert (pieces.seek(-4, io.SEEK_CUR), pieces.read(1), pieces.tell()) == (1, b"b", 2)
    assert Pieces([]).seek(0, io.SEEK_END) == 0
