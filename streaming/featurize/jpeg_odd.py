"""JPEGs with sampling factors that libjpeg-turbo's simple interface has no name for, such as 3x1."""

import io

from PIL import Image, JpegImagePlugin

from schemas.errors import PictureError
from streaming.featurize.jpeg_header import EOI, SOS, Header, segments
from streaming.featurize.opened import decoder_errors

#: Coded data that any Huffman table reads as something; without FF, which would be a marker.
_NOISE = bytes(range(1, 255)) * 16


def decode_unchecked_sampling(data: bytes, header: Header, min_side: int) -> Image.Image:
    """Decoded by Pillow, twice: if noise behind each scan changes a pixel, coded data was missing there.

    Raises PictureError `truncated`.
    """
    whole = _decoded(data, min_side)
    if whole.tobytes() == _decoded(_with_noise(data, header), min_side).tobytes():
        return whole
    raise PictureError("truncated", "JPEG: coded data is missing")


def _with_noise(data: bytes, header: Header) -> bytes:
    """A decoder that has what it needs skips bytes before a marker; one that hasn't takes them for pixels."""
    parts, at, in_scan = [], 0, True
    for segment in segments(data, header.segments[-1].end):
        if in_scan:
            end = segment.start - (2 if segment.marker == EOI else 4)
            parts += [data[at:end], _NOISE]
            at = end
        in_scan = segment.marker == SOS
    return b"".join([*parts, data[at:]])


def _decoded(data: bytes, min_side: int) -> Image.Image:
    with decoder_errors("JPEG"):
        image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
        image.draft(None, (min_side, min_side))
        image.load()
        return image
