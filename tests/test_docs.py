"""The documents cannot lie: what they list exists, and what exists is listed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import generated_docs

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_settings_page_is_what_make_docs_writes():
    assert generated_docs.SETTINGS_PAGE.read_text("utf-8") == generated_docs.settings_page(), "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_our_pages_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}, which does not exist"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_commands_named_in_the_pages_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for command in re.findall(r"`make ([a-z-]+)", page.read_text("utf-8")):
        assert command in targets, f"{page.name} names `make {command}`, which the Makefile does not have"


def test_every_make_command_says_what_it_does():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^([a-z-]+):", makefile, re.MULTILINE):
        if target not in {"setup", "setup-dev", "web", "bot"}:
            assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), f"make {target} has no help line"


def test_every_direct_requirement_gives_its_reason():
    for line in (ROOT / "requirements.in").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            assert re.match(r"^\S+==\S+\s+# \S+", line), f"requirements.in: no version or no reason: {line}"
