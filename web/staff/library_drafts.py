"""Writing a draft: the list, the form, saving version by version, the preview, and who else is there."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import drafts, releases, reviews
from desk import staff as accounts
from desk.drafts import OPEN, Clash, Draft, State
from desk.errors import DraftClosed, DraftConflict, DraftExists, DraftRefused, StaffNotFound
from desk.staff import Permission
from knowledge import editing, remedy
from knowledge import wording as knowledge_words

from ..answers import failure, success
from ..beijing import today
from ..curation import telling
from ..curation.previews import preview
from ..curation.telling import Names
from ..errors import InvalidField, sentence
from ..parts import parts
from ..request_fields import clean, json_object
from ..wording import say, section
from . import staff
from .access import me, needs
from .library_cases import CURATION
from .names import name_of

LONGEST_QUERY = 60


@staff.get("/library/drafts")
@needs(*CURATION)
def draft_list() -> str:
    """List the drafts by how far they are."""
    store = parts().store
    shown = request.args.get("state", "")
    states = [State(shown)] if shown in {state.value for state in State} else sorted(OPEN)
    counts = drafts.counts(store)
    return render_template(
        "staff/library/drafts.html",
        tab="drafts",
        drafts=[(draft, people(draft.updated_by)) for draft in drafts.listed(store, states)],
        counts=[(state.value, say(f"curation.states.{state.value}"), counts[state]) for state in State],
        open_count=sum(counts[state] for state in OPEN),
        shown=shown,
    )


@staff.get("/library/drafts/<draft_id>/edit")
@needs(Permission.CASE_EDIT)
def edit_draft(draft_id: str) -> str | Response:
    """Show the form; a draft that is being reviewed or was released is only read."""
    draft = drafts.get(parts().store, draft_id)
    library = parts().titles.library()
    if not draft.editable or library is None:
        return redirect(url_for(".draft_page", draft_id=draft_id))
    notes = [note for note in reviews.notes(parts().store, draft_id) if note.settled_at is None]
    return render_template(
        "staff/library/edit.html",
        tab="drafts",
        draft=draft,
        notes=[(telling.label(note.field), note) for note in notes],
        words=section("page"),
        form=_form(draft, library),
    )


@staff.post("/library/drafts/<draft_id>/save")
@needs(Permission.CASE_EDIT)
def save_draft(draft_id: str) -> Response:
    """Save the document sent with the version it was begun from; 409 with both sides when somebody was quicker."""
    body = json_object()
    document, version = body.get("document"), body.get("version")
    if not isinstance(document, dict) or not isinstance(version, int):
        raise InvalidField("document")
    if not editing.is_shaped(document):
        raise InvalidField("document")
    try:
        draft = drafts.save(parts().store, draft_id, document, version=version, by=me().id)
    except DraftConflict as conflict:
        return _conflict(conflict)
    except (DraftClosed, DraftExists) as error:
        return failure(error.code, sentence(error.code), 409)
    except DraftRefused as error:
        return failure(error.code, say(f"curation.refused.{error.rule}"), 422)
    return success({"version": draft.version})


@staff.post("/library/drafts/<draft_id>/preview")
@needs(Permission.CASE_EDIT)
def preview_draft(draft_id: str) -> Response:
    """Say what is wrong with the document sent, and how it would look and decide for the facts sent."""
    body = json_object()
    document, facts = body.get("document"), body.get("facts")
    library = parts().titles.library()
    if not isinstance(document, dict) or not isinstance(facts, dict) or library is None:
        raise InvalidField("document")
    outcome = body.get("outcome")
    shown = outcome if isinstance(outcome, int) else None
    typed = {str(name): str(value) for name, value in facts.items()}
    return success(preview(document, typed, library, outcome=shown))


@staff.post("/library/drafts/<draft_id>/here")
@needs(Permission.CASE_EDIT)
def here_on_draft(draft_id: str) -> Response:
    """Note that this person has the form open; say who else has, and which version stands."""
    others = drafts.present(parts().store, draft_id, by=me().id)
    draft = drafts.get(parts().store, draft_id)
    return success(
        {
            "others": [people(id) for id in others],
            "version": draft.version,
            "by": people(draft.updated_by),
            "editable": draft.editable,
        }
    )


@staff.get("/library/articles")
@needs(*CURATION)
def find_articles() -> Response:
    """Find articles of law by name and number or by words, each with its gist and edition."""
    library = parts().titles.library()
    query = clean(request.args.get("q", ""))[:LONGEST_QUERY]
    hits = editing.article_hits(library, query, today()) if library and query else []
    return success({"articles": hits})


@staff.post("/library/drafts/<draft_id>/drop")
@needs(Permission.CASE_EDIT)
def drop_draft(draft_id: str) -> Response:
    """Give the draft up."""
    drafts.drop(parts().store, draft_id, by=me().id)
    flash(say("curation.done.dropped"), "done")
    return redirect(url_for(".draft_list"))


def people(staff_id: str) -> str:
    """Return the name of a member of staff; the system's own name for what nobody did by hand."""
    try:
        return name_of(accounts.get(parts().store, staff_id))
    except StaffNotFound:
        return say("curation.system")


