"""The library on the desk: its cases, one of them as of any release, and the beginning of a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import drafts, releases
from desk.errors import DraftExists, ReleaseNotFound
from desk.staff import Permission
from knowledge import editing
from knowledge.force import off_air_from

from ..beijing import today
from ..curation import telling
from ..curation.telling import Names
from ..parts import parts
from ..request_fields import LARGEST_ID, clean, whole_number
from ..wording import say, section
from . import staff
from .access import me, needs
from .names import name_of

CURATION = (Permission.CASE_EDIT, Permission.CASE_REVIEW, Permission.CASE_PUBLISH)
MOST_SHOWN = 400


@staff.get("/library")
@needs(*CURATION)
def library_list() -> str:
    """List the cases of the release in use, by topic, narrowed by words of title, question or id."""
    library = parts().titles.library()
    query = clean(request.args.get("q", ""))[:60]
    topic = request.args.get("topic", "")
    cases = [case for case in (library.cases() if library else ()) if _fits(case, query, topic)]
    by_topic: dict[str, list[Any]] = {}
    for case in cases[:MOST_SHOWN]:
        by_topic.setdefault(case.topic, []).append((case, off_air_from(case, library.laws)))
    return render_template(
        "staff/library/cases.html",
        tab="cases",
        groups=[(library.topics[slug].title, found) for slug, found in by_topic.items()] if library else [],
        count=len(cases),
        topics=[(slug, found.title) for slug, found in library.topics.items()] if library else [],
        query=query,
        topic=topic,
        today=today().isoformat(),
        day=today(),
        release=parts().titles.release(),
    )


@staff.get("/library/cases/<case_id>")
@needs(*CURATION, Permission.CONVERSATION_READ)
def library_case(case_id: str) -> str:
    """Show a case as it stands, or as it stood in an older release that explained an answer."""
    store, library = parts().store, parts().titles.library()
    served = releases.current(store)
    number = whole_number("release", largest=LARGEST_ID) or served
    document = releases.document(store, number, clean(case_id)[:120])
    names = Names.of(library)
    shown = [
        (telling.label(field), telling.lines(field, document[field], names, document.get("facts")))
        for field in telling.fields(document)
    ]
    return render_template(
        "staff/library/case.html",
        tab="cases",
        case_id=case_id,
        title=document.get("title", case_id),
        shown=[(label, lines) for label, lines in shown if lines],
        number=number,
        served=served,
        history=_history(case_id),
        draft=drafts.open_for(store, case_id),
        words=section("page"),
        card=_card(document, library, number),
    )


@staff.post("/library/cases/<case_id>/edit")
@needs(Permission.CASE_EDIT)
def edit_case(case_id: str) -> Response:
    """Begin a draft from the case as it stands, or go on with the one there is."""
    return _begin(case_id, retire=False)


@staff.post("/library/cases/<case_id>/retire")
@needs(Permission.CASE_EDIT)
def retire_case(case_id: str) -> Response:
    """Propose to take the case out of the library; somebody else reviews that too."""
    return _begin(case_id, retire=True)


@staff.post("/library/drafts")
@needs(Permission.CASE_EDIT)
def new_draft() -> Response:
    """Begin a case from nothing but its title."""
    title = clean(request.form.get("title", ""))[:60]
    library = parts().titles.library()
    if not title or library is None:
        flash(say("curation.refused.title" if library else "curation.refused.library"), "error")
        return redirect(url_for(".draft_list"))
    taken = {case.id for case in library.cases()}
    case_id = editing.slug(title, taken)
    document = {
        **editing.BLANK,
        "id": case_id,
        "title": title,
        "review": {"by": name_of(me()), "on": today().isoformat(), "due": today().isoformat()},
    }
    return _open(document, source={"kind": "title"})


def _begin(case_id: str, *, retire: bool) -> Response:
    store = parts().store
    number = releases.current(store)
    document = releases.document(store, number, clean(case_id)[:120])
    return _open(document, source={"kind": "case"}, base_release=number, retire=retire)


def _open(document: Mapping[str, Any], **options: Any) -> Response:
    try:
        id = drafts.create(parts().store, document, by=me().id, **options)
    except DraftExists as error:
        flash(say("curation.done.exists"), "done")
        return redirect(url_for(".draft_page", draft_id=error.draft_id))
    retire = bool(options.get("retire"))
    flash(say("curation.done.retiring" if retire else "curation.done.created"), "done")
    return redirect(url_for(".draft_page" if retire else ".edit_draft", draft_id=id))


def _fits(case: Any, query: str, topic: str) -> bool:
    if topic and case.topic != topic:
        return False
    return not query or any(query in text for text in (case.title, case.id, case.summary, *case.ask))


def _history(case_id: str) -> list[dict[str, Any]]:
    """The releases that changed a case, newest first."""
    store = parts().store
    rows: list[dict[str, Any]] = [
        {"release": release, "what": say(f"curation.what.{release.changes[case_id]}")}
        for release in releases.listed(store)
        if case_id in release.changes
    ]
    for row in rows:
        try:
            releases.document(store, row["release"].number, case_id)
            row["held"] = True
        except ReleaseNotFound:
            row["held"] = False
    return rows


def _card(document: Mapping[str, Any], library: Any, number: int) -> dict[str, Any] | None:
    case = editing.draft_case(document) if library else None
    tried = editing.try_case(case, {}, library, today()) if case else None
    return {**tried.card, "release": number} if tried else None
