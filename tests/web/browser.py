"""Headless Chromium for the journeys, and where their pictures go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
SIZES = {"360": (360, 740), "1280": (1280, 860)}


@contextmanager
def chromium() -> Iterator[Any]:
    """Yield a browser; skip the test when there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}; install chromium or set CHROMIUM")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


class Screen:
    """One page at one size that remembers what went wrong in it and which hosts it asked."""

    def __init__(self, browser: Any, size: str, base: str, name: str) -> None:
        width, height = SIZES[size]
        self.base, self.size, self.name = base, size, name
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", has_touch=width < 600
        )
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.foreign: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._heard)
        self.page.on("request", self._asked)

    def open(self, path: str) -> Any:
        self.page.goto(self.base + path)
        return self.page

    def shoot(self, step: str) -> None:
        """Keep a picture under var/screenshots."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_timeout(120)
        self.page.screenshot(path=str(SCREENSHOTS / f"{self.name}-{step}-{self.size}.png"))

    def fits(self) -> bool:
        """Tell whether nothing sticks out sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

    def close(self) -> None:
        self.context.close()

    def _heard(self, message: Any) -> None:
        # A refused request is written to the console by the browser itself; tests look at the page for it.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self.base):
            self.foreign.append(request.url)
