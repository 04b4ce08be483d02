"""Debian's Chromium without a window, and pages in it that must not complain nor ask anybody for anything."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--enable-unsafe-swiftshader",
)  # fmt: skip
WAIT_MS = 60_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for a module: while Playwright runs, no other test of this process may have an event loop."""
    program = shutil.which("chromium")
    if program is None:
        message = "chromium is missing: install it to test the pages"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser, url: str, *, theme: Literal["light", "dark"] = "light", width: int = 1280
) -> Iterator[Page]:
    """The page at `url` when it is drawn; at the end it must have had no error, and asked no other place."""
    with browser.new_context(color_scheme=theme, viewport={"width": width, "height": 850}) as context:
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        errors, asked = list[str](), list[str]()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url)
        page.wait_for_selector("body[data-ready=yes]")
        yield page
        assert errors == []
        assert [other for other in asked if not other.startswith((url, "data:", "blob:"))] == []


def fits(page: Page) -> bool:
    """Nothing is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
