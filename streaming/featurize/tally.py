"""Counts what a picture's header is made of, and ends the reading of it as soon as there is too much."""

from dataclasses import dataclass

from schemas.errors import PictureError
from streaming.featurize.limits import Limits

#: Bytes. A piece of metadata counts as at least so much, for millions of empty ones take seconds and gigabytes.
PIECE = 256


@dataclass
class Tally:
    """What was met so far. Its methods raise PictureError `too_large` past `limits`."""

    limits: Limits
    metadata: int = 0
    frames: int = 0

    def piece(self, size: int) -> None:
        """A segment, chunk or block of `size` bytes that holds no pixels."""
        self._add(max(size, PIECE))

    def pixels(self, size: int) -> None:
        """A piece that holds pixels: only what is missing to PIECE counts."""
        self._add(max(PIECE - size, 0))

    def frame(self) -> None:
        """One frame more."""
        self.frames += 1
        if self.frames > self.limits.max_image_frames:
            most = self.limits.max_image_frames
            raise PictureError("too_large", f"more than {most:,} frames; max_image_frames is {most:,}")

    def _add(self, size: int) -> None:
        self.metadata += size
        if self.metadata > self.limits.max_metadata_bytes:
            most = self.limits.max_metadata_bytes
            raise PictureError("too_large", f"more than {most:,} bytes besides pixels; max_metadata_bytes is {most:,}")
