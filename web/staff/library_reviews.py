"""One draft as reviewers read it: what differs from the case in use, notes, verdicts, and its whole course."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import drafts, releases, reviews
from desk.drafts import OPEN, Draft
from desk.errors import DraftClosed, DraftExists, DraftRefused, ReleaseNotFound, ReviewRefused
from desk.staff import Permission
from knowledge import editing

from ..beijing import BEIJING, today
from ..curation import telling
from ..curation.telling import Names
from ..errors import sentence
from ..parts import parts
from ..request_fields import LARGEST_ID, clean
from ..wording import say, section
from . import staff
from .access import me, needs
from .drafting import proposed_id
from .library_cases import CURATION
from .library_drafts import people


@staff.get("/library/drafts/<draft_id>")
@needs(*CURATION)
def draft_page(draft_id: str) -> str:
    """Show a draft: the difference, the notes on it, what may be done next, everything that happened."""
    store, library = parts().store, parts().titles.library()
    draft = drafts.get(store, draft_id)
    document = draft.document or {}
    names = Names.of(library)
    before = _case_in_use(draft)
    notes = reviews.notes(store, draft_id)
    return render_template(
        "staff/library/draft.html",
        tab="drafts",
        draft=draft,
        state=say(f"curation.states.{draft.state.value}"),
        is_open=draft.state in OPEN,
        is_new=not before,
        differences=[] if draft.retire else telling.differences(before, document, names),
        notes_by_field=_by_field(notes),
        other_notes=[note for note in notes if note.field == ""],
        open_required=sum(note.required and note.settled_at is None for note in notes),
        findings=_findings(draft, library),
        fields=[(field, telling.label(field)) for field in telling.fields(document)],
        course=_course(draft, names),
        may_review=reviews.may_review(store, draft_id, me().id),
        people=people,
        label=telling.label,
        words=section("page"),
        card=_card(document, library),
        tomorrow=today().isoformat(),
        now=datetime.now(timezone.utc),
        proposed_id=proposed_id(draft) if draft.provisional else draft.case_id,
    )


@staff.post("/library/drafts/<draft_id>/submit")
@needs(Permission.CASE_EDIT)
def submit_draft(draft_id: str) -> Response:
    """Hand the draft to review, once its case has an id of its own and nothing in it stops a release."""
    draft = drafts.get(parts().store, draft_id)
    stopping = (
        0
        if draft.provisional
        else sum(finding.stops for finding in _findings(draft, parts().titles.library()))
    )
    if stopping:
        flash(say("curation.refused.unsound", count=stopping), "error")
        return redirect(url_for(".draft_page", draft_id=draft_id))
    return _step(draft_id, "submitted", reviews.submit, comment=_comment())


@staff.post("/library/drafts/<draft_id>/id")
@needs(Permission.CASE_EDIT)
def rename_draft(draft_id: str) -> Response:
    """Give a new case its id."""
    case_id = clean(request.form.get("case_id", ""))[:200]
    return _step(draft_id, "renamed", drafts.rename, case_id=case_id)


@staff.post("/library/drafts/<draft_id>/withdraw")
@needs(Permission.CASE_EDIT)
def withdraw_draft(draft_id: str) -> Response:
    """Take it back to write on."""
    return _step(draft_id, "withdrawn", reviews.withdraw)


@staff.post("/library/drafts/<draft_id>/approve")
@needs(Permission.CASE_REVIEW)
def approve_draft(draft_id: str) -> Response:
    """Find it right; never one's own writing."""
    return _step(draft_id, "approved", reviews.approve, comment=_comment())


@staff.post("/library/drafts/<draft_id>/return")
@needs(Permission.CASE_REVIEW)
def return_draft(draft_id: str) -> Response:
    """Ask for changes."""
    return _step(draft_id, "returned", reviews.send_back, comment=_comment())


@staff.post("/library/drafts/<draft_id>/notes")
@needs(Permission.CASE_REVIEW, Permission.CASE_EDIT)
def note_on_draft(draft_id: str) -> Response:
    """Write a note on a field or on one line of the difference."""
    given = {name: clean(request.form.get(name, "")) for name in ("field", "line", "text")}
    required = bool(request.form.get("required"))
    return _step(draft_id, "noted", reviews.add_note, **given, required=required)


