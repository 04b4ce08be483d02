"""A scene: some ground, and one to three fruits of a kind on it."""

import numpy as np
import numpy.typing as npt

from streaming.demo.canvas import Array, Canvas, Place
from streaming.demo.fruits import Painter, Rng

GROUNDS = ((0.93, 0.92, 0.89), (0.80, 0.86, 0.88), (0.87, 0.80, 0.70), (0.70, 0.76, 0.68), (0.90, 0.84, 0.86))


def scene(painter: Painter, width: int, height: int, rng: Rng) -> npt.NDArray[np.uint8]:
    """A picture of one kind of fruit: uint8 RGB, shape (height, width, 3)."""
    canvas = Canvas(_ground(width, height, rng), _light(rng))
    for place in _places(width, height, rng):
        canvas.shadow(place, rng.uniform(0.35, 0.55))
        painter(canvas, place, rng)
    noisy = canvas.pixels + 0.012 * rng.standard_normal(canvas.pixels.shape, np.float32)
    return (np.clip(noisy, 0, 1) * 255).astype(np.uint8)


def _places(width: int, height: int, rng: Rng) -> list[Place]:
    side = min(width, height)
    if rng.random() < 0.75:
        x, y = width * rng.uniform(0.44, 0.56), height * rng.uniform(0.44, 0.56)
        return [Place(x, y, side * rng.uniform(0.26, 0.36), _angle(rng), rng.uniform(0.93, 1.05))]
    return [
        Place(x * width, y * height, side * rng.uniform(0.17, 0.21), _angle(rng), rng.uniform(0.93, 1.05))
        for x, y in ((0.30, 0.34), (0.70, 0.42), (0.46, 0.72))[: int(rng.integers(2, 4))]
    ]


def _angle(rng: Rng) -> float:
    return rng.normal(0, 0.45)


def _light(rng: Rng) -> Array:
    light = np.array([rng.uniform(-0.65, 0.2), rng.uniform(-0.75, -0.45), 0.62], np.float32)
    unit: Array = light / np.linalg.norm(light)
    return unit


def _ground(width: int, height: int, rng: Rng) -> Array:
    """A table or a cloth, lighter on one side."""
    y, x = np.mgrid[:height, :width].astype(np.float32) / max(width, height)
    colour = np.array(GROUNDS[rng.integers(len(GROUNDS))], np.float32)
    shade = 1 + 0.14 * (x - 0.5) * rng.normal() - 0.16 * (y - 0.3)
    pattern = rng.integers(4)
    if pattern == 0:
        shade = shade * (1 - 0.07 * ((np.floor(x * 7) + np.floor(y * 7)) % 2))
    elif pattern == 1:
        grain = np.sin(60 * y + 5 * np.sin(3 * x + rng.uniform(0, 6)) + 2 * np.sin(17 * x))
        shade = shade * (1 + 0.04 * grain)
        colour = np.array((0.72, 0.54, 0.36), np.float32)
    elif pattern == 2:
        shade = shade - 0.25 * np.clip(0.40 - y, 0, 0.02) / 0.02
    ground: Array = shade[..., None] * colour
    return ground
