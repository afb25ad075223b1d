"""The library out and in at the desk: downloads in four forms, and a file brought in by way of its report."""

from __future__ import annotations

import difflib
import importlib
import io
import re
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from desk import history, library_imports
from desk.staff import Permission
from knowledge.errors import ExchangeRefused

from ..beijing import today
from ..errors import NotFound
from ..parts import parts
from ..request_fields import LARGEST_ID, clean
from ..wording import say, section
from . import staff
from .access import me, needs
from .books import state_of

FORMS = {"zip": "application/zip", "json": "application/json", "csv": "text/csv; charset=utf-8"}
READABLE = re.compile("[\u4e00-\u9fff]")
LONGEST_LINE = 300
MOST_LINES = 40


@staff.get("/library/exchange")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def exchange_page() -> str:
    """Offer the downloads and the way in, and list what was brought lately."""
    library = parts().titles.opened()
    counts: dict[str, int] = {}
    for case in library.cases():
        counts[case.topic] = counts.get(case.topic, 0) + 1
    topics = [(slug, topic.title, counts[slug]) for slug, topic in library.topics.items() if slug in counts]
    return render_template(
        "staff/exchange.html",
        topics=topics,
        count=sum(counts.values()),
        release=library.release,
        latest=library_imports.latest(parts().store),
        book=request.args.get("book", ""),
        book_state=state_of(request.args.get("book", "")),
    )


@staff.get("/library/export/<form>")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def export_library(form: str) -> Response:
    """Send the published library as zip, json or csv."""
    if form not in FORMS:
        raise NotFound(form)
    exchange = importlib.import_module("knowledge.exchange")
    library = parts().titles.opened()
    content = exchange.from_library(parts().settings.library_path)
    data = _written(form, content)
    with parts().store.write() as tx:
        history.record(tx, "library:content:export", str(library.release), by=me().id, form=form)
    name = say("exchange.file.library", release=library.release)
    return send_file(
        io.BytesIO(data), mimetype=FORMS[form], as_attachment=True, download_name=f"{name}.{form}"
    )


@staff.post("/library/import")
@needs(Permission.CASE_EDIT)
def import_library() -> Response:
    """Read a file and show what it would bring; nothing of it is taken in yet."""
    exchange = importlib.import_module("knowledge.exchange")
    incoming = importlib.import_module("knowledge.incoming")
    upload = request.files.get("file")
    name = clean(upload.filename or "")[:200] if upload else ""
    if upload is None or not name:
        flash(say("exchange.refused.none"), "error")
        return redirect(url_for(".exchange_page"))
    held = exchange.from_library(parts().settings.library_path)
    try:
        brought = exchange.read(name, upload.read(), held)
    except ExchangeRefused as error:
        flash(say(f"exchange.refused.{error.reason}", place=error.place), "error")
        return redirect(url_for(".exchange_page"))
    law_texts = parts().settings.law_texts
    found = incoming.compare(
        held, brought, today=today(), law_texts=law_texts if law_texts.is_dir() else None
    )
    documents = [one.data for one in (*found.new, *found.changed) if one.kind == "cases"]
    id = library_imports.keep(parts().store, name=name, documents=documents, report=_plain(found), by=me().id)
    return redirect(url_for(".import_page", import_id=id))


@staff.get("/library/imports/<int:import_id>")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def import_page(import_id: int) -> str:
    """Show what a file would bring: new, changed with the differences, refused with the reason."""
    found = library_imports.get(parts().store, min(import_id, LARGEST_ID))
    return render_template("staff/import.html", held=found, report=found.report or {})


@staff.post("/library/imports/<int:import_id>/take")
@needs(Permission.CASE_EDIT)
def take_import(import_id: int) -> Response:
    """Make drafts of the cases brought."""
    release = parts().titles.release() or 0
    taken = library_imports.take(parts().store, min(import_id, LARGEST_ID), by=me().id, base_release=release)
    flash(say("exchange.taken", count=len(taken.drafts)), "done")
    if taken.busy:
        titles = "、".join(parts().titles.of(id) for id in taken.busy)
        flash(say("exchange.busy", titles=titles), "error")
    return redirect(url_for(".import_page", import_id=import_id))


def _written(form: str, content: Any) -> bytes:
    exchange = importlib.import_module("knowledge.exchange")
    if form == "zip":
        return bytes(exchange.archive(exchange.yaml_files(content)))
    return bytes(exchange.as_json(content) if form == "json" else exchange.as_csv(content))


# --- the report as its page shows it ------------------------------------------------------------------


def _plain(found: Any) -> dict[str, Any]:
    """The report as it is kept: texts only, cases apart from what only an operator takes in."""
    arrivals = (*found.new, *found.changed)
    return {
        "new": [{"id": one.id, "title": one.title} for one in found.new if one.kind == "cases"],
        "changed": [
            {"id": one.id, "title": one.title, "fields": [_field(change) for change in one.differences]}
            for one in found.changed
            if one.kind == "cases"
        ],
        "refused": [
            {
                "kind": one.kind,
                "title": _title(one),
                "part": _field_name(one.path),
                "said": one.said or say("exchange.unfit"),
            }
            for one in found.refused
        ],
        "others": sorted({one.kind for one in arrivals if one.kind != "cases"}),
        "same": found.same,
        "missing": found.missing,
    }


def _title(refusal: Any) -> str:
    return parts().titles.of(refusal.id) if refusal.kind == "cases" else refusal.id


def _field(change: Any) -> dict[str, Any]:
    return {"name": _field_name((change.field,)), "lines": _lines(change.before, change.after)}


def _field_name(path: tuple[str | int, ...]) -> str:
    names: Mapping[str, str] = section("exchange")["fields"]
    said = names.get(str(path[0]), str(path[0])) if path else ""
    number = next((step + 1 for step in path[1:] if isinstance(step, int)), None)
    return f"{said} {number}" if number else said


def _lines(before: Any, after: Any) -> list[tuple[str, str]]:
    """What went and what came, as (- or +, text); the words of a nested field without its codes."""
    old, new = _words(before), _words(after)
    lines = [(line[0], line[2:][:LONGEST_LINE]) for line in difflib.ndiff(old, new) if line[0] in "+-"]
    return lines[:MOST_LINES] or [("+", say("exchange.codes_changed"))]


def _words(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [word for inner in value.values() for word in _words(inner)]
    if isinstance(value, list):
        return [word for inner in value for word in _words(inner)]
    text = "" if value is None else str(value).strip()
    return [text] if READABLE.search(text) else []
