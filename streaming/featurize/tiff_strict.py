"""TIFF: damage within strips or tiles that libtiff passes over, or only prints."""

import math
import os
import re
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from schemas.errors import PictureError
from streaming.featurize.jpeg import open_jpeg
from streaming.featurize.limits import Limits

_FAX, _OLD_JPEG, _JPEG, _DEFLATE = (2, 3, 4, 32771), 6, 7, (8, 32946)
_DAMAGE = re.compile(rb"Fax\w*: [^\n]*")
_BLOCK = 1 << 20


def check_strips(strips: Iterable[bytes], compression: int, jpeg_tables: bytes, most: int, limits: Limits) -> None:
    """Raises PictureError `truncated` unless each of `strips` is whole; of kinds without a checksum, it can't tell.

    `most`: bytes that all of them can have when unpacked. `jpeg_tables`: what JPEG strips have in common.
    """
    if compression == _OLD_JPEG:
        raise PictureError("unsupported", "TIFF: old-style JPEG is not read")
    any_shape = replace(limits, max_aspect_ratio=math.inf)  # a strip is no picture
    for strip in strips:
        if compression == _JPEG:
            open_jpeg(jpeg_tables[:-2] + strip[2:] if jpeg_tables else strip, any_shape)
        elif compression in _DEFLATE:
            most -= _inflated(strip, most)


def _inflated(strip: bytes, most: int) -> int:
    inflate, size = zlib.decompressobj(), 0
    while strip and not inflate.eof:
        size += len(inflate.decompress(strip, _BLOCK))
        strip = inflate.unconsumed_tail
        if size > most:
            raise PictureError("truncated", "TIFF: more data than pixels")
    if not inflate.eof:
        raise PictureError("truncated", "TIFF: a strip or tile ends early")
    return size


@contextmanager
def libtiff_heard(compression: int) -> Iterator[None]:
    """Raises PictureError `truncated` for what libtiff prints of damage in a fax, for which it makes up pixels.

    It writes to the process's stderr; what other threads write there meanwhile is passed on.
    """
    if compression not in _FAX:
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            said.seek(0)
            text = said.read()
            os.write(2, re.sub(rb"[^\n]*" + _DAMAGE.pattern + rb"\n?", b"", text))
    if damage := _DAMAGE.search(text):
        raise PictureError("truncated", f"TIFF: {damage[0].decode(errors='replace')}")
