"""What has changed since the previous refit: of the subspace, of the mean, of the labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from batch.pca.angles import principal_angles
from batch.pca.components import Components
from batch.pca.moments import Floats


@dataclass(frozen=True, eq=False)
class Previous:
    """What of the previous refit is compared: `mean` (d,), `components` (k_old, d) and its pictures by label."""

    mean: Floats
    components: Floats
    counts_by_label: Mapping[str, int]


@dataclass(frozen=True)
class Drift:
    """Recorded with each refit. What compares is None (and `angles` empty) if there is nothing to compare with.

    Attributes:
        eigengap: (lambda_k - lambda_k+1) / lambda_k, 0 to 1: near 0 the last component is one of several as good.
        counts_by_label: pictures in this refit.
        counts_before: pictures in the previous one.
        angles: principal angles between the two spans, radians, ascending, min(k, k_old) of them.
        captured: share of the new total variance along the previous components, 0 to 1.
        capturable: the largest share that as many components (k_old) can capture, so that captured <= capturable.
        mean_shift: Euclidean distance of the means, in units of a feature.
        relative_mean_shift: the same in units of the new total standard deviation.
    """

    eigengap: float
    counts_by_label: Mapping[str, int]
    counts_before: Mapping[str, int] = field(default_factory=dict)
    angles: tuple[float, ...] = ()
    captured: float | None = None
    capturable: float | None = None
    mean_shift: float | None = None
    relative_mean_shift: float | None = None


def drift(
    new: Components, covariance: Floats, counts_by_label: Mapping[str, int], previous: Previous | None = None
) -> Drift:
    """Compare `new`, fitted to `covariance` (d, d), with `previous`; other features than before are not compared.

    The share captured is tr(V C V^T) / tr(C), V being the previous components.
    """
    gap = eigengap(new)
    if previous is None or previous.components.shape[1] != len(new.mean):
        return Drift(gap, dict(counts_by_label))
    old = previous.components
    shift = float(np.linalg.norm(new.mean - previous.mean))
    return Drift(
        eigengap=gap,
        counts_by_label=dict(counts_by_label),
        counts_before=dict(previous.counts_by_label),
        angles=tuple(principal_angles(old, new.components).tolist()),
        captured=float(((old @ covariance) * old).sum()) / new.total_variance,
        capturable=float(new.spectrum[: len(old)].sum()) / new.total_variance,
        mean_shift=shift,
        relative_mean_shift=shift / float(np.sqrt(new.total_variance)),
    )


def eigengap(components: Components) -> float:
    """How far the last component's variance is above the next one's, as a share of it; 0 where both are 0."""
    last, following = np.append(components.spectrum, 0.0)[len(components.components) - 1 :][:2].tolist()
    return (last - following) / last if last else 0.0
