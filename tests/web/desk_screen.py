"""A member of staff at a screen: signed in through the session a test made, at one window size."""

from __future__ import annotations

from typing import Any

from .browser import Screen
from .site import Member, Site


def seated(browser: Any, size: str, site: Site, member: Member, name: str) -> Screen:
    """Return a screen on which `member` is signed in."""
    screen = Screen(browser, size, site.url, name)
    screen.context.add_cookies(
        [{"name": cookie.name, "value": cookie.value, "url": site.url} for cookie in member.http.cookies]
    )
    return screen
