"""Drift that a person should look at: thresholds, and a sentence for each one passed."""

import math
from dataclasses import dataclass

from batch.names import readable
from batch.pca.drift import Drift

#: So many labels are named in one sentence; the rest is counted.
NAMED_LABELS = 5


@dataclass(frozen=True)
class Thresholds:
    """Where drift becomes a warning. Passing a threshold warns; being on it doesn't.

    Attributes:
        max_angle: largest principal angle, radians.
        max_captured_loss: share of what as many components can capture that the previous ones miss, 0 to 1.
        max_mean_shift: shift of the mean in units of the total standard deviation.
        min_eigengap: relative gap after the last component; below it, which one is last is chance.
        max_label_loss: share of a label's pictures that may be gone, 0 to 1.
    """

    max_angle: float = math.pi / 6
    max_captured_loss: float = 0.05
    max_mean_shift: float = 0.1
    min_eigengap: float = 0.01
    max_label_loss: float = 0.5


def warnings(drift: Drift, thresholds: Thresholds) -> list[str]:
    """One sentence for each threshold that `drift` passes, in a fixed order; empty if all is calm."""
    sentences = [
        _angle(drift, thresholds.max_angle),
        _captured(drift, thresholds.max_captured_loss),
        _mean(drift, thresholds.max_mean_shift),
        _gap(drift, thresholds.min_eigengap),
        _labels(drift, thresholds.max_label_loss),
    ]
    return [sentence for sentence in sentences if sentence]


def _angle(drift: Drift, most: float) -> str:
    largest = max(drift.angles, default=0.0)
    if largest <= most:
        return ""
    return (
        f"the components turned by {math.degrees(largest):.1f}° since the last refit "
        f"(warning above {math.degrees(most):.3g}°)"
    )


def _captured(drift: Drift, most: float) -> str:
    if drift.captured is None or not drift.capturable or 1 - drift.captured / drift.capturable <= most:
        return ""
    return (
        f"the last refit's components capture {drift.captured:.1%} of the variance, where as many new ones capture "
        f"{drift.capturable:.1%} (warning above {most:.1%} lost)"
    )


def _mean(drift: Drift, most: float) -> str:
    if drift.relative_mean_shift is None or drift.relative_mean_shift <= most:
        return ""
    return (
        f"the mean of the features moved by {drift.relative_mean_shift:.2f} standard deviations since the last refit "
        f"(warning above {most:g})"
    )


def _gap(drift: Drift, least: float) -> str:
    if drift.eigengap >= least:
        return ""
    return (
        f"the last component's variance is only {drift.eigengap:.2%} above the next one's, which is left out: which of "
        f"the two is kept is chance (warning below {least:.2%}); set another k"
    )


def _labels(drift: Drift, most: float) -> str:
    now = drift.counts_by_label
    lost = [(label, n) for label, n in drift.counts_before.items() if now.get(label, 0) < (1 - most) * n]
    if not lost:
        return ""
    lost.sort(key=lambda item: (now.get(item[0], 0) - item[1], item[0]))
    named = [f"{readable(label)!r} ({n:,} to {now.get(label, 0):,})" for label, n in lost[:NAMED_LABELS]]
    more = f" and {len(lost) - len(named):,} more" if len(lost) > len(named) else ""
    return f"labels that lost more than {most:.0%} of their pictures: {', '.join(named)}{more}"
