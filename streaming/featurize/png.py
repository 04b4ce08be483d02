"""PNG: Pillow does not check the checksums of pixel data, and leaves rows that never came black."""

import io
import zlib
from collections.abc import Iterator
from typing import IO

from PIL import Image

from schemas.errors import PictureError
from streaming.featurize.limits import Limits
from streaming.featurize.pieces import Pieces
from streaming.featurize.tally import Tally

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_VITAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_ONCE = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT"})
#: Adam7: first column, first row, step in x, step in y of each pass.
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def check_png(data: bytes, limits: Limits) -> IO[bytes]:
    """The picture without what its pixels don't need: Pillow inflates texts, and takes them for facts of its own.

    Raises PictureError: `truncated` unless all chunks are there, to IEND, and undamaged; `too_large`
    for too many frames or too much text; `unsupported` for Apple's variant.
    """
    kept, tally, order = [memoryview(data)[:8]], Tally(limits), _Order()
    for kind, body, whole in _chunks(data):
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(whole[-4:], "big"):
            raise PictureError("truncated", f"PNG: damaged {kind.decode('latin-1')} chunk")
        if kind == b"CgBI":
            raise PictureError("unsupported", "PNG: Apple's variant of it (CgBI) is not read")
        order.check(kind)
        if kind == b"IHDR" and (len(body) != 13 or bytes(body[10:]) not in (b"\0\0\0", b"\0\0\1")):
            raise PictureError("truncated", "PNG: damaged header")
        _count(kind, len(body), tally)
        if kind[:1].isupper() or kind in (b"tRNS", b"eXIf"):
            kept.append(whole)
    return io.BufferedReader(Pieces(kept))


def check_last_row(data: bytes, image: Image.Image) -> None:
    """Raises PictureError `truncated` if the stream of pixels ended before the last row.

    Rows that never came are zeros. Inflating costs as much as decoding, so it is done only where the last row
    is zero, and for interlaced files.
    """
    doubtful = image.info.get("interlace") or not any(_last_row(image))
    if doubtful and not _has_inflated(data, _expected(data)):
        raise PictureError("truncated", "PNG: rows are missing")


def scale_transparency(data: bytes, image: Image.Image) -> None:
    """Makes tRNS fit the samples, of which Pillow makes 8 bits: it leaves tRNS at the depth that the file has.

    Of 16-bit RGB, colours that differ in their low bytes alone can't be told apart any more: all of them are clear.
    """
    bits, clear = data[24], image.info.get("transparency")
    most = (1 << bits) - 1
    if image.mode == "L" and isinstance(clear, int):
        image.info["transparency"] = (clear & most) * 255 // most
    elif image.mode == "RGB" and isinstance(clear, tuple):
        image.info["transparency"] = tuple((v & most) >> bits - 8 for v in clear)


def _last_row(image: Image.Image) -> bytes:
    return image.crop((0, image.height - 1, image.width, image.height)).tobytes()


class _Order:
    """Of chunks: the header first; palette and transparency before the pixels; all of these once, pixels in a row."""

    def __init__(self) -> None:
        self._seen, self._last = set[bytes](), b""

    def check(self, kind: bytes) -> None:
        """Raises PictureError `truncated` for a chunk that can't be there, or that pixels need and nobody knows."""
        again = kind in _ONCE and kind in self._seen and not kind == self._last == b"IDAT"
        unknown = not kind.isalpha() or (kind[:1].isupper() and kind not in _VITAL)
        late = kind in (b"PLTE", b"tRNS") and b"IDAT" in self._seen
        if again or late or unknown or (kind != b"IHDR" and not self._seen):
            raise PictureError("truncated", f"PNG: {kind.decode('latin-1')} chunk in the wrong place, or unknown")
        self._last = kind
        if kind in _ONCE:
            self._seen.add(kind)


def _count(kind: bytes, size: int, tally: Tally) -> None:
    if kind == b"fcTL":
        tally.frame()
    elif kind in (b"IDAT", b"fdAT"):
        tally.pixels(size)
    else:
        tally.piece(size)


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """Kind, body, and the whole chunk from its length to its checksum."""
    view, at, kind = memoryview(data), 8, b""
    while kind != b"IEND":
        end = at + 8 + int.from_bytes(view[at : at + 4], "big")
        if end + 4 > len(data):
            raise PictureError("truncated", "PNG: ends before its end chunk")
        kind = bytes(view[at + 4 : at + 8])
        yield kind, view[at + 8 : end], view[at : end + 4]
        at = end + 4


def _has_inflated(data: bytes, enough: int) -> bool:
    """Whether the pixel stream has so many bytes; at most one block at a time in memory, and no more than it takes."""
    inflate, size = zlib.decompressobj(), 0
    for body in (body for kind, body, _ in _chunks(data) if kind == b"IDAT"):
        rest: bytes | memoryview = body
        while rest and not inflate.eof and size < enough:
            size += len(inflate.decompress(rest, 1 << 16))
            rest = inflate.unconsumed_tail
    return size >= enough or size + len(inflate.flush()) >= enough


def _expected(data: bytes) -> int:
    """Bytes that the header promises: a filter byte and the samples, for each row of each pass."""
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    bits = data[24] * _CHANNELS.get(data[25], 1)
    passes = _ADAM7 if data[28] else ((0, 0, 1, 1),)
    sizes = ((-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in passes)
    return sum(rows * (1 + -(-columns * bits // 8)) for columns, rows in sizes if columns > 0 and rows > 0)
