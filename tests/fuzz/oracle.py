"""Other decoders than ours, and stricter: what do they say of a picture that we took?

TensorFlow has libjpeg, libpng, giflib and libwebp of its own; what its libjpeg only warns of is read from stderr.
Pillow and simplejpeg are those that we use, but decode all of the picture here, and by their own doors. PNG's chunks,
BMP's size and their pixels are counted once more by hand.
"""

import io
import os
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from tests.fuzz.arithmetic import bmp_complaint, png_complaint, png_has_more

#: What libjpeg says where pixels are made up.
_MADE_UP = re.compile(rb"premature end|bad Huffman|Inconsistent progression|resync|restart marker|bad Huffman")
#: What a decoder says of a picture that it can't judge.
_NO_JUDGE = re.compile(
    r"[Uu]nsupported|not supported|unimplemented|not implemented|channels attribute|number of channels|UNIMPLEMENTED"
    r"|bits per pixel|Number of channels|CMYK|cannot handle|Attempted to open|must be 8|too large"
    r"|but they differ by|[Ii]nvalid.*bpp"
)


def complaints(data: bytes, kind: str) -> list[str]:
    """Who refuses `data`, of format `kind`, and why; empty if nobody does."""
    found = []
    for name, check in _checks(kind):
        why = _refusal(check, data)
        if why and not _NO_JUDGE.search(why):
            found.append(f"{name}: {why}")
    return found


def _checks(kind: str) -> Iterator[tuple[str, Callable[[bytes], object]]]:
    if kind != "PNG":  # of which Pillow refuses texts and profiles, too
        yield "Pillow", lambda data: _pillow(data, kind)
    if kind == "JPEG":
        yield "TensorFlow", _tensorflow_jpeg
        yield "simplejpeg", _simplejpeg
    elif kind == "PNG":
        yield "TensorFlow", _tensorflow_png
    elif kind == "WEBP":
        yield "TensorFlow", _tensorflow_webp
    elif kind != "TIFF":
        yield "TensorFlow", lambda data: _tensorflow(kind, data)
    if kind == "PNG":
        yield "arithmetic", lambda data: _raise(png_complaint(data))
    if kind == "BMP":
        yield "arithmetic", lambda data: _raise(bmp_complaint(data))


def _refusal(check: Callable[[bytes], object], data: bytes) -> str | None:
    try:
        check(data)
    except Exception as e:
        return f"{type(e).__name__}: {' '.join(str(e).split())[:200]}"
    return None


def _raise(complaint: str | None) -> None:
    if complaint:
        raise ValueError(complaint)


def _pillow(data: bytes, kind: str) -> None:
    """It gives up on stray bytes before a JPEG's picture, which its libjpeg skips."""
    from PIL import Image, ImageFile, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = None, False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(io.BytesIO(data))
        except UnidentifiedImageError:
            if kind == "JPEG":
                return
            raise
        image.load()


def _simplejpeg(data: bytes) -> None:
    import simplejpeg

    try:
        simplejpeg.decode_jpeg(data, "RGB", strict=True)
    except ValueError as e:
        if _MADE_UP.search(str(e).encode()):
            raise


def _tensorflow(kind: str, data: bytes) -> None:
    import tensorflow as tf

    decoders: dict[str, Any] = {
        "JPEG": tf.io.decode_jpeg, "PNG": tf.io.decode_png, "GIF": tf.io.decode_gif,
        "BMP": tf.io.decode_bmp, "WEBP": tf.io.decode_webp,
    }  # fmt: skip
    decoders[kind](data)


def _tensorflow_png(data: bytes) -> None:
    """It minds where data ends that comes after the last pixel, and is not looked at."""
    try:
        _tensorflow("PNG", data)
    except Exception:
        if not png_has_more(data):
            raise


def _tensorflow_webp(data: bytes) -> None:
    """Extended files crash it (2.21.0)."""
    if data[12:16] != b"VP8X":
        _tensorflow("WEBP", data)


def _tensorflow_jpeg(data: bytes) -> None:
    """Its libjpeg writes warnings to the process's stderr."""
    said = os.memfd_create("said")
    kept = os.dup(2)
    os.dup2(said, 2)
    try:
        _tensorflow("JPEG", data)
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        text = os.pread(said, 10_000, 0)
        os.close(said)
    if _MADE_UP.search(text):
        raise ValueError(text.decode(errors="replace"))
