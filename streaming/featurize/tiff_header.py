"""TIFF: its directories, before Pillow copies what their tags point to."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from PIL import TiffImagePlugin

from schemas.errors import PictureError
from streaming.featurize.limits import Limits
from streaming.featurize.tally import Tally

#: Bytes of a value, by its type (TIFF 6.0, section 2; 16 to 18: BigTIFF).
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_COMPRESSION, _WEBP = 259, 50001
#: Pillow has a name for WEBP, but its libtiff can't read it.
_READ = TiffImagePlugin.COMPRESSION_INFO.keys() - {_WEBP}


def check_tiff_header(data: bytes, limits: Limits) -> IO[bytes]:
    """The picture as it is.

    Raises PictureError: `too_large` for too many pages, or tags that point to too much, `truncated` without a page,
    `unsupported` for pixels compressed in a way that is not read.
    """
    layout, tally = _layout(data), Tally(limits)
    for page, at in enumerate(_directories(layout)):
        tally.frame()
        if page == 0:
            for size in _values(layout, at):
                tally.piece(size)
            _check_compression(layout, at)
    if not tally.frames:
        raise PictureError("truncated", "TIFF: its first directory is missing")
    return io.BytesIO(data)


@dataclass(frozen=True)
class _Layout:
    """Byte order, and bytes of an offset, of the number of entries and of an entry."""

    data: bytes
    little: bool
    offset: int
    count: int
    entry: int

    def number(self, at: int, size: int) -> int:
        """Zero past the end."""
        return int.from_bytes(self.data[at : at + size], "little" if self.little else "big")

    def next_at(self, directory: int) -> int:
        """Where the offset of the next directory is."""
        return directory + self.count + self.entry * self.number(directory, self.count)


def _layout(data: bytes) -> _Layout:
    little = data[:2] == b"II"
    return _Layout(data, little, 8, 8, 20) if b"+" in data[2:4] else _Layout(data, little, 4, 2, 12)


def _directories(layout: _Layout) -> Iterator[int]:
    """Where they begin, the first one first; one that was seen before ends it."""
    seen, at = set[int](), layout.number(layout.offset, layout.offset)
    while 0 < at < len(layout.data) and at not in seen:
        seen.add(at)
        yield at
        at = layout.number(layout.next_at(at), layout.offset)


def _check_compression(layout: _Layout, directory: int) -> None:
    for at in (at for at in _entries(layout, directory) if layout.number(at, 2) == _COMPRESSION):
        kind = layout.number(at + 4 + layout.offset, _SIZES.get(layout.number(at + 2, 2), 0))
        if kind not in _READ:
            raise PictureError("unsupported", f"TIFF: compression {kind} is not read")


def _entries(layout: _Layout, directory: int) -> range:
    """Where they begin."""
    return range(directory + layout.count, min(layout.next_at(directory), len(layout.data)), layout.entry)


def _values(layout: _Layout, directory: int) -> Iterator[int]:
    """Bytes of each entry's values, as Pillow reads them: none that are more than the file has, with those before."""
    left = len(layout.data)
    for at in _entries(layout, directory):
        size = _SIZES.get(layout.number(at + 2, 2), 0) * layout.number(at + 4, layout.offset)
        read = size if size <= left else 0
        left -= read
        yield read
