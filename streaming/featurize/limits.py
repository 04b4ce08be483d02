"""How much of what a picture may be, to be decoded. Each refusal names the setting that it comes from."""

import sys
from dataclasses import dataclass

from schemas.errors import PictureError

#: Longest side. JPEG, WEBP and GIF end there anyway; a PNG, 1 pixel wide, could take gigabytes to resize.
MAX_SIDE = 65_535
#: Each scan of a JPEG goes over all of its pixels: a full-size picture may have so many, a smaller one more. Encoders
#: write some ten; a hundred thousand, of 150 bytes each, would take an hour.
MAX_SCANS = 64
#: What decoding takes of memory, for each pixel: 4 bytes, and as much again for a TIFF that has to be turned.
BYTES_PER_PIXEL = 8


@dataclass(frozen=True)
class Limits:
    """`formats`: which of sniff.READABLE are allowed; `exif_orientation`: turn pictures as EXIF says.

    What has a default here has the same one in the settings, but `max_decode_bytes`: of memory, `worker_memory`.
    """

    max_image_bytes: int
    max_image_pixels: int
    formats: tuple[str, ...]
    exif_orientation: bool
    max_image_frames: int = 1000
    max_aspect_ratio: float = 10_000.0
    max_metadata_bytes: int = 16 * 2**20
    max_decode_bytes: int = sys.maxsize

    def check_bytes(self, size: int) -> None:
        """Raises PictureError `too_large` for a picture of more than `max_image_bytes`."""
        if size > self.max_image_bytes:
            raise PictureError("too_large", f"{size:,} bytes; max_image_bytes is {self.max_image_bytes:,}")

    def check_format(self, name: str) -> None:
        """Raises PictureError `unsupported` for a format that the settings leave out."""
        if name not in self.formats:
            allowed = ", ".join(self.formats)
            raise PictureError("unsupported", f"{name} is not in image_formats ({allowed})")

    def check_pixels(self, width: int, height: int, bytes_per_pixel: int = BYTES_PER_PIXEL) -> None:
        """Raises PictureError `too_many_pixels` for a picture that is too big, or too thin, to be decoded."""
        size = f"{width:,} x {height:,} pixels"
        if width * height > self.max_image_pixels:
            raise PictureError("too_many_pixels", f"{size}; max_image_pixels is {self.max_image_pixels:,}")
        if max(width, height) > MAX_SIDE:
            raise PictureError("too_many_pixels", f"{size}; a side may have {MAX_SIDE:,}")
        if max(width, height) > self.max_aspect_ratio * max(1, min(width, height)):
            raise PictureError("too_many_pixels", f"{size}; max_aspect_ratio is {self.max_aspect_ratio:,g}")
        needed = width * height * bytes_per_pixel
        if needed > self.max_decode_bytes:
            limit = f"worker_memory is {self.max_decode_bytes:,}"
            raise PictureError("too_many_pixels", f"{size} may take {needed:,} bytes to decode; {limit}")

    def check_scans(self, scans: int, pixels: int) -> None:
        """Raises PictureError `too_many_pixels` for a JPEG of so many scans that decoding would take for ever."""
        most = MAX_SCANS * self.max_image_pixels // max(1, pixels)
        if scans > most:
            why = f"more than {most:,} scans of {pixels:,} pixels each; max_image_pixels is {self.max_image_pixels:,}"
            raise PictureError("too_many_pixels", why)
