"""WEBP: its size and its chunks, before libwebp allocates a canvas for it."""

import io
from typing import IO

from schemas.errors import PictureError
from streaming.featurize.limits import Limits
from streaming.featurize.tally import Tally

_PIXELS = (b"VP8 ", b"VP8L", b"ALPH")
#: Two canvases for its animation, of 4 bytes, and Pillow's two copies.
_BYTES_PER_PIXEL = 16
#: Lossless, of one colour.
_SHORTEST = 28


def check_webp(data: bytes, limits: Limits) -> IO[bytes]:
    """The picture, without what comes after it.

    Raises PictureError: `truncated` if it is shorter than it says, `too_many_pixels` for a huge canvas, `too_large`
    for too many frames or too much metadata.
    """
    end = 8 + int.from_bytes(data[4:8], "little")
    if len(data) < _SHORTEST or len(data) < end:
        raise PictureError("truncated", "WEBP: shorter than it says")
    limits.check_pixels(*_size(data[12:30]), _BYTES_PER_PIXEL)
    _count(data, end, Tally(limits))
    return io.BytesIO(data[:end])


def _count(data: bytes, end: int, tally: Tally) -> None:
    at = 12
    while at + 8 <= end:
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if kind == b"ANMF":
            tally.frame()
        elif kind in _PIXELS:
            tally.pixels(size)
        else:
            tally.piece(size)
        at += 8 + size + size % 2


def _size(chunk: bytes) -> tuple[int, int]:
    """Width and height in the first chunk's header (RFC 9649); 0, 0 for a chunk that libwebp will refuse."""

    def u(start: int, end: int) -> int:
        return int.from_bytes(chunk[start:end], "little")

    if chunk.startswith(b"VP8X"):
        return 1 + u(12, 15), 1 + u(15, 18)
    if chunk.startswith(b"VP8L"):
        return 1 + (u(9, 13) & 0x3FFF), 1 + (u(9, 13) >> 14 & 0x3FFF)
    if chunk.startswith(b"VP8 "):
        return u(14, 16) & 0x3FFF, u(16, 18) & 0x3FFF
    return 0, 0
