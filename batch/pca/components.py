"""The principal components of moments: eigenvectors of the covariance, with signs that don't depend on luck."""

from dataclasses import dataclass

import numpy as np

from batch.errors import RefitError
from batch.pca.moments import Floats, Moments


@dataclass(frozen=True, eq=False)
class Components:
    """A PCA with k components of d features, in float64; variances are in units of feature^2, with ddof = 1.

    `mean` (d,); `components` (k, d), orthonormal rows, largest variance first; `explained_variance` (k,), the variance
    along each row; `spectrum` (d,), all eigenvalues of the covariance, descending, none below 0. As long as nothing
    was rotated (see `batch.pca.alignment`), `explained_variance` is the beginning of `spectrum`.
    """

    mean: Floats
    components: Floats
    explained_variance: Floats
    spectrum: Floats

    @property
    def total_variance(self) -> float:
        """The sum of the variances of all features: the trace of the covariance."""
        return float(self.spectrum.sum())

    @property
    def explained_variance_ratio(self) -> Floats:
        """The share (k,) of the total variance along each component, 0 to 1."""
        ratio: Floats = self.explained_variance / self.total_variance
        return ratio


def principal(moments: Moments, k: int = 4, variance_target: float | None = None) -> Components:
    """The first `k` principal components, or with a `variance_target` (above 0, up to 1) as few as explain that share.

    `numpy.linalg.eigh` of the covariance (d, d): O(d^3), 2 s and 70 MB at d = 1280 on two cores. Eigenvalues are exact
    to about 1e-15 of the largest; those that can't be told from 0, and all after the first n - 1, are 0, and the
    directions among these are arbitrary. Each row's sign is that of `positive_largest`.

    Raises:
        RefitError: fewer than 2 rows, all rows the same, or `k` above min(n - 1, d), in one sentence.
    """
    covariance = moments.covariance
    if moments.m2.trace() <= moments.rounding:
        raise RefitError(f"all {moments.n:,} pictures have the same features, so there are no components to find")
    variances, vectors = np.linalg.eigh(covariance)
    spectrum = _without_rounding(variances[::-1], moments.n)
    if variance_target is not None:
        k = choose_k(spectrum, variance_target)
    _check_k(k, moments)
    rows = positive_largest(vectors[:, ::-1][:, :k].T)
    return Components(moments.mean, rows, spectrum[:k].copy(), spectrum)


def choose_k(variances: Floats, target: float) -> int:
    """The smallest number of `variances` (d,), descending, whose sum is at least `target` (0 < target <= 1) of all.

    Raises:
        ValueError: `target` is not in that range.
    """
    if not 0 < target <= 1:
        raise ValueError(f"a share of the variance is above 0 and at most 1, not {target}")
    cumulative = np.cumsum(variances)
    return int(np.searchsorted(cumulative, target * cumulative[-1])) + 1


def positive_largest(rows: Floats) -> Floats:
    """`rows` (k, d), each with the sign that makes its loading of largest absolute value positive (the first such).

    The rule of scikit-learn's `svd_flip(u_based_decision=False)`; eigenvectors come with an arbitrary sign (Bro, Acar
    & Kolda, "Resolving the sign ambiguity in the singular value decomposition", J. Chemometrics 22, 2008).
    """
    largest = np.take_along_axis(rows, np.abs(rows).argmax(axis=1)[:, None], axis=1)
    signed: Floats = np.where(largest < 0, -rows, rows)
    return signed


def _without_rounding(variances: Floats, n: int) -> Floats:
    """Descending eigenvalues (d,), those below the threshold of `numpy.linalg.matrix_rank` and past rank n - 1 as 0."""
    d = len(variances)
    known = (np.arange(d) < n - 1) & (variances > variances[0] * d * np.finfo(np.float64).eps)
    kept: Floats = np.where(known, variances, 0.0)
    return kept


def _check_k(k: int, moments: Moments) -> None:
    most = min(moments.n - 1, len(moments.mean))
    if not 1 <= k <= most:
        raise RefitError(
            f"k = {k} components can't be had from {moments.n:,} pictures of {len(moments.mean):,} features: "
            f"set k to between 1 and {most}"
        )
