"""The table that a refit ends with."""

import math

from rich.console import Console

from batch.pca.drift import Drift
from batch.refit import Refit


def print_refit(refit: Refit, drift: Drift, how: str, seconds: float, console: Console) -> None:
    """Print n, k, how it was computed, the variance of each component, time and drift."""
    console.print()
    for name, value in _lines(refit, drift, how, seconds):
        console.print(f"{name:<14}  {value}", markup=False, highlight=False, soft_wrap=True)


def _lines(refit: Refit, drift: Drift, how: str, seconds: float) -> list[tuple[str, str]]:
    ratios = refit.components.explained_variance_ratio
    shares = ", ".join(f"PC{i + 1} {ratio:.1%}" for i, ratio in enumerate(ratios[:8].tolist()))
    more = f" and {len(ratios) - 8} more" if len(ratios) > 8 else ""
    return [
        ("refit", refit.refit_id),
        ("model", refit.model_id),
        ("pictures (n)", f"{refit.n:,}, {len(drift.counts_by_label):,} labels, up to announcement {refit.last_seq:,}"),
        ("components (k)", f"{refit.k}, with {ratios.sum():.1%} of the variance"),
        ("variance", shares + more),
        ("moments", how),
        ("drift", _drift(drift)),
        ("time", f"{seconds:.1f} s"),
    ]


def _drift(drift: Drift) -> str:
    gap = f"gap after the last component {drift.eigengap:.1%}"
    if not drift.angles or drift.captured is None or drift.relative_mean_shift is None:
        return f"nothing to compare with yet; {gap}"
    angle = math.degrees(max(drift.angles))
    return (
        f"components turned by {angle:.2g}°, mean moved by {drift.relative_mean_shift:.2g} standard deviations, "
        f"last components capture {drift.captured:.1%}; {gap}"
    )
