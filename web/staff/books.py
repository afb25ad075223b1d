"""The casebook at the desk: set in the background, kept while the release stands, downloaded when ready."""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Sequence
from pathlib import Path

from flask import Response, redirect, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import history
from desk.staff import Permission

from ..answers import success
from ..background import background
from ..beijing import today
from ..errors import NotFound
from ..parts import parts
from ..request_fields import whole_number
from ..wording import say
from . import staff
from .access import me, needs

KEY = re.compile(r"[0-9a-f]{24}")
KEPT = 6  # books in the data folder
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@staff.get("/library/book")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def make_book() -> BaseResponse:
    """Begin to set the book, of some topics when they are named, and show how far it is."""
    library = parts().titles.opened()
    topics = sorted({slug for slug in request.args.getlist("topic") if slug in library.topics})
    told = f"{library.release} {today().isoformat()} {' '.join(topics)}"
    key = hashlib.sha256(told.encode()).hexdigest()[:24]
    if not _file(key).exists():
        _begin(key, topics)
    return redirect(url_for(".exchange_page", book=key))


@staff.get("/library/book/<key>/changes")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def book_changes(key: str) -> Response:
    """Answer when the book's state differs from `version`, or after `wait` seconds."""
    known, wait = request.args.get("version", ""), whole_number("wait", largest=25)

    def look() -> str | None:
        state = state_of(key)
        return state if state != known else None

    return success({"version": parts().pushes.wait_for(look, seconds=wait) or known})


@staff.get("/library/book/<key>")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def download_book(key: str) -> BaseResponse:
    """Send a book that is ready."""
    if state_of(key) != "ready":
        raise NotFound(key)
    release = parts().titles.release() or 0
    with parts().store.write() as tx:
        history.record(tx, "library:content:export", str(release), by=me().id, form="docx")
    name = say("exchange.file.book", release=release)
    return send_file(_file(key), mimetype=DOCX, as_attachment=True, download_name=f"{name}.docx")


def state_of(key: str) -> str:
    """Return ready, making, or '' for a book nobody sets."""
    if not KEY.fullmatch(key):
        return ""
    if _file(key).exists():
        return "ready"
    return "making" if background().busy(f"book {key}") else ""


def _begin(key: str, topics: Sequence[str]) -> None:
    held, file, on = parts(), _file(key), today()
    library = held.titles.opened()

    def make() -> None:
        exchange = importlib.import_module("knowledge.exchange")
        content = exchange.from_library(held.settings.library_path)
        if topics:
            content = exchange.topics_of(content, topics)
        data = importlib.import_module("knowledge.casebook").casebook(
            content,
            on=on,
            release=library.release,
            quote=lambda law, article: library.quote(law, article, on),
        )
        _keep(file, data)

    background().start(f"book {key}", make)


def _keep(file: Path, data: bytes) -> None:
    """Put the book in place whole, and the oldest of too many away."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_bytes(data)
    partial.replace(file)
    books = sorted(file.parent.glob("*.docx"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in books[KEPT:]:
        old.unlink(missing_ok=True)


def _file(key: str) -> Path:
    return parts().settings.home / "books" / f"{key}.docx"
