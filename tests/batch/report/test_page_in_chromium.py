"""The report page as a person uses it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.batch.report.drawing import big_page, drawn_page
from tests.browser import chromium, fits, opened

__all__ = ["chromium"]
pytestmark = pytest.mark.browser

#: Where on the screen the first of the points that are shown is.
_PLACE = """() => {
    const plot = document.getElementById("scatter"), box = plot.getBoundingClientRect();
    const { xaxis, yaxis } = plot._fullLayout, { x, y } = plot.data[0];
    return { x: box.x + xaxis._offset + xaxis.d2p(x[0]), y: box.y + yaxis._offset + yaxis.d2p(y[0]) };
}"""
#: Seconds, measured in the page, that something takes until it is painted.
_TAKES = """async (what) => {
    const began = performance.now();
    await eval(what);
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    return (performance.now() - began) / 1000;
}"""
#: Seconds, measured in the page, of work that has nothing to do with it; and so long it takes on two idle cores.
_COUNTS = """() => {
    const began = performance.now();
    for (let i = 0, sum = 0; i < 5e7; i++) sum = (sum + i) % 1000003;
    return (performance.now() - began) / 1000;
}"""
COUNT_S = 0.25
#: Seconds from the mouse's move to the tip, measured in the page.
_HOVERS = """() => {
    const late = ({ event }) => (window.hovers = (performance.now() - event.timeStamp) / 1000);
    document.getElementById("scatter").on("plotly_hover", late);
}"""


def best(page: Page, what: str) -> float:
    """Seconds of the first of ten runs within one, else of the best: other work on this machine isn't the page's.

    Where counting takes longer than on the machine that the second was promised for, a second lasts so much longer.
    """
    took: list[float] = []
    while not took or (took[-1] >= 1 and len(took) < 10):
        counted_s: float = page.evaluate(_COUNTS)
        took.append(page.evaluate(_TAKES, what) / max(1.0, counted_s / COUNT_S))
    return min(took)


def point_at(page: Page) -> None:
    """Put the mouse on the first point."""
    page.wait_for_timeout(200)
    place: dict[str, Any] = page.evaluate(_PLACE)
    page.mouse.move(place["x"] - 3, place["y"])
    page.mouse.move(place["x"], place["y"])
    page.wait_for_selector("#tip:not([hidden])")


def test_hover_pick_and_filters_work(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, drawn_page(tmp_path)) as page:
        assert page.text_content("h1") == "Principal components of 20 pictures"
        point_at(page)
        tip = page.text_content("#tip") or ""
        assert "PC1" in tip
        assert f"file://{tmp_path}/landing/" in tip
        assert page.evaluate("document.querySelector('#tip img').naturalWidth") == 64
        page.mouse.click(*page.evaluate(f"Object.values(({_PLACE})())"))
        page.wait_for_selector("#picked .near button")
        assert page.locator("#picked .near button").count() == 8
        page.locator("#picked .near button").first.click()
        page.fill("#filter", "kiwi")
        shown = page.evaluate("shown().map((point) => labels[labelOf[point]].name)")
        assert set(shown) == {"Kiwi"}
        page.fill("#filter", "")
        page.locator("#labels input").first.uncheck()
        assert page.evaluate("shown().length") == 20 - len(shown)
        page.select_option("#x", "2")
        assert "PC3" in str(page.evaluate("document.getElementById('scatter').layout.xaxis.title.text"))
        assert page.locator("#rejected tr").count() == 4
        page.locator("#codes button", has_text="empty").click()
        assert page.locator("#rejected tr").count() == 2
        page.fill("#find", "no such")
        assert page.locator("#rejected tr").count() == 0


def test_evil_names_are_text(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, drawn_page(tmp_path, evil=True)) as page:
        point_at(page)
        page.evaluate("pick(0)")
        page.fill("#find", "onerror")
        page.wait_for_timeout(300)
        assert page.evaluate("window.pwned") is None
        assert '<img src=x onerror="window.pwned=1">' in (page.text_content("#labels") or "")
        assert page.evaluate("document.querySelectorAll('img[src=x], svg[onload], #labels a, script[src]').length") == 0
        assert "\u202e" not in page.content()


def test_no_button_hands_data_to_anybody(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, drawn_page(tmp_path)) as page:
        buttons = page.evaluate("[...document.querySelectorAll('.modebar-btn')].map((button) => button.dataset.title)")
        assert buttons == ["Download plot as a PNG", "Zoom", "Pan", "Zoom in", "Zoom out", "Reset axes"]


def test_the_policy_lets_no_other_script_run(chromium: Browser, tmp_path: Path) -> None:
    file = Path(drawn_page(tmp_path).removeprefix("file://"))
    file.write_text(file.read_text().replace("</footer>", "</footer><script>window.pwned = 1</script>"))
    page = chromium.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("body[data-ready=yes]")
    assert page.evaluate("window.pwned") is None
    page.close()


def test_50_000_points_answer_within_a_second(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, big_page(tmp_path, 50_000)) as page:
        assert page.evaluate("shown().length") == 50_000
        page.evaluate(_HOVERS)
        point_at(page)
        hover = {"hover": page.evaluate("window.hovers")}
        page.evaluate(_TAKES, "chooseAll(1)")  # the first time its program is compiled
        took = hover | {
            what: best(page, what)
            for what in (
                "Plotly.relayout('scatter', {'xaxis.range': [2, 9], 'yaxis.range': [2, 9]})",
                "(chosen[0] = 0, redraw())",
                "(axes.x = 1, axes.y = 2, drawScatter())",
                "pick(7)",
            )
        }
        assert max(took.values()) < 1, took


def test_light_and_dark_wide_and_narrow(chromium: Browser, tmp_path: Path) -> None:
    url = drawn_page(tmp_path)
    colours = set()
    for theme, width in (("light", 1280), ("dark", 360)):
        with opened(chromium, url, theme=theme, width=width) as page:  # type: ignore[arg-type]
            assert fits(page)
            colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
            if theme == "dark":
                before = page.evaluate("document.getElementById('scree').layout.font.color")
                page.emulate_media(color_scheme="light")
                page.wait_for_function(f"document.getElementById('scree').layout.font.color !== '{before}'")
    assert len(colours) == 2
