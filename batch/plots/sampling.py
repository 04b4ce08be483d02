"""Which points are drawn when there are more than a picture can show: each label keeps its share."""

import numpy as np
from numpy.typing import NDArray

#: More points than this only cover each other, and take seconds to draw.
MAX_POINTS = 50_000


def sampled(labels: NDArray[np.int64], limit: int = MAX_POINTS, seed: int = 0) -> NDArray[np.int64]:
    """Indices, ascending, of at most `limit` of the points whose labels have these numbers (n,); all if n <= limit.

    Each label gets one point, and of the rest what is proportional to its points, rounded down; `limit` is above the
    number of labels, else only the first are served. The same arguments give the same indices.
    """
    n = len(labels)
    if n <= limit:
        return np.arange(n)
    _, counts = np.unique(labels, return_counts=True)
    spare = max(limit - len(counts), 0)
    quotas = 1 + (counts - 1) * spare // max(n - len(counts), 1)
    shuffled = np.random.default_rng(seed).permutation(n)
    by_label = shuffled[np.argsort(labels[shuffled], kind="stable")]
    rank = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen = by_label[rank < np.repeat(quotas, counts)]
    return np.sort(chosen[:limit])
