"""Any of Pillow's modes to 8-bit RGB, as a person would expect to see the picture."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_ROWS = 256


def rgb_converter(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """A function that turns a part of `image` into RGB: alpha over white, 16 bit and float scaled to 8."""
    if image.mode in ("I", "F"):
        black, white = _range(image)
        return lambda part: _scaled(part, black, white)
    if image.mode.startswith("I;16"):
        return _sixteen_bit
    if image.has_transparency_data or image.mode in ("La", "RGBa", "PA"):
        return _over_white
    return lambda part: part.convert("RGB")


def _over_white(part: Image.Image) -> Image.Image:
    if part.mode == "La":
        part = part.convert("LA")
    rgba = part.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", part.size, "white"), rgba).convert("RGB")


def _sixteen_bit(part: Image.Image) -> Image.Image:
    values = np.asarray(part).astype(np.uint32)
    transparent = part.info.get("transparency")
    if isinstance(transparent, int):
        values[values == transparent] = 65_535
    return Image.fromarray(((values * 255 + 32_767) // 65_535).astype(np.uint8)).convert("RGB")


def _scaled(part: Image.Image, black: float, white: float) -> Image.Image:
    values = np.nan_to_num(np.asarray(part, np.float64), nan=black, posinf=white, neginf=black)
    levels = np.rint((values - black) * (255 / (white - black)))
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).convert("RGB")


def _range(image: Image.Image) -> tuple[float, float]:
    """Black and white, which 32-bit modes don't tell: 0 and 1, 255 or 65,535, else the extremes."""
    extremes = [(float(v.min()), float(v.max())) for v in _finite(image) if v.size]
    low = min((e[0] for e in extremes), default=0.0)
    high = max((e[1] for e in extremes), default=0.0)
    whites = (1.0, 255.0, 65_535.0) if image.mode == "F" else (255.0, 65_535.0)
    for white in whites:
        if low >= 0 and high <= white:
            return 0.0, white
    return (low, high) if high > low else (low, low + max(1.0, abs(low)))


def _finite(image: Image.Image) -> Iterator[NDArray[np.float64]]:
    for top in range(0, image.height, _ROWS):
        part = np.asarray(image.crop((0, top, image.width, min(top + _ROWS, image.height))), np.float64)
        yield part[np.isfinite(part)]
