"""Colours of fruit, as functions of the place on it."""

import numpy as np

from streaming.demo.canvas import Array, Colour, Skin


def plain(colour: Colour) -> Skin:
    """One colour."""
    return lambda u, _: np.broadcast_to(np.array(colour, np.float32), (*u.shape, 3))


def blend(one: Colour, other: Colour, angle: float, sharpness: float = 1.0) -> Skin:
    """From one colour to another across the fruit, as on the sunny side of an apple."""

    def skin(u: Array, v: Array) -> Array:
        along = np.clip(0.5 + sharpness * (u * np.cos(angle) + v * np.sin(angle)) / 2, 0, 1)
        return _mixed(one, other, along)

    return skin


def pored(below: Skin, rng: np.random.Generator, depth: float, pitch: float = 34.0) -> Skin:
    """With the small dents of a citrus peel."""
    a, b = rng.uniform(0, 6.28, 2)

    def skin(u: Array, v: Array) -> Array:
        dents = np.sin(pitch * u + a + 3 * np.sin(9 * v)) * np.sin(pitch * v + b + 3 * np.sin(8 * u))
        dented: Array = below(u, v) * (1 - depth * np.maximum(dents, 0))[..., None]
        return dented

    return skin


def seamed(below: Skin, depth: float) -> Skin:
    """With a plum's seam from end to end, and pale bloom beside it."""

    def skin(u: Array, v: Array) -> Array:
        seam = np.exp(-(((u - 0.22 + 0.25 * v * v) / 0.05) ** 2))
        bloom = 0.16 * np.exp(-(((u - 0.5) / 0.4) ** 2) - ((v + 0.1) / 0.6) ** 2)
        return below(u, v) * (1 - depth * seam)[..., None] + bloom[..., None]

    return skin


def kiwi_slice(rng: np.random.Generator) -> Skin:
    """Green flesh in rays round a white core, a ring of black seeds, brown peel."""
    rays, phase = int(rng.integers(22, 30)), rng.uniform(0, 6.28)

    def skin(u: Array, v: Array) -> Array:
        radius, angle = np.hypot(u, v), np.arctan2(v, u)
        flesh = _mixed((0.80, 0.90, 0.45), (0.40, 0.66, 0.14), np.clip(radius * 1.25 - 0.15, 0, 1))
        flesh = flesh * (1 + 0.10 * np.cos(rays * angle + phase) * np.clip(radius * 3 - 0.6, 0, 1))[..., None]
        core = np.clip((0.27 - radius) * 14, 0, 1)
        seeds = np.clip(np.cos(rays * angle + phase) * 6 - 4.2, 0, 1) * np.exp(-(((radius - 0.43) / 0.075) ** 4))
        peel = np.clip((radius - 0.93) * 30, 0, 1)
        for colour, amount in (
            ((0.95, 0.95, 0.80), core),
            ((0.10, 0.08, 0.06), seeds),
            ((0.45, 0.32, 0.16), peel),
        ):
            flesh = flesh + amount[..., None] * (np.array(colour, np.float32) - flesh)
        return flesh

    return skin


def dotted(below: Skin, dots: Colour, pitch: float) -> Skin:
    """With a strawberry's seeds in staggered rows, each in a small dent."""

    def skin(u: Array, v: Array) -> Array:
        rows = v * pitch
        columns = u * pitch * 0.8 + 0.5 * (np.floor(rows) % 2)
        spread = ((columns % 1 - 0.5) / 0.16) ** 2 + ((rows % 1 - 0.5) / 0.26) ** 2
        seed, dent = np.clip(1.4 - spread, 0, 1)[..., None], np.exp(-spread * 0.4)[..., None]
        ground = below(u, v) * (1 - 0.28 * dent)
        mixed: Array = ground + seed * (np.array(dots, np.float32) - ground)
        return mixed

    return skin


def ripe_banana(rng: np.random.Generator) -> Skin:
    """Yellow, with a green neck, brown ends and some freckles."""
    spots = rng.uniform(-0.8, 0.8, (int(rng.integers(3, 9)), 2)) * np.array([1.0, 0.25])

    def skin(u: Array, v: Array) -> Array:
        yellow = _mixed((0.97, 0.82, 0.20), (0.72, 0.74, 0.22), np.clip(np.abs(u) * 3.4 - 2.4, 0, 1))
        ends = np.clip((np.abs(u) - 0.93) * 18, 0, 1)
        ridge = 0.10 * np.exp(-(((v - 0.05) / 0.035) ** 2))
        freckles = sum(np.exp(-(((u - a) / 0.03) ** 2) - ((v - b) / 0.02) ** 2) for a, b in spots)
        brown = np.clip(ends + ridge + 0.6 * freckles, 0, 1)[..., None]
        ripe: Array = yellow + brown * (np.array((0.32, 0.20, 0.08), np.float32) - yellow)
        return ripe

    return skin


def _mixed(one: Colour, other: Colour, share: Array) -> Array:
    first, second = np.array(one, np.float32), np.array(other, np.float32)
    mixed: Array = first + share[..., None] * (second - first)
    return mixed
