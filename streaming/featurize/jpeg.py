"""JPEG: decoded strictly, at the scale that Pillow's `draft` would choose.

Pillow takes a JPEG that was cut in the middle and closed with an end marker: libjpeg pads it with grey and
only warns. simplejpeg raises on libjpeg's warnings, and decodes to the same pixels.
"""

import re

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from schemas.errors import ErrorCode, PictureError
from streaming.featurize.jpeg_cleaning import cleaned
from streaming.featurize.jpeg_header import Header, read_header
from streaming.featurize.jpeg_scans import check_scans
from streaming.featurize.limits import Limits
from streaming.featurize.opened import Opened
from streaming.featurize.orientation import exif_orientation

#: Twice the model's side: features differ little from those of the full picture (cosine >= 0.999).
_MIN_SIDE = 448
_SCALES = (8, 4, 2, 1)
_CMYK = 4

# libjpeg-turbo's messages (src/jerror.h). Warnings that lose no pixel:
_HARMLESS = re.compile(
    r"extraneous bytes before marker|unknown JFIF revision|Unknown Adobe color transform"
    r"|Invalid SOS parameters for sequential JPEG"
)
#: Padding after the last scan: nothing that comes later could be hidden by it.
_TRAILING = re.compile(r"extraneous bytes before marker 0xd9")
_UNSUPPORTED = re.compile(
    r"Unsupported|not implemented|not supported|omitted at compile time|incompatible|Maximum supported"
    # Sampling such as 3 x 1: other decoders read it, but none of them tells damage from colours.
    r"|Could not determine subsampling"
)


def open_jpeg(data: bytes, limits: Limits) -> Opened:
    """The first picture in `data`. Raises PictureError: `too_many_pixels`, `unsupported`, `truncated`."""
    header = read_header(data, limits)
    limits.check_pixels(header.width, header.height)
    check_scans(data, header, limits)
    orientation = exif_orientation(header.exif) if limits.exif_orientation else 1
    return Opened(_image(data, header), header.width, header.height, orientation)


def draft_scale(width: int, height: int) -> int:
    """By how much `Image.draft("RGB", (448, 448))` divides both sides: 1, 2, 4 or 8."""
    return next((s for s in _SCALES if min(width, height) >= s * _MIN_SIDE), 1)


def _image(data: bytes, header: Header) -> Image.Image:
    try:
        pixels = _pixels(data, header)
    except ValueError as e:
        raise PictureError(_code(str(e)), f"JPEG: {e}") from e
    if len(header.ids) == _CMYK:  # stored inverted, as Adobe does it and Pillow assumes
        return Image.fromarray(255 - pixels, "CMYK")
    return Image.fromarray(pixels)


def _pixels(data: bytes, header: Header) -> NDArray[np.uint8]:
    """uint8 (height, width, 3 or 4). libjpeg tells its first warning only; a harmless one may hide more."""
    try:
        return _strict(data, header)
    except ValueError as e:
        if not _HARMLESS.search(str(e)):
            raise
    return _strict(cleaned(data, header), header)


def _strict(data: bytes, header: Header) -> NDArray[np.uint8]:
    try:
        return _decode(data, header, True)
    except ValueError as e:
        if not _TRAILING.search(str(e)):
            raise
    return _decode(data, header, False)


def _decode(data: bytes, header: Header, strict: bool) -> NDArray[np.uint8]:
    """The smallest scale at which both sides are at least so long is taken: exactly that of `draft`."""
    scale = draft_scale(header.width, header.height)
    pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
        data,
        "CMYK" if len(header.ids) == _CMYK else "RGB",
        min_height=-(-header.height // scale) if scale > 1 else 0,
        min_width=-(-header.width // scale) if scale > 1 else 0,
        strict=strict,
    )
    return pixels


def _code(message: str) -> ErrorCode:
    if "Insufficient memory" in message:
        raise MemoryError(message)
    return "unsupported" if _UNSUPPORTED.search(message) else "truncated"
