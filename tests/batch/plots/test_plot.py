"""The plots: every label is drawn and named, whatever its text; files appear whole."""

import io
from datetime import datetime, timezone

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from batch.pca.moments import Floats
from batch.plots import plot, scree
from batch.plots.caption import Caption
from batch.plots.plot import plot_components
from batch.plots.png import to_png
from batch.plots.scree import plot_scree

CAPTION = Caption(datetime(2025, 11, 22, 2, tzinfo=timezone.utc), 240, "a $model$")
RATIOS = np.array([0.118, 0.0997, 0.09])
HOSTILE = ["$x^2$", r"$\frac{", "_hidden", "a\nb", "", "x" * 5000, "\u202eevil", "苹果", "\udc80", "%s {0} \\"]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Axes]:
    """The axes of each plot that a test makes."""
    seen: list[Axes] = []

    def remember(figure: Figure) -> bytes:
        seen.extend(figure.axes)
        return to_png(figure)

    monkeypatch.setattr(plot, "to_png", remember)
    monkeypatch.setattr(scree, "to_png", remember)
    return seen


def points(n: int, k: int = 3) -> Floats:
    return np.random.default_rng(0).normal(size=(n, k))


def legend_texts(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def texts(axes: Axes) -> str:
    return "\n".join(text.get_text() for text in axes.findobj(Text))


@pytest.mark.parametrize("n_labels", [1, 24, 30, 31, 131, 184])
def test_the_legend_names_every_label_inside_the_picture(n_labels: int, drawn: list[Axes]) -> None:
    png = plot_components(points(n_labels * 2), [f"Label {i:03}" for i in range(n_labels)] * 2, RATIOS, CAPTION)
    (axes,) = drawn
    assert [text[:9] for text in legend_texts(axes)] == [f"Label {i:03}" for i in range(n_labels)]
    legend, window = axes.get_legend(), axes.get_window_extent()
    assert legend is not None
    assert legend.get_window_extent().x0 >= window.x1  # beside the axes
    assert legend.get_window_extent().height <= window.height
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.width >= legend.get_window_extent().x1 - window.x0


def test_each_label_has_its_viridis_colour_from_end_to_end(drawn: list[Axes]) -> None:
    plot_components(points(6), ["a", "b", "c"] * 2, RATIOS, CAPTION)
    colours = np.array([np.ravel(c.get_facecolor())[:3] for c in drawn[0].collections])
    np.testing.assert_allclose(colours[[0, -1]], [[0.267, 0.005, 0.329], [0.993, 0.906, 0.144]], atol=1e-3)
    assert len(np.unique(colours, axis=0)) == 3


def test_axes_say_their_share_and_the_title_date_and_n(drawn: list[Axes]) -> None:
    plot_components(points(240), ["a"] * 240, RATIOS, CAPTION)
    (axes,) = drawn
    assert axes.get_xlabel() == "PC1: 11.8% of the variance"
    assert axes.get_ylabel() == "PC2: 10.0% of the variance"
    assert axes.get_title(loc="left") == "Principal components of 240 pictures, 2025-11-22 02:00 UTC"
    assert "1 label" in texts(axes)
    assert "a $model$" in texts(axes)
    assert "sample" not in texts(axes)


def test_hostile_labels_are_drawn_as_text(drawn: list[Axes], recwarn: pytest.WarningsRecorder) -> None:
    assert plot_components(points(40), HOSTILE * 4, RATIOS, CAPTION)
    shown = legend_texts(drawn[0])
    assert len(shown) == len(HOSTILE)
    assert {"$x^2$ (4)", "_hidden (4)", "(no label) (4)", "a b (4)"} <= set(shown)
    assert not recwarn.list


def test_more_labels_than_a_legend_holds_are_counted(drawn: list[Axes]) -> None:
    plot_components(points(601), [str(i) for i in range(600)] + ["599"], RATIOS, CAPTION)
    assert len(legend_texts(drawn[0])) == 184
    assert "599" in legend_texts(drawn[0])  # the one with most pictures
    assert "416 more are not named" in texts(drawn[0])


def test_as_many_labels_as_pictures_are_no_more_artists_than_there_are_markers(drawn: list[Axes]) -> None:
    where = points(40)
    plot_components(where, [f"{i:02}" for i in range(40)], RATIOS, CAPTION)
    assert len(drawn[0].collections) == len(plot.MARKERS)
    places, colours = (
        np.concatenate([np.array(drawn_of(part)) for part in drawn[0].collections])
        for drawn_of in (Collection.get_offsets, Collection.get_facecolor)
    )
    expected = colormaps["viridis"](np.linspace(0.0, 1.0, 40), alpha=0.8)
    np.testing.assert_allclose(colours[np.argsort(places[:, 0])], expected[np.argsort(where[:, 0])])


def test_one_component_has_an_empty_second_axis(drawn: list[Axes]) -> None:
    assert plot_components(points(9, k=1), list("abc") * 3, RATIOS[:1], CAPTION)
    assert drawn[0].get_ylabel() == "no second component"


def test_too_many_points_are_sampled_and_it_says_so(drawn: list[Axes]) -> None:
    plot_components(points(60_000), ["a", "b"] * 30_000, RATIOS, CAPTION)
    assert "a sample of 50,000 of 60,000 points" in texts(drawn[0])


def test_the_same_points_give_the_same_picture() -> None:
    one, two = (plot_components(points(30), list("abc") * 10, RATIOS, CAPTION) for _ in range(2))
    assert one == two


@pytest.mark.parametrize(("k", "d"), [(1, 1), (4, 1280), (3, 3), (30, 1280)])
def test_the_scree_plot_shows_where_the_components_end(k: int, d: int, drawn: list[Axes]) -> None:
    spectrum = 1.0 / np.arange(1, d + 1)
    assert plot_scree(spectrum, k, CAPTION)
    assert f"published (k = {k})" in texts(drawn[0])
    assert f"{spectrum[:k].sum() / spectrum.sum():.1%}" in texts(drawn[0])
