"""A picture that has been read, before it is resized."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image

from schemas.errors import ErrorCode, PictureError

_UNSUPPORTED = re.compile(
    "unsupported|not supported|not yet supported|unknown (pixel mode|data organization|interlace|filter)"
    "|not implemented|cannot handle",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Opened:
    """`width`, `height`: before the decoder scaled it. `orientation`: EXIF's 1 to 8, still to be applied."""

    image: Image.Image
    width: int
    height: int
    orientation: int


@contextmanager
def decoder_errors(name: str) -> Iterator[None]:
    """Whatever a decoder raises on bad data, but MemoryError, becomes a PictureError; warnings are not shown."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (PictureError, MemoryError):
        raise
    except Exception as e:  # decoders raise anything: OSError, SyntaxError, struct.error, OverflowError, ...
        code: ErrorCode = "unsupported" if _UNSUPPORTED.search(str(e)) else "truncated"
        raise PictureError(code, f"{name}: {e or type(e).__name__}") from e
