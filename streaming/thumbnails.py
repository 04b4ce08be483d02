"""Small pictures for the pages, of versions that have features: their bytes were decoded before, by a worker."""

import hashlib
import io
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from conf.locations import is_s3, split_s3
from conf.settings import Settings
from schemas.errors import PictureError
from streaming.featurize.jpeg import open_jpeg
from streaming.featurize.limits import Limits
from streaming.featurize.orientation import oriented
from streaming.featurize.raster import open_raster
from streaming.featurize.rgb import rgb_converter
from streaming.featurize.sniff import sniff
from streaming.stores.folder import FolderStore
from streaming.stores.opening import open_store
from streaming.stores.s3 import S3Store
from streaming.stores.store import Store

#: The longer side, in pixels. A WebP of it takes about 1 KB.
SIDE = 64
#: Larger ones get none: they would hold up the page, and take the driver's memory. 12 megapixels take 45 ms.
MOST_BYTES, MOST_PIXELS = 16 * 2**20, 25_000_000
#: For one picture, and for all that are asked for at once.
READ_S, ALL_S = 5.0, 30.0
_AT_ONCE = 4


class Thumbnails:
    """Makes them for the paths of any landing; first looks in the one that is set."""

    def __init__(self, settings: Settings) -> None:
        self._landing = open_store(settings.landing)
        self._limits = Limits(
            max_image_bytes=min(MOST_BYTES, settings.max_image_bytes),
            max_image_pixels=min(MOST_PIXELS, settings.max_image_pixels),
            formats=settings.image_formats,
            exif_orientation=settings.exif_orientation,
        )

    def __call__(self, versions: Sequence[tuple[str, str, str]]) -> list[bytes | None]:
        """A WebP for each version (path, ETag, SHA-256 of its bytes); None if it is not there any more, or too large.

        Ends after ALL_S and what one picture takes: those not made by then are None. Decoded is only what has the
        SHA-256 of a row that is `ok`, so nothing that a worker was not able to decode.
        """
        until = time.monotonic() + ALL_S
        with ThreadPoolExecutor(_AT_ONCE, "thumbnails") as pool:
            return list(pool.map(lambda version: self._made(version, until), versions))

    def _made(self, version: tuple[str, str, str], until: float) -> bytes | None:
        path, etag, digest = version
        if time.monotonic() > until:
            return None
        try:
            data = self._store(path).read(path, etag, max_bytes=self._limits.max_image_bytes, timeout_s=READ_S)
            return self._small(data) if hashlib.sha256(data).hexdigest() == digest else None
        except (PictureError, MemoryError, OSError, ValueError):
            return None

    def _store(self, path: str) -> Store:
        ours = self._landing
        if is_s3(path):
            return ours if isinstance(ours, S3Store) and ours.key(path) else S3Store(split_s3(path)[0], "")
        return ours if isinstance(ours, FolderStore) and ours.relative(path) else FolderStore("/")

    def _small(self, data: bytes) -> bytes:
        name = sniff(data)
        self._limits.check_format(name)
        opened = open_jpeg(data, self._limits) if name == "JPEG" else open_raster(data, name, self._limits)
        image = rgb_converter(opened.image)(opened.image)
        image.thumbnail((SIDE, SIDE), reducing_gap=2.0)
        target = io.BytesIO()
        oriented(image, opened.orientation).save(target, "WEBP", quality=60, method=2)
        return target.getvalue()
