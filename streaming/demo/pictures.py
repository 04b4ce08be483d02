"""Draws the labelled pictures that `verger demo` streams."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from streaming.demo.fruits import FRUITS
from streaming.demo.scenes import scene

SIDES = (144, 160, 160, 176)
#: Suffix and options of the encoder; one in eight is a PNG, one a WebP.
FORMATS: tuple[tuple[str, dict[str, Any]], ...] = ((".jpg", {"quality": 90}),) * 6 + (
    (".png", {"compress_level": 1}),
    (".webp", {"quality": 85, "method": 2}),
)


def draw_pictures(folder: Path, *, per_label: int, seed: int) -> int:
    """Writes `per_label` pictures for each of ten fruits to `folder/<Label>/`; returns how many.

    The same seed gives the same bytes, and a greater `per_label` the same pictures and more.
    """
    for number, label in enumerate(FRUITS):
        (folder / label).mkdir(parents=True, exist_ok=True)
        for i in range(per_label):
            _draw(folder / label, label, i, np.random.default_rng([seed, number, i]))
    return per_label * len(FRUITS)


def _draw(folder: Path, label: str, i: int, rng: np.random.Generator) -> None:
    width, height = rng.choice(SIDES, 2)
    pixels = scene(FRUITS[label], int(width), int(height), rng)
    suffix, options = FORMATS[int(rng.integers(len(FORMATS)))]
    Image.fromarray(pixels).save(folder / f"{label.lower()}_{i:03d}{suffix}", **options)
