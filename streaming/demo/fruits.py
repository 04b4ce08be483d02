"""Ten fruits, each a function that paints one of its kind at a place."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from streaming.demo import skins
from streaming.demo.canvas import Array, Canvas, Colour, Outline, Place, Shape

Rng = np.random.Generator
Painter = Callable[[Canvas, Place, Rng], None]
STEM: Colour = (0.38, 0.26, 0.13)
LEAF: Colour = (0.30, 0.56, 0.18)


def apple(canvas: Canvas, place: Place, rng: Rng) -> None:
    """Red, paler on one side, with a dimple, a stem and mostly a leaf."""
    red = _varied((0.80, 0.10, 0.12), rng, 0.06)
    skin = skins.blend((0.88, 0.72, 0.25), red, rng.uniform(0, 6.28), 1.7)
    canvas.paint(place, Shape(skin, _dimpled(0.20)))
    _stem(canvas, place.at(0.03, -0.86, 0.27))
    if rng.random() < 0.7:
        _leaf(canvas, place.at(0.30, -1.0, 0.30, angle=-0.4))


def banana(canvas: Canvas, place: Place, rng: Rng) -> None:
    """Long and bent."""
    bend = rng.uniform(-0.55, -0.40)
    canvas.paint(place.at(0, 0, 1.25), Shape(skins.ripe_banana(rng), _oval(0.27), bend=bend, shine=0.15))


def blueberry(canvas: Canvas, place: Place, rng: Rng) -> None:
    """A handful of blue balls with crowns."""
    for u, v in (
        (-0.62, -0.45),
        (0.10, -0.68),
        (0.68, -0.30),
        (-0.35, 0.28),
        (0.36, 0.34),
        (-0.95, 0.30),
        (0.02, 0.86),
    ):
        berry = place.at(u + rng.normal(0, 0.05), v + rng.normal(0, 0.05), rng.uniform(0.38, 0.45))
        blue = _varied((0.22, 0.28, 0.52), rng, 0.05)
        canvas.paint(berry, Shape(skins.blend((0.42, 0.48, 0.68), blue, 0.8, 1.4), shine=0.12))
        crown = berry.at(rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3), 0.36, rng.uniform(0, 6))
        canvas.paint(crown, Shape(skins.plain((0.10, 0.12, 0.26)), _star(5, 0.35), shine=0, flat=0.6))


def grape(canvas: Canvas, place: Place, rng: Rng) -> None:
    """A bunch that grows narrower to its end."""
    dark = rng.random() < 0.6
    base: Colour = (0.38, 0.12, 0.36) if dark else (0.62, 0.74, 0.28)
    _stem(canvas, place.at(0.0, -1.05, 0.35))
    for row, count in enumerate((4, 5, 4, 3, 2, 1)):
        for column in range(count):
            u = (column - (count - 1) / 2) * 0.43 + rng.normal(0, 0.05)
            ball = place.at(u, -0.78 + row * 0.34 + rng.normal(0, 0.04), 0.29, squash=1.12)
            canvas.paint(ball, Shape(skins.plain(_varied(base, rng, 0.05)), shine=0.5))


def kiwi(canvas: Canvas, place: Place, rng: Rng) -> None:
    """A slice, mostly with the rest of the fruit behind it."""
    if rng.random() < 0.6:
        peel = skins.pored(skins.plain((0.48, 0.36, 0.20)), rng, 0.25, 60)
        canvas.paint(place.at(0.45, -0.40, 0.90), Shape(peel, _oval(0.88), shine=0.05))
    canvas.paint(place.at(-0.12, 0.10, 0.95), Shape(skins.kiwi_slice(rng), _oval(0.94), shine=0.08, flat=0.85))


def lemon(canvas: Canvas, place: Place, rng: Rng) -> None:
    """Yellow, with a tip at each end."""
    yellow = skins.blend((0.98, 0.90, 0.25), _varied((0.93, 0.82, 0.16), rng, 0.03), rng.uniform(0, 6))
    canvas.paint(place, Shape(skins.pored(yellow, rng, 0.09), _tipped(0.72)))


def orange(canvas: Canvas, place: Place, rng: Rng) -> None:
    """Round, pored, with a small green star where the stem was."""
    skin = skins.pored(skins.plain(_varied((0.96, 0.55, 0.10), rng, 0.03)), rng, 0.12)
    canvas.paint(place, Shape(skin, _oval(0.97), shine=0.25))
    navel = place.at(rng.uniform(-0.4, 0.4), rng.uniform(-0.4, 0.4), 0.14, rng.uniform(0, 6))
    canvas.paint(navel, Shape(skins.plain((0.36, 0.45, 0.16)), _star(5, 0.45), shine=0, flat=0.3))


def pear(canvas: Canvas, place: Place, rng: Rng) -> None:
    """Green to yellow, narrow at its top."""
    green = _varied((0.66, 0.74, 0.24), rng, 0.04)
    skin = skins.pored(skins.blend(green, (0.86, 0.76, 0.30), rng.uniform(0, 6.28), 1.4), rng, 0.05, 50)
    canvas.paint(place.at(0, 0.1, 1.0, squash=1.15), Shape(skin, _necked))
    _stem(canvas, place.at(0.02, -1.18, 0.20))


def plum(canvas: Canvas, place: Place, rng: Rng) -> None:
    """Dark violet, a little long, with a seam."""
    violet = skins.blend((0.46, 0.14, 0.28), _varied((0.26, 0.10, 0.32), rng, 0.04), rng.uniform(0, 6.28))
    canvas.paint(place.at(0, 0, 1.0, squash=1.14), Shape(skins.seamed(violet, 0.45), shine=0.25))
    if rng.random() < 0.6:
        _stem(canvas, place.at(0.1, -1.12, 0.26))


def strawberry(canvas: Canvas, place: Place, rng: Rng) -> None:
    """A red cone with seeds and a green collar."""
    red = skins.blend((0.92, 0.20, 0.14), _varied((0.80, 0.06, 0.10), rng, 0.04), rng.uniform(0, 6.28))
    skin = skins.dotted(red, (0.95, 0.80, 0.35), rng.uniform(4.6, 5.6))
    canvas.paint(place.at(0, 0, 1.0, squash=1.15), Shape(skin, _heart))
    canvas.paint(place.at(0, -0.80, 0.62, squash=0.5), Shape(skins.plain(LEAF), _star(8, 0.45), shine=0.05))
    _stem(canvas, place.at(0.0, -1.0, 0.22))


FRUITS: Mapping[str, Painter] = MappingProxyType(
    {
        "Apple": apple,
        "Banana": banana,
        "Blueberry": blueberry,
        "Grape": grape,
        "Kiwi": kiwi,
        "Lemon": lemon,
        "Orange": orange,
        "Pear": pear,
        "Plum": plum,
        "Strawberry": strawberry,
    }
)


def _stem(canvas: Canvas, place: Place) -> None:
    canvas.paint(place, Shape(skins.plain(STEM), _upright(0.16), shine=0.05))


def _leaf(canvas: Canvas, place: Place) -> None:
    canvas.paint(place, Shape(skins.plain(LEAF), _pointed(0.42), shine=0.15))


def _varied(colour: Colour, rng: Rng, spread: float) -> Colour:
    r, g, b = np.clip(np.array(colour) + rng.normal(0, spread, 3), 0.02, 0.98)
    return float(r), float(g), float(b)


def _oval(height: float) -> Outline:
    return lambda a: 1 / np.sqrt(np.cos(a) ** 2 + (np.sin(a) / height) ** 2)


def _upright(width: float) -> Outline:
    return lambda a: 1 / np.sqrt((np.cos(a) / width) ** 2 + np.sin(a) ** 2)


def _pointed(height: float) -> Outline:
    return lambda a: height / (np.abs(np.sin(a)) + height * np.abs(np.cos(a)) ** 1.5 + 1e-6)


def _tipped(height: float) -> Outline:
    oval = _oval(height)
    return lambda a: oval(a) * 0.94 + 0.18 * np.exp(-((np.sin(a) / 0.16) ** 2))


def _star(points: int, depth: float) -> Outline:
    return lambda a: 1 - depth * (0.5 + 0.5 * np.cos(points * a))


def _dimpled(depth: float) -> Outline:
    return lambda a: 1 - depth * np.exp(-(((np.cos(a)) / 0.30) ** 2)) * np.where(np.sin(a) < 0, 1, 0.45)


def _necked(a: Array) -> Array:
    """A pear: round below, a narrow neck above."""
    up = np.maximum(-np.sin(a), 0)
    return 0.86 - 0.30 * up + 0.48 * up**10


def _heart(a: Array) -> Array:
    """A strawberry: broad shoulders, a blunt tip below."""
    down = np.maximum(np.sin(a), 0)
    return 0.90 - 0.32 * down * np.abs(np.cos(a)) + 0.12 * down**6