def _conflict(conflict: DraftConflict) -> Response:
    names = Names.of(parts().titles.library())
    shown = [_clash(clash, names) for clash in conflict.clashes]
    data = {"version": conflict.version, "by": people(conflict.by), "fields": shown}
    return failure(conflict.code, sentence(conflict.code, by=people(conflict.by)), 409, data=data)


def _clash(clash: Clash, names: Names) -> dict[str, Any]:
    mine, theirs = (telling.lines(clash.field, side, names) for side in (clash.mine, clash.theirs))
    return {
        "field": clash.field,
        "label": telling.label(clash.field),
        "both": clash.both,
        "keep": "mine" if clash.theirs == clash.base else "theirs",
        "mine": mine,
        "theirs": theirs,
        "value": _ordered(clash.theirs),
    }


def _form(draft: Draft, library: Any) -> dict[str, Any]:
    """What the form needs: the document, what can be chosen from, its words and addresses."""
    rules = knowledge_words.rules()
    words = section("curation")
    addresses = {name: url_for(f".{name}_draft", draft_id=draft.id) for name in ("save", "preview")}
    return {
        "document": _ordered(draft.document),
        "version": draft.version,
        "options": {
            "topic": [[slug, topic.title] for slug, topic in library.topics.items()],
            "office": [[id, office.name] for id, office in library.offices.items()],
            "step": [[id, step.title] for id, step in library.steps.items()],
            "remedy": [[rule, text.label] for rule, text in rules["remedies"].items()],
            "deadline": [[rule, text.label] for rule, text in rules["deadlines"].items()],
            "cases": [[case.id, case.title] for case in library.cases() if case.id != draft.case_id],
            "local": [[law.id, law.name] for law in library.laws.values() if law.region],
            "audience": list(words["values"]["audience"].items()),
            "type": list(words["values"]["type"].items()),
            "strength": [[key, text["label"]] for key, text in section("page")["strength"].items()],
            "operator": list(words["values"]["operators"].items()),
        },
        "accepts": {rule: list(names) for rule, names in remedy.ACCEPTS.items()},
        "citations": _citations(draft, library),
        "words": {name: words[name] for name in ("fields", "parts", "form")},
        "addresses": {
            **addresses,
            "here": url_for(".here_on_draft", draft_id=draft.id),
            "articles": url_for(".find_articles"),
            "page": url_for(".draft_page", draft_id=draft.id),
        },
        "release": releases.current(parts().store),
    }


def _ordered(value: Any) -> str:
    """JSON in a string, because the order of a case's facts means something and answers are sorted by key."""
    return json.dumps(value, ensure_ascii=False)


def _citations(draft: Draft, library: Any) -> dict[str, Any]:
    """The articles the draft cites now, as the picker shows them, by law and number."""
    shown = {}
    for outcome in (draft.document or {}).get("outcomes") or []:
        for cited in outcome.get("basis") or []:
            law, number = str(cited.get("law", "")), str(cited.get("article", ""))
            if law in library.laws and number:
                shown[f"{law} {number}"] = editing.article(library, law, number, today())
    return shown
