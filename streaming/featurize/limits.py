"""How much of what a picture may be, to be decoded."""

from dataclasses import dataclass

from schemas.errors import PictureError

#: Longest side. JPEG, WEBP and GIF end there anyway; a PNG, 1 pixel wide, could take gigabytes to resize.
MAX_SIDE = 65_535


@dataclass(frozen=True)
class Limits:
    """`formats`: which of sniff.READABLE are allowed; `exif_orientation`: turn pictures as EXIF says."""

    max_image_bytes: int
    max_image_pixels: int
    formats: tuple[str, ...]
    exif_orientation: bool

    def check_bytes(self, size: int) -> None:
        """Raises PictureError `too_large` for a picture of more than `max_image_bytes`."""
        if size > self.max_image_bytes:
            raise PictureError("too_large", f"{size:,} bytes; the limit is {self.max_image_bytes:,}")

    def check_format(self, name: str) -> None:
        """Raises PictureError `unsupported` for a format that the settings leave out."""
        if name not in self.formats:
            allowed = ", ".join(self.formats)
            raise PictureError("unsupported", f"{name} is not in the allowed formats ({allowed})")

    def check_pixels(self, width: int, height: int) -> None:
        """Raises PictureError `too_many_pixels` for a picture that is too big to be decoded."""
        size = f"{width:,} x {height:,} pixels"
        if width * height > self.max_image_pixels:
            raise PictureError("too_many_pixels", f"{size}; the limit is {self.max_image_pixels:,}")
        if max(width, height) > MAX_SIDE:
            raise PictureError("too_many_pixels", f"{size}; a side may have {MAX_SIDE:,}")
