"""Materials on the desk: ticking what a file proves, asking for what is missing, looking at files that run nothing."""

from __future__ import annotations

from pathlib import Path

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import evidence, history, materials, pdf_pages, tickets
from desk.errors import EvidenceError, EvidenceNotFound, NoteRefused, RequestRefused
from desk.staff import Permission

from ..errors import sentence
from ..evidence_files import read_upload
from ..parts import parts
from ..request_fields import clean, whole_number
from ..security import sandbox
from ..wording import say
from . import staff
from .access import me, needs
from .materials_panel import added_by, completeness
from .ticket_access import readable_file, to_advance

HANDLES = (Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
SEES = (Permission.CONVERSATION_READ, Permission.TICKET_READ)
MOST_PAGES = 100_000


@staff.post("/tickets/<number>/materials/marks")
@needs(*HANDLES)
def mark_materials(number: str) -> BaseResponse:
    """Keep which files prove which items of the list."""
    ticket = to_advance(number)
    items = [proof.item.item for proof in completeness(ticket).proofs]
    proven: dict[str, set[str]] = {item: set() for item in items}
    for mark in request.form.getlist("mark"):
        place, _, file = mark.partition(":")
        if place.isascii() and place.isdigit() and int(place) < len(items):
            proven[items[int(place)]].add(file)
    try:
        materials.mark(parts().store, ticket.number, proven, by=me().id)
    except EvidenceNotFound as error:
        flash(sentence(error.code), "error")
    else:
        flash(say("materials_page.marked"), "done")
    return _back(ticket.number)


@staff.post("/tickets/<number>/materials/ask")
@needs(*HANDLES)
def ask_materials(number: str) -> BaseResponse:
    """Ask the consumer for the ticked items."""
    ticket = to_advance(number)
    wanted = set(request.form.getlist("item"))
    items = [proof.item for proof in completeness(ticket).proofs if proof.item.item in wanted]
    words = clean(request.form.get("words", ""))
    try:
        materials.ask(parts().store, ticket.number, items, by=me().id, words=words)
    except RequestRefused as error:
        flash(say(f"materials_page.refused.{error.rule}"), "error")
    else:
        flash(say("materials_page.asked"), "done")
    return _back(ticket.number)


@staff.post("/tickets/<number>/materials")
@needs(*HANDLES)
def add_material(number: str) -> BaseResponse:
    """Add a file that came to the office by another way."""
    ticket, store, settings = to_advance(number), parts().store, parts().settings
    name, data = read_upload()
    try:
        kept = evidence.add(
            store,
            settings.evidence_dir,
            ticket.conversation_id,
            filename=name,
            data=data,
            max_bytes=settings.max_upload_bytes,
            by=me().id,
        )
        tickets.add_supplement(store, ticket.number, "", by=me().id, evidence=[kept.id])
    except EvidenceError as error:
        flash(sentence(error.code), "error")
    except NoteRefused as error:
        flash(say(f"tickets.refused.{error.rule}"), "error")
    else:
        flash(say("materials_page.added"), "done")
    return _back(ticket.number)


@staff.get("/evidence/<evidence_id>/view")
@needs(*SEES)
def view_file(evidence_id: str) -> str:
    """Show a file on a page of its own, with where it came from; nothing in it runs."""
    kept = readable_file(evidence_id)
    shown = max(1, whole_number("page", largest=MOST_PAGES))
    pages, fault = 0, ""
    if kept.type == "application/pdf":
        try:
            pages = pdf_pages.count(_path(kept.id))
        except EvidenceError:
            fault = say("materials_page.unreadable")
    _looked(kept.id)
    others = evidence.for_ticket(parts().store, kept.number) if kept.number else []
    return render_template(
        "staff/materials/viewer.html",
        file=kept,
        shown=shown,
        pages=pages,
        fault=fault,
        others=others,
        added_by=added_by(kept.added_by, me()),
    )


@staff.get("/evidence/<evidence_id>/pages/<int:page>")
@needs(*SEES)
def file_page(evidence_id: str, page: int) -> Response:
    """Send one page of a PDF as a picture."""
    kept = readable_file(evidence_id)
    if kept.type != "application/pdf":
        raise EvidenceNotFound(evidence_id)
    png = pdf_pages.page(_path(kept.id), min(page, MOST_PAGES))
    _looked(kept.id)
    response = Response(png, mimetype="image/png")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return sandbox(response)


def _looked(evidence_id: str) -> None:
    with parts().store.write() as tx:
        history.record(tx, "evidence:file:read", evidence_id, by=me().id)


def _path(evidence_id: str) -> Path:
    return evidence.file_of(parts().store, parts().settings.evidence_dir, evidence_id)


def _back(number: str) -> BaseResponse:
    return redirect(url_for(".ticket_page", number=number) + "#materials")
