"""The pictures whose features point most nearly in the same direction."""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streaming.reading.current_pictures import CurrentPictures


@dataclass(frozen=True, order=True)
class Neighbour:
    """`cosine`: of the angle between the two features, 1 for the same direction; none of them is negative."""

    cosine: float
    path: str
    label: str


def nearest(pictures: CurrentPictures, features: NDArray[np.float32], path: str, count: int) -> list[Neighbour]:
    """The `count` pictures nearest to `features` (1280,), but for the one at `path`; the nearest first.

    Reads the features of all current pictures, some megabytes at a time: half a second for each 100,000 of them.
    """
    best: list[Neighbour] = []
    for paths, labels, vectors in pictures.vectors():
        cosines = _cosines(vectors, features)
        near = np.argsort(-cosines, kind="stable")[: count + 1]
        found = (Neighbour(float(cosines[i]), paths[i], labels[i]) for i in near if paths[i] != path)
        best = heapq.nlargest(count, [*best, *found])
    return best


def _cosines(vectors: NDArray[np.float32], features: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n,) of `vectors` (n, d) with `features` (d,); 0 where one of them is the origin."""
    lengths = np.linalg.norm(vectors, axis=1).astype(np.float64) * np.linalg.norm(features)
    products: NDArray[np.float64] = (vectors @ features).astype(np.float64)
    cosines: NDArray[np.float64] = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return cosines
