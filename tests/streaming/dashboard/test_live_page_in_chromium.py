"""The live page as a person uses it."""

import shlex
from datetime import datetime, timezone
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from conf.settings import Settings
from tests.browser import WAIT_MS, chromium, fits, opened
from tests.fruits_drawn import drawn_lake
from tests.streaming.dashboard.serving import serving
from tests.streaming.landing.fakes import write_features

__all__ = ["chromium"]
pytestmark = pytest.mark.browser


def test_it_shows_the_lake_and_what_is_new(chromium: Browser, tmp_path: Path) -> None:
    lake = drawn_lake(tmp_path)
    with serving(Settings(lake=lake.root)) as url, opened(chromium, url) as page:
        assert "20of 24" in (page.text_content("#tiles") or "").replace("With features", "")
        expect(page.locator("#latest img").first).to_have_js_property("naturalWidth", 64, timeout=WAIT_MS)
        page.locator("#codes button", has_text="truncated").click()
        expect(page.locator("#rejected tr")).to_have_count(2, timeout=WAIT_MS)
        page.locator("#replay").click()
        assert page.text_content("#line") == f"verger replay --lake {lake.root} --code truncated"
        page.fill("#find", "5.png")
        expect(page.locator("#rejected tr")).to_have_count(1, timeout=WAIT_MS)
        page.locator("#rejected button").click()
        assert shlex.split(page.text_content("#line") or "")[-1] == f"file://{tmp_path}/landing/Plum/5.png"
        now = datetime.now(timezone.utc)
        write_features(lake, [{"seq": 25, "label": "New", "featurized_at": now, "discovered_at": now}])
        expect(page.locator("#latest")).to_contain_text("New", timeout=WAIT_MS)
        expect(page.locator("#idle")).to_have_text("1 row", timeout=WAIT_MS)


def test_evil_names_are_text(chromium: Browser, tmp_path: Path) -> None:
    lake = drawn_lake(tmp_path, evil=True)
    with serving(Settings(lake=lake.root)) as url, opened(chromium, url) as page:
        page.wait_for_selector("#rejected button")
        page.locator("#rejected button").last.click()
        page.wait_for_timeout(300)
        assert page.evaluate("window.pwned") is None
        assert 'onerror="window.pwned=1"' in (page.text_content("#latest") or "")
        assert page.evaluate("document.querySelectorAll('img[src=x], svg[onload], #latest a').length") == 0
        assert "\u202e" not in page.content()


def test_narrow_and_dark_and_without_a_lake(chromium: Browser, tmp_path: Path) -> None:
    with serving(Settings(lake=str(tmp_path / "none"))) as url, opened(chromium, url, theme="dark", width=360) as page:
        assert "there is no lake" in (page.text_content("#notices") or "")
        assert fits(page)
