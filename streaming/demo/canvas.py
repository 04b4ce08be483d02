"""A picture as an array, and the one thing that is painted on it: a rounded, lit blob."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import cos, sin
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Colour = tuple[float, float, float]
#: From polar angle (radians, 0 to the right, pi/2 down) to radius.
Outline = Callable[[Array], Array]
#: From (u, v) in the blob's own frame, both about -1 to 1, to RGB.
Skin = Callable[[Array, Array], Array]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shape is: centre and size in pixels, angle in radians, height over width."""

    x: float
    y: float
    size: float
    angle: float = 0.0
    squash: float = 1.0

    def at(self, u: float, v: float, size: float, angle: float = 0.0, squash: float = 1.0) -> "Place":
        """A part at (u, v) of this shape, `size` times as big."""
        c, s = cos(self.angle), sin(self.angle)
        v *= self.squash
        x, y = self.x + self.size * (u * c - v * s), self.y + self.size * (u * s + v * c)
        return Place(x, y, self.size * size, self.angle + angle, squash)


@dataclass(frozen=True, slots=True)
class Shape:
    """What is painted at a place: its outline, bent like a banana by `bend`, and how it takes the light."""

    skin: Skin
    outline: Outline = np.ones_like
    bend: float = 0.0
    shine: float = 0.35
    flat: float = 0.0  #: 0: a ball, 1: a sheet of paper


@dataclass(slots=True)
class Canvas:
    """Pixels as float32 RGB from 0 to 1, shape (height, width, 3); the light comes from one side."""

    pixels: Array
    light: Array = field(default_factory=lambda: np.array([-0.5, -0.6, 0.62], np.float32))

    def paint(self, place: Place, shape: Shape) -> None:
        """Paints `shape` over what is there, with smooth edges."""
        x, y, window = self._window(place, 1.8)
        u, v = _turned(x, y, place)
        v = v - shape.bend * (u * u - 0.3)
        radius = shape.outline(np.arctan2(v, u))
        t = np.hypot(u, v) / radius
        cover = np.clip((1 - t) * radius * place.size * min(place.squash, 1.0) + 0.5, 0, 1)[..., None]
        lit = self._lit(shape.skin(u, v), self._normals(u, v, t, place), shape)
        self.pixels[window] += cover * (lit - self.pixels[window])

    def shadow(self, place: Place, strength: float) -> None:
        """Darkens what lies under a shape, away from the light."""
        away = Place(
            place.x - 0.3 * place.size * float(self.light[0]),
            place.y - 0.45 * place.size * float(self.light[1]),
            place.size * 1.05,
            place.angle,
            place.squash,
        )
        x, y, window = self._window(away, 2.0)
        u, v = _turned(x, y, away)
        self.pixels[window] *= 1 - strength * np.exp(-((u * u + v * v) ** 2) * 0.9)[..., None]

    def _window(self, place: Place, reach: float) -> tuple[Array, Array, tuple[slice, slice]]:
        """Pixel coordinates relative to the centre, of the part of the picture that the shape can touch."""
        height, width = self.pixels.shape[:2]
        far = reach * place.size * max(1.0, place.squash)
        left, right = (int(np.clip(place.x + s * far, 0, width)) for s in (-1, 1))
        top, bottom = (int(np.clip(place.y + s * far, 0, height)) for s in (-1, 1))
        y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
        return x + 0.5 - place.x, y + 0.5 - place.y, (slice(top, bottom), slice(left, right))

    @staticmethod
    def _normals(u: Array, v: Array, t: Array, place: Place) -> Array:
        inside = np.minimum(t, 1)
        length = np.maximum(np.hypot(u, v), 1e-6)
        across, down = u / length * inside, v / length * inside
        c, s = cos(place.angle), sin(place.angle)
        return np.stack([across * c - down * s, across * s + down * c, np.sqrt(1 - inside**2)], axis=-1)

    def _lit(self, colour: Array, normals: Array, shape: Shape) -> Array:
        """Lambert's diffuse and Blinn and Phong's specular light."""
        diffuse = 0.42 + 0.72 * np.maximum(normals @ self.light, 0)
        diffuse += shape.flat * (0.95 - diffuse)
        half = self.light + np.array([0, 0, 1], np.float32)
        glint = shape.shine * np.maximum(normals @ (half / np.linalg.norm(half)), 0) ** 28
        lit: Array = colour * diffuse[..., None] + glint[..., None]
        return lit


def _turned(x: Array, y: Array, place: Place) -> tuple[Array, Array]:
    c, s = cos(place.angle), sin(place.angle)
    return (x * c + y * s) / place.size, (y * c - x * s) / (place.size * place.squash)
