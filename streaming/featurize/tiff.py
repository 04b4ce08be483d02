"""TIFF: missing strips or tiles stay black in Pillow; camera raw files pass for a TIFF of their thumbnail."""

from PIL import TiffImagePlugin

from schemas.errors import PictureError
from streaming.featurize.limits import Limits
from streaming.featurize.tiff_strict import check_strips

_NEW_SUBFILE_TYPE, _ORIENTATION, _SUB_IFDS, _DNG_VERSION = 254, 274, 330, 50706
_ROWS_PER_STRIP, _PLANAR, _SAMPLES = 278, 284, 277
_COMPRESSION, _JPEG_TABLES = 259, 347
_BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339
_WHITE_IS_ZERO, _APART = 0, 2
_STRIPS, _TILES = (273, 279), (324, 325)
_TILE_WIDTH, _TILE_HEIGHT = 322, 323
#: Of a pixel, and of a tile that hangs over the edge.
_MOST_BYTES, _PADDING = 32, 1 << 20


def check_tiff(data: bytes, image: TiffImagePlugin.TiffImageFile, limits: Limits) -> int:
    """EXIF's orientation.

    Raises PictureError: `unsupported` for camera raw and for what Pillow misreads, `truncated` if strips miss,
    `too_many_pixels` for tiles that are larger than a picture may be: Pillow has memory for a whole one.
    """
    tags = image.tag_v2
    if _DNG_VERSION in tags or (_SUB_IFDS in tags and tags.get(_NEW_SUBFILE_TYPE) == 1):
        raise PictureError("unsupported", "camera raw (DNG, NEF or the like) is not a format that is read")
    _check_layout(image)
    tiled = _TILES[0] in tags
    if tiled:
        limits.check_pixels(int(tags[_TILE_WIDTH]), int(tags[_TILE_HEIGHT]))
    offsets, counts = (_numbers(tags.get(tag)) for tag in (_TILES if tiled else _STRIPS))
    if len(offsets) < _expected(tags, tiled):
        raise PictureError("truncated", "TIFF: strips or tiles are missing")
    if any(offset + count > len(data) for offset, count in zip(offsets, counts, strict=False)):
        raise PictureError("truncated", "TIFF: ends before its pixels do")
    strips = (data[offset : offset + count] for offset, count in zip(offsets, counts, strict=False))
    most = _MOST_BYTES * image.width * image.height + _PADDING * len(offsets)
    check_strips(strips, compression(image), tags.get(_JPEG_TABLES, b""), most, limits)
    orientation = tags.get(_ORIENTATION, 1)
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def compression(image: TiffImagePlugin.TiffImageFile) -> int:
    """By its number in the specification."""
    return int(image.tag_v2.get(_COMPRESSION, 1))


def read_native(image: TiffImagePlugin.TiffImageFile) -> None:
    """Signed and float samples in the machine's byte order, in which libtiff gives them: Pillow doesn't know that."""
    (tile,) = image.tile
    if image.mode in ("I", "F") and isinstance(tile.args, tuple):
        image.tile = [tile._replace(args=(tile.args[0].replace("B", "N"), *tile.args[1:]))]


def _check_layout(image: TiffImagePlugin.TiffImageFile) -> None:
    """Raises PictureError `unsupported` for what Pillow takes for something else, without a word."""
    tags = image.tag_v2
    bits, kind = (max(_numbers(tags.get(tag)), default=1) for tag in (_BITS, _SAMPLE_FORMAT))
    inverted = bits > 8 and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
    wrapped = (bits, kind) in ((32, 1), (8, 2))  # unsigned taken for signed, and signed for unsigned
    apart = tags.get(_PLANAR) == _APART and image.mode in ("LA", "La", "PA", "LAB")
    if bits == 12 or inverted or wrapped or apart:
        raise PictureError("unsupported", f"TIFF: {bits} bits a sample in this layout are not read")


def _expected(tags: TiffImagePlugin.ImageFileDirectory_v2, tiled: bool) -> int:
    width, height = int(tags[256]), int(tags[257])
    across = -(-width // int(tags[_TILE_WIDTH])) if tiled else 1
    rows = int(tags[_TILE_HEIGHT]) if tiled else min(height, int(tags.get(_ROWS_PER_STRIP, height)))
    planes = int(tags.get(_SAMPLES, 1)) if tags.get(_PLANAR) == _APART else 1
    return across * -(-height // rows) * planes


def _numbers(value: object) -> tuple[int, ...]:
    if isinstance(value, int):
        return (value,)
    return tuple(v for v in value if isinstance(v, int)) if isinstance(value, tuple) else ()
