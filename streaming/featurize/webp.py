"""WEBP: its size, before libwebp allocates a canvas for it."""

from schemas.errors import PictureError
from streaming.featurize.limits import Limits


def check_webp(data: bytes, limits: Limits) -> None:
    """Raises PictureError: `truncated` if it is shorter than it says, `too_many_pixels` for a huge canvas."""
    if len(data) < 30 or len(data) < 8 + int.from_bytes(data[4:8], "little"):
        raise PictureError("truncated", "WEBP: shorter than it says")
    limits.check_pixels(*_size(data[12:30]))


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
