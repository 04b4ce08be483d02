"""The scree plot: the share of the variance of each component, and of all up to it (Cattell, 1966)."""

import numpy as np

from batch.pca.moments import Floats
from batch.plots.caption import Caption, draw_title
from batch.plots.png import new_plot, to_png

#: So many components are drawn at least, if there are, to show where the published ones end.
LEAST_BARS = 20


def plot_scree(spectrum: Floats, k: int, caption: Caption) -> bytes:
    """A PNG of `spectrum` (d,), descending, not all 0: shares of the first components; the first `k` are published."""
    from matplotlib import colormaps
    from matplotlib.ticker import MaxNLocator

    shares = spectrum / spectrum.sum()
    bars = min(len(shares), max(LEAST_BARS, 2 * k))
    numbers, cumulative = np.arange(1, bars + 1), np.cumsum(shares)[:bars]
    kept, left = colormaps["viridis"](0.3), "0.8"
    figure, axes = new_plot(9.0, 5.0)
    axes.bar(numbers[:k], shares[:k], color=kept, label=f"published (k = {k})")
    axes.bar(numbers[k:], shares[k:bars], color=left, label="left out")
    axes.plot(numbers, cumulative, color="0.3", marker="o", markersize=3, linewidth=1, label="all up to this one")
    axes.annotate(
        f"{cumulative[k - 1]:.1%}", (k, cumulative[k - 1]), (-6, 4), textcoords="offset points", ha="right", color=kept
    )
    axes.set(xlabel="component", ylabel="share of the variance", xlim=(0.3, bars + 0.7), ylim=(0, None))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="center right", fontsize=9)
    draw_title(axes, "Variance of the components", caption)
    return to_png(figure)
