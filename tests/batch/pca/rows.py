"""Seeded rows with the shape of features and a known structure."""

import numpy as np

from batch.pca.moments import Floats


def orthonormal(k: int, d: int, seed: int = 0) -> Floats:
    """(k, d) orthonormal rows, at random."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(d, k)))
    rows: Floats = q.T
    return rows


def with_spectrum(variances: Floats, directions: Floats, n: int, seed: int = 0) -> Floats:
    """(n, d) rows, n > k, whose sample covariance is V^T diag(variances) V to rounding, V being `directions` (k, d)."""
    scores = np.random.default_rng(seed).normal(size=(n, len(variances)))
    white, _ = np.linalg.qr(scores - scores.mean(axis=0))
    rows: Floats = white * np.sqrt(variances * (n - 1)) @ directions
    return rows


def decaying(n: int = 2400, d: int = 1280, seed: int = 0) -> Floats:
    """(n, d) like features: a spectrum that decays as a power law down to 1e-6, a mean far from 0."""
    rng = np.random.default_rng(seed)
    spread = 1.0 / np.arange(1, d + 1)
    rows: Floats = rng.normal(size=(n, d)) * spread @ orthonormal(d, d, seed) + rng.uniform(0, 2, d)
    return rows
