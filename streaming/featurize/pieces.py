"""Parts of a picture's bytes, read as if they were one file."""

import io
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Pieces(io.RawIOBase):
    """Reads `pieces` one after the other: no copy of a file of 20 MB is made to leave some of its bytes out."""

    def __init__(self, pieces: Iterable[memoryview]) -> None:
        self._pieces = tuple(piece for piece in pieces if piece)
        self._ends = tuple(accumulate(map(len, self._pieces)))
        self._at = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """The new position in bytes."""
        start = (0, self._at, self._ends[-1] if self._ends else 0)[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed has a type for buffers of C
        """Bytes read: at most those that are left of one piece."""
        number = bisect_right(self._ends, self._at)
        if number == len(self._pieces):
            return 0
        left = self._ends[number] - self._at
        piece = self._pieces[number][-left:][: len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
