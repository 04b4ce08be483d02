"""Keeps components where the previous refit had them, as far as the data leaves a choice: plots don't flip."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from batch.pca.components import Components, positive_largest
from batch.pca.moments import Floats

#: Variances this close (relative to the largest of them) are near-equal: which direction among them comes first, and
#: where each points, hangs on the noise. A night that adds 1 % of pictures can turn such a pair by any angle (Davis &
#: Kahan, "The rotation of eigenvectors by a perturbation III", 1970: change of the covariance over the gap), and the
#: variances themselves are only known to sqrt(2 / n), 1 % at n = 20,000 (North et al., "Sampling errors in the
#: estimation of empirical orthogonal functions", Monthly Weather Review 110, 1982).
NEAR_EQUAL = 0.01

#: A previous component is the counterpart of new ones when more than half of it (squared length) lies in their span.
COUNTERPART_SHARE = 0.5


def align(new: Components, previous: Floats) -> Components:
    """`new` with its rows turned towards `previous` (k_old, d_old), the rows that were published last.

    A component whose variance is like no other's keeps its direction: only its sign is chosen, to point the way of its
    counterpart. Near-equal ones are turned together, within their own span, by the rotation or reflection that brings
    them nearest to theirs (orthogonal Procrustes: Schönemann, Psychometrika 31, 1966). A turned row is no eigenvector,
    so its `explained_variance` is computed anew, along it: it differs from the eigenvalue by less than NEAR_EQUAL of
    it, the sum over the group stays, the order within it is the previous refit's. `spectrum` stays as it is.

    Any k_old will do. What has no counterpart keeps the sign of `positive_largest`; so does all if d_old differs.
    """
    if not len(previous) or previous.shape[1] != new.components.shape[1]:
        return new
    rows, variances = new.components.copy(), new.explained_variance.copy()
    for group in _near_equal(new.explained_variance):
        turn = _turn(rows[group], previous)
        rows[group] = turn @ rows[group]
        variances[group] = np.square(turn) @ variances[group]
    return replace(new, components=rows, explained_variance=variances)


def _near_equal(variances: Floats) -> Iterator[slice]:
    """Runs of descending `variances` (k,) within NEAR_EQUAL of their first one: a slow decay makes many, not one."""
    start = 0
    while start < len(variances):
        near = variances[start:] >= (1 - NEAR_EQUAL) * variances[start]
        stop = start + int(near.sum())
        yield slice(start, stop)
        start = stop


def _turn(rows: Floats, previous: Floats) -> Floats:
    """The orthogonal matrix (g, g) whose product with `rows` (g, d) is nearest to their counterparts in `previous`.

    With U S V^T the SVD of counterparts times rows^T, that is U V^T. Fewer than g counterparts leave rows of that
    free: those are set by the sign of `positive_largest`.
    """
    counterparts = _counterparts(rows, previous)
    found = len(counterparts)
    u, _, vt = np.linalg.svd(counterparts @ rows.T)
    turn: Floats = np.vstack([u @ vt[:found], vt[found:]])
    free = turn[found:] @ rows
    signs = np.where((positive_largest(free) * free).sum(axis=1) < 0, -1.0, 1.0)
    turn[found:] *= signs[:, None]
    return turn


def _counterparts(rows: Floats, previous: Floats) -> Floats:
    """At most g rows of `previous`, in their order, that lie by more than half in the span of `rows` (g, d)."""
    shares = np.square(rows @ previous.T).sum(axis=0)
    best = np.argsort(-shares, kind="stable")[: len(rows)]
    chosen: Floats = previous[np.sort(best[shares[best] > COUNTERPART_SHARE])]
    return chosen
