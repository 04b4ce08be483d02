"""Any picture to 224 x 224 RGB: as Pillow's bicubic resize of the whole RGB picture, in little memory."""

from PIL import Image

from streaming.featurize.rgb import rgb_converter

SIDE = 224
#: Up to here the whole picture is converted to RGB (4 bytes a pixel), above it some rows at a time.
_WHOLE_PIXELS = 2_000_000
_BAND_ROWS = 64


def resized(image: Image.Image) -> Image.Image:
    """RGB, 224 x 224. Any mode, transparency over white."""
    if image.mode == "RGB" and "transparency" not in image.info:
        return image.resize((SIDE, SIDE))
    if image.width * image.height <= _WHOLE_PIXELS:
        return rgb_converter(image)(image).resize((SIDE, SIDE))
    return _by_bands(image)


def _by_bands(image: Image.Image) -> Image.Image:
    """The same, without a second copy of a big picture.

    Pillow resizes all rows, rounds them to 8 bit, and then all columns. So rows can be resized band by band with
    the same result, bit for bit. (Pillow 13 begins with the columns of a tall picture: rounding differs there.)
    """
    to_rgb = rgb_converter(image)
    narrow = Image.new("RGB", (SIDE, image.height))
    for top in range(0, image.height, _BAND_ROWS):
        bottom = min(top + _BAND_ROWS, image.height)
        band = to_rgb(image.crop((0, top, image.width, bottom)))
        narrow.paste(band.resize((SIDE, bottom - top)), (0, top))
    return narrow.resize((SIDE, SIDE))
