"""GIF: its blocks to the trailer, before Pillow allocates what the first frame asks for."""

import io
from typing import IO

from PIL import GifImagePlugin, Image

from schemas.errors import PictureError
from streaming.featurize.limits import Limits
from streaming.featurize.tally import Tally

#: The specification has 2 to 8; pictures of two colours with 1 are seen.
_CODE_SIZES = range(1, 9)
_EXTENSION, _FRAME, _TRAILER = 0x21, 0x2C, 0x3B


def check_gif(data: bytes, limits: Limits) -> IO[bytes]:
    """The picture as it is. Raises PictureError.

    `truncated` unless all blocks are there, `too_many_pixels` for a huge canvas, `too_large` for too many frames or
    comments.
    """
    try:
        _walk(data, limits)
    except IndexError:
        raise PictureError("truncated", "GIF: ends before its trailer") from None
    return io.BytesIO(data)


def on_white(image: GifImagePlugin.GifImageFile) -> Image.Image:
    """The loaded picture, RGB where its first frame leaves pixels free: white, as transparent ones are."""
    frame = image.dispose_extent
    if frame in (None, (0, 0, *image.size)) or "transparency" in image.info:
        return image
    left, top, right, bottom = frame
    whole, (width, height) = image.convert("RGB"), image.size
    for free in ((0, 0, width, top), (0, bottom, width, height), (0, top, left, bottom), (right, top, width, bottom)):
        whole.paste("white", free)
    return whole


def _walk(data: bytes, limits: Limits) -> None:
    width, height = _u16(data, 6), _u16(data, 8)
    at, tally = 13 + _palette(data[10]), Tally(limits)
    while (kind := data[at]) != _TRAILER:
        if kind == _FRAME:
            right, bottom = _u16(data, at + 1) + _u16(data, at + 5), _u16(data, at + 3) + _u16(data, at + 7)
            limits.check_pixels(max(width, right), max(height, bottom))
            tally.frame()
            at += 11 + _palette(data[at + 9])
            if data[at - 1] not in _CODE_SIZES:
                raise PictureError("truncated", f"GIF: codes of {data[at - 1]} bits")
        elif kind == _EXTENSION:
            at += 2
        else:
            raise PictureError("truncated", f"GIF: damaged, no block starts with {kind:#04x}")
        end = _after_blocks(data, at)
        if kind == _EXTENSION:
            tally.piece(end - at)
        at = end


def _after_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += 1 + data[at]
    return at + 1


def _palette(flags: int) -> int:
    """Bytes of the palette that follows."""
    return 6 << (flags & 7) if flags & 0x80 else 0


def _u16(data: bytes, at: int) -> int:
    return data[at] | data[at + 1] << 8