@staff.post("/library/drafts/<draft_id>/notes/<int:note_id>/settle")
@needs(Permission.CASE_REVIEW, Permission.CASE_EDIT)
def settle_draft_note(draft_id: str, note_id: int) -> Response:
    """Mark a note as dealt with."""
    return _step(draft_id, "settled", reviews.settle_note, note=min(note_id, LARGEST_ID))


@staff.post("/library/drafts/<draft_id>/schedule")
@needs(Permission.CASE_PUBLISH)
def schedule_draft(draft_id: str) -> Response:
    """Set the time it is published at, or take the time back."""
    text = clean(request.form.get("when", ""))[:20]
    if not text:
        return _step(draft_id, "unscheduled", reviews.schedule, when=None)
    when = _moment(text)
    if when is None or when <= datetime.now(timezone.utc):
        flash(say("curation.refused.when"), "error")
        return redirect(url_for(".draft_page", draft_id=draft_id))
    return _step(draft_id, "scheduled", reviews.schedule, when=when)


def _step(draft_id: str, done: str, step: Any, **values: Any) -> Response:
    try:
        step(parts().store, draft_id, by=me().id, **values)
    except (DraftRefused, ReviewRefused) as error:
        flash(say(f"curation.refused.{error.rule}"), "error")
    except DraftExists:
        flash(say("curation.refused.id_drafted"), "error")
    except DraftClosed as error:
        flash(sentence(error.code), "error")
    else:
        flash(say(f"curation.done.{done}"), "done")
    return redirect(url_for(".draft_page", draft_id=draft_id))


def _comment() -> str:
    return clean(request.form.get("comment", ""))[: reviews.LONGEST]


def _moment(text: str) -> datetime | None:
    """The time of a datetime-local field, which is Beijing's."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=BEIJING)
    except ValueError:
        return None


def _case_in_use(draft: Draft) -> dict[str, Any]:
    """The case the draft would replace; of a released draft the one it did replace; {} for a new case."""
    number = releases.current(parts().store)
    if draft.release:
        number = releases.get(parts().store, draft.release).base
    try:
        return releases.document(parts().store, number, draft.case_id)
    except ReleaseNotFound:
        return {}


def _findings(draft: Draft, library: Any) -> list[editing.Finding]:
    if library is None or draft.retire or draft.state not in OPEN:
        return []
    settings = parts().settings
    texts = settings.law_texts if settings.law_texts.is_dir() else None
    return editing.findings(draft.document or {}, settings.library_path, today=today(), law_texts=texts)


def _by_field(notes: list[reviews.Note]) -> dict[str, list[reviews.Note]]:
    found: dict[str, list[reviews.Note]] = {}
    for note in notes:
        if note.field:
            found.setdefault(note.field, []).append(note)
    return found


def _course(draft: Draft, names: Names) -> list[dict[str, Any]]:
    """Everything that happened to the draft, newest first, each save with its difference."""
    store = parts().store
    steps: list[dict[str, Any]] = []
    by_version: dict[int, dict[str, Any]] = {}
    for change in drafts.changes(store, draft.id, after=1):
        row = by_version.setdefault(
            change.version,
            {"at": change.at, "by": people(change.by), "version": change.version, "fields": []},
        )
        before, after = {change.field: change.before}, {change.field: change.after}
        row["fields"] += telling.differences(before, after, names, around=0)
    steps += by_version.values()
    steps.append(
        {"at": draft.created_at, "by": people(draft.created_by), "version": 1, "begun": True, "fields": []}
    )
    for verdict in reviews.verdicts(store, draft.id):
        words, comment = say(f"curation.verdicts.{verdict.verdict}"), verdict.comment
        if verdict.verdict == "miss":
            reasons = section("curation")["reasons"]
            comment = str(reasons.get(comment, reasons["unexpected"]))
        steps.append({"at": verdict.at, "by": people(verdict.by), "verdict": words, "comment": comment})
    if draft.release:
        release = releases.get(store, draft.release)
        steps.append(
            {
                "at": release.served_at or release.made_at,
                "by": people(release.made_by),
                "release": draft.release,
            }
        )
    return sorted(steps, key=lambda step: step["at"], reverse=True)


def _card(document: Mapping[str, Any], library: Any) -> dict[str, Any] | None:
    case = editing.draft_case(document) if library else None
    tried = editing.try_case(case, {}, library, today()) if case else None
    return tried.card if tried else None
