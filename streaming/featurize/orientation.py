"""EXIF orientation: how the camera was held."""

from PIL import Image

from schemas.errors import PictureError
from streaming.featurize.opened import decoder_errors

Transpose = Image.Transpose

_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112


def exif_orientation(exif: bytes | None) -> int:
    """1 to 8 as an EXIF block says; 1 if there is none that can be read: it never fails a picture."""
    if not exif:
        return 1
    try:
        with decoder_errors("EXIF"):
            block = Image.Exif()
            block.load(exif)
            value = block.get(_ORIENTATION, 1)
    except PictureError:
        return 1
    return value if isinstance(value, int) and value in _TURNS else 1


def inverse(orientation: int) -> int:
    """The orientation that undoes `orientation`."""
    return {6: 8, 8: 6}.get(orientation, orientation)


def oriented(image: Image.Image, orientation: int) -> Image.Image:
    """The picture as it is meant to be seen."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def oriented_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Width and height after turning."""
    return (height, width) if orientation in (5, 6, 7, 8) else (width, height)
