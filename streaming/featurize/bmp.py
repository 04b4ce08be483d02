"""BMP: palettes that Pillow takes for none, and an alpha channel that nobody has filled."""

import io
from typing import IO

from PIL import Image

from streaming.featurize.limits import Limits
from streaming.featurize.pieces import Pieces

_FILE_HEADER, _INFO_HEADER = 14, 40
#: By bits of a pixel: palettes of so many colours may be taken for greys, of which a pixel has other bits.
_MISTAKEN = {4: 256, 8: 2}


def check_bmp(data: bytes, _: Limits) -> IO[bytes]:
    """The picture; with a black entry more in its palette where Pillow would take that for the greys of 1 or 8 bits."""
    header, bits, colours = data[_FILE_HEADER], _number(data, 28, 2), _number(data, 46)
    colours = colours or 1 << min(bits, 8)
    if header < _INFO_HEADER or colours > _MISTAKEN.get(bits, 0):
        return io.BytesIO(data)
    palette = _FILE_HEADER + header
    end, told = palette + 4 * colours, _number(data, 10)
    # An offset that leaves no room for the palette is ignored, as Pillow does it.
    pixels = told if told not in (0, palette) else end
    head = data[:10] + _word(end + 4) + data[14:46] + _word(colours + 1) + data[50:end] + bytes(4)
    return io.BufferedReader(Pieces([memoryview(head), memoryview(data)[pixels:]]))


def opaque(image: Image.Image) -> None:
    """Makes an alpha channel of nothing but zeros opaque, as browsers do: nobody has filled it."""
    if image.mode == "RGBA" and not image.getchannel("A").getbbox():
        image.putalpha(255)


def _number(data: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _word(value: int) -> bytes:
    return value.to_bytes(4, "little")
