"""From a picture's bytes to the 224 x 224 pixels that the model sees."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.errors import PictureError
from streaming.featurize.jpeg import open_jpeg
from streaming.featurize.limits import Limits
from streaming.featurize.orientation import oriented, oriented_size
from streaming.featurize.raster import open_raster
from streaming.featurize.resize import resized
from streaming.featurize.sniff import sniff

__all__ = ["Decoded", "Limits", "decode"]


@dataclass(frozen=True)
class Decoded:
    """`pixels`: uint8 (224, 224, 3), RGB. `width`, `height`: of the whole picture, turned as EXIF says."""

    pixels: NDArray[np.uint8]
    width: int
    height: int
    format: str


def decode(data: bytes, limits: Limits) -> Decoded:
    """The first frame of the picture, resized as `Image.resize((224, 224))` does it (bicubic).

    Raises PictureError for whatever `data` is: `empty`, `too_large`, `too_many_pixels`, `not_an_image`, `unsupported`
    or `truncated`; and MemoryError. Missing data is never padded.
    """
    if not data:
        raise PictureError("empty", "zero bytes")
    limits.check_bytes(len(data))
    name = sniff(data)
    limits.check_format(name)
    opened = open_jpeg(data, limits) if name == "JPEG" else open_raster(data, name, limits)
    width, height = oriented_size(opened.width, opened.height, opened.orientation)
    pixels = oriented(resized(opened.image), opened.orientation)
    return Decoded(np.asarray(pixels), width, height, name)
