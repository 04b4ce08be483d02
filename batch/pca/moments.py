"""Exact moments of rows of features: count, mean, centred second moment. They merge, subtract and pack.

Incremental PCA in the sense of an exact one: no state but these three, O(d^2) of them, whatever the number of rows.
Sources: Chan, Golub & LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (Stanford
STAN-CS-79-773, 1979) for merging; the same, "Algorithms for Computing the Sample Variance: Analysis and
Recommendations" (The American Statistician 37, 1983) for the corrected two-pass algorithm within a block.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from batch.errors import MomentsError, NotFiniteError, RefitError

Floats = NDArray[np.float64]

#: Rows in one BLAS product: enough that the product outweighs the merge after it, 42 MB in float64 at d = 1280.
BLOCK_ROWS = 4096

#: A mean is known to about this part of its length; a smaller spread around it is rounding, not data.
MEAN_ROUNDING = 1e-14


@dataclass(frozen=True, eq=False)
class Moments:
    """`n` rows, their `mean` (d,), and `m2` (d, d): the sum of the outer products of the centred rows, symmetric.

    float64 throughout. Costs 8 d^2 bytes (13 MB at d = 1280).
    """

    n: int
    mean: Floats
    m2: Floats

    @classmethod
    def empty(cls, d: int) -> "Moments":
        """No rows of `d` features: what merging starts from."""
        return cls(0, np.zeros(d), np.zeros((d, d)))

    @classmethod
    def of(cls, rows: NDArray[np.float32] | Floats) -> "Moments":
        """The moments of `rows` (n, d), float32 or float64, n >= 0.

        O(n d^2), one BLAS product for each BLOCK_ROWS rows. Takes 8 BLOCK_ROWS d + 16 d^2 bytes beside `rows`
        (68 MB at d = 1280), however many rows there are.

        Raises:
            NotFiniteError: a row has NaN, an infinity, or a value whose square overflows.
            ValueError: `rows` has not two dimensions.
        """
        if rows.ndim != 2:
            raise ValueError(f"rows of features have 2 dimensions, not {rows.ndim}")
        whole = cls.empty(rows.shape[1])
        for start in range(0, len(rows), BLOCK_ROWS):
            whole = merge(whole, _block(np.array(rows[start : start + BLOCK_ROWS], np.float64, order="C")))
        return whole

    @property
    def covariance(self) -> Floats:
        """The sample covariance (d, d), divided by n - 1 as MLlib and scikit-learn do.

        Raises:
            RefitError: fewer than 2 rows.
        """
        if self.n < 2:
            raise RefitError(
                f"a PCA needs at least 2 pictures with features, and there {'is 1' if self.n else 'are none'}: "
                "run `verger stream` first"
            )
        covariance: Floats = self.m2 / (self.n - 1)
        return covariance

    @property
    def rounding(self) -> float:
        """What of the trace of `m2` may be rounding of the mean alone: less than this is no spread."""
        return self.n * float(self.mean @ self.mean) * MEAN_ROUNDING**2

    def to_bytes(self) -> bytes:
        """The lower triangle of `m2` with its diagonal, row by row, little-endian float64: 4 d (d + 1) bytes."""
        return self.m2[_lower(len(self.mean))].astype("<f8").tobytes()

    @classmethod
    def from_bytes(cls, n: int, mean: Floats, triangle: bytes) -> "Moments":
        """Back from the columns of table `moments`: `triangle` is what `to_bytes` gave. Exact, bit for bit.

        Raises:
            MomentsError: they don't fit together, or hold values that no rows have.
        """
        d = len(mean)
        if n < 0 or len(triangle) != 4 * d * (d + 1):
            raise MomentsError(f"stored moments don't fit: n = {n}, {len(triangle)} bytes for {d} features")
        values = np.frombuffer(triangle, "<f8")
        if not (np.isfinite(values).all() and np.isfinite(mean).all()):
            raise MomentsError("stored moments have values that are not finite")
        m2 = np.zeros((d, d))
        m2[_lower(d)] = values
        m2.T[_lower(d)] = values
        return cls(n, np.array(mean, np.float64), m2)


def merge(a: Moments, b: Moments) -> Moments:
    """The moments of the rows of both. O(d^2); takes 16 d^2 bytes beside its arguments.

    Formula 1.5 of Chan, Golub & LeVeque (1979) in its matrix form, delta being the difference of the means:
    m2 = m2_a + m2_b + delta delta^T n_a n_b / n.

    Raises:
        MomentsError: they have different numbers of features.
    """
    _check_same_features(a, b)
    if not (a.n and b.n):
        return a if a.n else b
    n = a.n + b.n
    delta = b.mean - a.mean
    m2 = a.m2 + b.m2
    m2 += np.outer(delta, delta) * (a.n * b.n / n)
    return Moments(n, a.mean + delta * (b.n / n), m2)


def subtract(whole: Moments, part: Moments) -> Moments:
    """The moments of the rows of `whole` without those of `part`: `merge` solved for one of its arguments.

    The rounding error is of the size of `whole`, so what is left after taking away nearly everything is inexact.

    Raises:
        MomentsError: `part` was not in `whole`: it has more rows, more spread, or other features.
    """
    _check_same_features(whole, part)
    n = whole.n - part.n
    if n < 0:
        raise MomentsError(f"can't take {part.n} rows away from {whole.n}")
    if n == 0 or not part.n:
        return whole if n else Moments.empty(len(whole.mean))
    delta = part.mean - whole.mean
    m2 = whole.m2 - part.m2
    m2 -= np.outer(delta, delta) * (whole.n * part.n / n)
    if m2.diagonal().min(initial=0.0) < -(1e-6 * whole.m2.trace() + whole.rounding):
        raise MomentsError("the rows to take away are not among the rows of the whole")
    return Moments(n, whole.mean - delta * (part.n / n), m2 if n > 1 else np.zeros_like(m2))


def _block(rows: Floats) -> Moments:
    """The moments of `rows` (n, d), n > 0, which are overwritten.

    Centred twice: the second time takes off the rounding of the first mean, which the corrected two-pass algorithm
    subtracts from the result instead.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.einsum("ij,ij->i", rows, rows)
    if bad := int(np.count_nonzero(~np.isfinite(lengths))):
        raise NotFiniteError(f"{bad} of {len(rows)} rows have features that are not finite")
    mean = np.zeros(rows.shape[1])
    for _ in range(2):
        shift = rows.mean(axis=0)
        rows -= shift
        mean += shift
    return Moments(len(rows), mean, rows.T @ rows)


def _lower(d: int) -> NDArray[np.bool_]:
    """A mask (d, d) of the lower triangle with its diagonal: 1 byte an element, where indices take 16."""
    return np.tri(d, dtype=np.bool_)


def _check_same_features(a: Moments, b: Moments) -> None:
    if a.mean.shape != b.mean.shape:
        raise MomentsError(f"moments of {len(a.mean)} and of {len(b.mean)} features don't go together")
