"""The consumer's chat page."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, render_template

from .parts import parts
from .wording import section

pages = Blueprint("pages", __name__)
# Named in the page so that the browser fetches them at once, not one import after the other.
MODULES = sorted(f"chat/{file.name}" for file in (Path(__file__).parent / "static" / "chat").glob("*.js"))


@pages.get("/")
def chat_page() -> str:
    """Show the conversation; everything in it comes over the API."""
    settings = parts().settings
    limits = {"text": settings.max_message_chars, "upload": settings.max_upload_bytes}
    return render_template("chat.html", words=section("page"), page_limits=limits, modules=MODULES)


@pages.get("/favicon.ico")
def favicon() -> tuple[str, int]:
    """The page names its icon itself; browsers that ask here anyway get a quiet answer."""
    return "", 204
