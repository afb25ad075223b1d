"""The consumer's chat page."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from . import visitors
from .beijing import short
from .errors import EntryOver
from .parts import parts
from .wording import section

pages = Blueprint("pages", __name__)
# Named in the page so that the browser fetches them at once, not one import after the other.
MODULES = sorted(f"chat/{file.name}" for file in (Path(__file__).parent / "static" / "chat").glob("*.js"))


@pages.get("/")
def chat_page() -> str | tuple[str, int]:
    """Show the conversation; everything in it comes over the API."""
    entered = visitors.entry()
    if entered is not None and visitors.is_over(entered):
        return render_template("wechat/over.html", words=section("wechat_pages")), EntryOver.status
    settings = parts().settings
    limits = {"text": settings.max_message_chars, "upload": settings.max_upload_bytes}
    return render_template(
        "chat.html", words=section("page"), page_limits=limits, modules=MODULES, entered=_until(entered)
    )


@pages.post("/leave")
def leave_entry() -> BaseResponse:
    """Close a conversation of WeChat opened in this browser; the browser's own is there again."""
    return visitors.leave(redirect("/"))


def _until(entered: visitors.Visitor | None) -> str:
    """Return until when the conversation entered is open here, '' without one."""
    if entered is None or entered.until is None:
        return ""
    return short(datetime.fromtimestamp(entered.until, timezone.utc))


@pages.get("/favicon.ico")
def favicon() -> tuple[str, int]:
    """The page names its icon itself; browsers that ask here anyway get a quiet answer."""
    return "", 204
