"""Pictures drawn by the tests, and the ways to save them."""

import io
from typing import Any

import numpy as np
from PIL import Image


def drawing(width: int = 120, height: int = 90) -> Image.Image:
    """RGB: gradients with a bright corner, so that no turn, flip or cut of it looks the same."""
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.stack([x * 255 // width, y * 255 // height, (x + y) * 255 // (width + height)], -1)
    pixels[: height // 3, : width // 4] = (250, 240, 20)
    return Image.fromarray(pixels.astype(np.uint8))


def speckled(width: int = 300, height: int = 200, seed: int = 1) -> Image.Image:
    """RGB: a drawing with noise, so that a JPEG of it has coded data everywhere."""
    noise = np.random.default_rng(seed).integers(-40, 40, (height, width, 3))
    return Image.fromarray(np.clip(np.asarray(drawing(width, height)) + noise, 0, 255).astype(np.uint8))


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def cut(data: bytes, percent: int) -> bytes:
    return data[: len(data) * percent // 100]


def with_orientation(orientation: int) -> bytes:
    """EXIF bytes."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()
