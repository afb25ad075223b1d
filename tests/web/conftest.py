"""Fixtures of the web tests."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from .site import Chatter, Site

logging.getLogger("werkzeug").setLevel(logging.WARNING)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    running = Site(tmp_path / "home")
    yield running
    running.close()


@pytest.fixture
def visitor(site: Site) -> Chatter:
    return site.visitor()
