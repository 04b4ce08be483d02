"""Principal angles: how far two subspaces are apart, whatever bases, signs and rotations they are written in."""

import numpy as np

from batch.pca.moments import Floats


def principal_angles(a: Floats, b: Floats) -> Floats:
    """The angles (min(k_a, k_b),) in radians, ascending, 0 to pi/2, between the spans of `a` (k_a, d) and `b` (k_b, d).

    Rows are orthonormal. Cosines are the singular values of a b^T; where they say less than sines (below 45 degrees,
    where a cosine loses half of the digits), sines: singular values of the smaller basis less its projection.
    Source: Björck & Golub, "Numerical Methods for Computing Angles Between Linear Subspaces", Math. Comp. 27, 1973.

    Raises:
        ValueError: they are not in the same space.
    """
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"subspaces of {a.shape[1]} and of {b.shape[1]} dimensions have no angles")
    few, many = (a, b) if len(a) <= len(b) else (b, a)
    product = few @ many.T
    cosines = np.linalg.svd(product, compute_uv=False).clip(0.0, 1.0)
    sines = np.linalg.svd(few - product @ many, compute_uv=False)[::-1].clip(0.0, 1.0)
    angles: Floats = np.where(cosines**2 >= 0.5, np.arcsin(sines[: len(cosines)]), np.arccos(cosines))
    return angles
