"""The live page as a person uses it."""

import shlex
from datetime import datetime, timezone
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from conf.settings import Settings
from tests.browser import chromium, fits, opened
from tests.fruits_drawn import drawn_lake
from tests.streaming.dashboard.serving import serving
from tests.streaming.landing.fakes import write_features

__all__ = ["chromium"]
pytestmark = pytest.mark.browser


def test_it_shows_the_lake_and_what_is_new(chromium: Browser, tmp_path: Path) -> None:
    lake = drawn_lake(tmp_path)
    with serving(Settings(lake=lake.root)) as url, opened(chromium, url) as page:
        assert "20of 24" in (page.text_content("#tiles") or "").replace("With features", "")
        page.wait_for_function("document.querySelector('#latest img').naturalWidth === 64")
        page.locator("#codes button", has_text="truncated").click()
        page.wait_for_function("document.querySelectorAll('#rejected tr').length === 2")
        page.locator("#replay").click()
        assert page.text_content("#line") == f"verger replay --lake {lake.root} --code truncated"
        page.fill("#find", "5.png")
        page.wait_for_function("document.querySelectorAll('#rejected tr').length === 1")
        page.locator("#rejected button").click()
        assert shlex.split(page.text_content("#line") or "")[-1] == f"file://{tmp_path}/landing/Plum/5.png"
        now = datetime.now(timezone.utc)
        write_features(lake, [{"seq": 25, "label": "New", "featurized_at": now, "discovered_at": now}])
        page.wait_for_function("document.querySelector('#latest').textContent.includes('New')")
        page.wait_for_function("document.querySelector('#idle').textContent === '1 row'")


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
