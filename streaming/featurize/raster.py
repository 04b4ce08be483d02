"""PNG, WEBP, GIF, BMP and TIFF: decoded by Pillow, checked beside it for data that is missing."""

from collections.abc import Callable
from typing import IO

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from schemas.errors import PictureError
from streaming.featurize.bmp import check_bmp, opaque
from streaming.featurize.gif import check_gif, on_white
from streaming.featurize.limits import Limits
from streaming.featurize.opened import Opened, decoder_errors
from streaming.featurize.orientation import exif_orientation, inverse
from streaming.featurize.png import check_last_row, check_png, scale_transparency
from streaming.featurize.tiff import check_tiff, compression, read_native
from streaming.featurize.tiff_header import check_tiff_header
from streaming.featurize.tiff_strict import libtiff_heard
from streaming.featurize.webp import check_webp

Image.MAX_IMAGE_PIXELS = None  # limits.py checks, before anything is decoded, and never only warns
ImageFile.LOAD_TRUNCATED_IMAGES = False
TiffImagePlugin.READ_LIBTIFF = True  # Pillow's own reader takes 16 bits for 8 in planes, and reads past short strips

#: A plugin is called by name: `Image.open` would try others, and load all of them for WEBP and TIFF.
_PLUGINS: dict[str, type[ImageFile.ImageFile]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
}
#: What Pillow would not notice, or only after it has allocated the memory. They return what Pillow is to read.
_CHECKS: dict[str, Callable[[bytes, Limits], IO[bytes]]] = {
    "PNG": check_png,
    "WEBP": check_webp,
    "GIF": check_gif,
    "BMP": check_bmp,
    "TIFF": check_tiff_header,
}


def open_raster(data: bytes, name: str, limits: Limits) -> Opened:
    """The first frame of `data`, a picture of format `name`. Raises PictureError, as `decode` does."""
    with decoder_errors(name):
        image = _PLUGINS[name](_CHECKS[name](data, limits))
        limits.check_pixels(*image.size)
        if isinstance(image, TiffImagePlugin.TiffImageFile):
            return _open_tiff(data, image, limits)
        colours = _colours(image)
        image.load()
        if colours is not None and any(_used(image)[colours:]):
            raise PictureError("truncated", f"{name}: its palette has only {colours} colours")
        if name == "PNG":
            check_last_row(data, image)
            scale_transparency(data, image)
        elif isinstance(image, GifImagePlugin.GifImageFile):
            return Opened(on_white(image), *image.size, 1)
        elif name == "BMP":
            opaque(image)
        # A PNG may have its EXIF block at the end.
        orientation = exif_orientation(image.info.get("exif")) if limits.exif_orientation else 1
        return Opened(image, *image.size, orientation)


def _open_tiff(data: bytes, image: TiffImagePlugin.TiffImageFile, limits: Limits) -> Opened:
    turned = check_tiff(data, image, limits)
    read_native(image)
    with libtiff_heard(compression(image)):
        image.load()
    # Pillow has turned it.
    return Opened(image, *image.size, 1 if limits.exif_orientation else inverse(turned))


def _colours(image: ImageFile.ImageFile) -> int | None:
    """In the palette, before Pillow fills it up; None where there need not be one."""
    if image.mode != "P" or isinstance(image, BmpImagePlugin.BmpImageFile):
        return None
    return len(image.palette.palette) // 3 if image.palette else 0


def _used(image: ImageFile.ImageFile) -> list[int]:
    """How many pixels each colour has; a GIF's transparent one is none."""
    pixels = image.histogram()
    if isinstance(image, GifImagePlugin.GifImageFile) and "transparency" in image.info:
        pixels[image.info["transparency"]] = 0
    return pixels
