"""语料标注: two persons label what consumers wrote without seeing each other's word, a third decides."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import agreement, history, labels, utterances
from desk.errors import LabelRefused, UtteranceRefused
from desk.labels import Choices, Given, Label
from desk.staff import Permission
from desk.utterances import State, Utterance
from knowledge import training_lines

from .. import sheets
from ..background import background
from ..errors import FileRefused, sentence
from ..nlu import layer
from ..nlu.layer import Layer
from ..parts import Parts, parts
from ..request_fields import LARGEST_ID, clean, whole_number
from ..wording import say, section
from . import staff
from .access import me, needs
from .names import who

PAGE = 50
JOB = "utterances"
SETTLED = (State.AGREED, State.DECIDED)
STATES = {"open": (State.OPEN,), "differs": (State.DIFFERS,), "settled": SETTLED}


@staff.get("/labelling")
@needs(Permission.UTTERANCE_LABEL)
def label_next() -> str:
    """Offer the next utterance this person has not labelled; what is new is looked for in the background."""
    _gather()
    found = utterances.to_label(parts().store, me().id, skip=_skipped())
    return _form(found) if found else render_template("staff/labelling/label.html", one=None, **_frame())


@staff.get("/labelling/<int:utterance_id>")
@needs(Permission.UTTERANCE_LABEL)
def label_page(utterance_id: int) -> str:
    """Show one utterance with the labels this person may see."""
    return _form(utterances.get(parts().store, min(utterance_id, LARGEST_ID)))


@staff.post("/labelling/<int:utterance_id>")
@needs(Permission.UTTERANCE_LABEL)
def give_label(utterance_id: int) -> BaseResponse:
    """Keep this person's label and go on to the next."""
    found = utterances.get(parts().store, min(utterance_id, LARGEST_ID))
    try:
        state = labels.give(parts().store, found.id, _label(found), by=me().id)
    except LabelRefused as error:
        flash(say(f"labelling.refused.{error.rule}"), "error")
        return redirect(url_for(".label_page", utterance_id=found.id))
    flash(say(f"labelling.saved_{'first' if state is State.OPEN else state.value}"), "done")
    return redirect(url_for(".label_next"))


@staff.post("/labelling/<int:utterance_id>/decide")
@needs(Permission.UTTERANCE_DECIDE)
def decide_label(utterance_id: int) -> BaseResponse:
    """Settle an utterance two persons labelled differently."""
    found = utterances.get(parts().store, min(utterance_id, LARGEST_ID))
    try:
        labels.decide(parts().store, found.id, _label(found), by=me().id)
    except LabelRefused as error:
        flash(say(f"labelling.refused.{error.rule}"), "error")
        return redirect(url_for(".label_page", utterance_id=found.id))
    flash(say("labelling.decided"), "done")
    return redirect(url_for(".label_list", state="differs"))


@staff.get("/labelling/list")
@needs(Permission.UTTERANCE_LABEL)
def label_list() -> str:
    """List utterances, newest first: those that wait, those to be decided, those settled."""
    state = request.args.get("state", "")
    state = state if state in STATES else "open"
    before = whole_number("before", largest=LARGEST_ID) or None
    found = utterances.listed(parts().store, STATES[state], limit=PAGE, before_id=before)
    return render_template(
        "staff/labelling/list.html",
        state=state,
        rows=found,
        older=found[-1].id if len(found) == PAGE else None,
        **_frame(),
    )


@staff.get("/labelling/add")
@needs(Permission.UTTERANCE_LABEL)
def add_page() -> str:
    """Offer ways to bring lines: typed, or a sheet."""
    return render_template("staff/labelling/add.html", **_frame())


@staff.post("/labelling/add")
@needs(Permission.UTTERANCE_LABEL)
def add_lines() -> BaseResponse:
    """Keep the lines typed, or of the first column of a sheet, to be labelled."""
    upload = request.files.get("file")
    try:
        texts = clean(request.form.get("text", "")).splitlines()
        if upload is not None and upload.filename:
            texts += [row[0] for row in sheets.read_sheet(clean(upload.filename), upload.read())]
        new, left = utterances.add(parts().store, map(clean, texts), by=me().id)
    except FileRefused as error:
        flash(sentence(error.code), "error")
    except UtteranceRefused as error:
        flash(say(f"labelling.refused.{error.rule}"), "error")
    else:
        flash(say("labelling.added", new=new, left=left), "done")
    return redirect(url_for(".add_page"))


@staff.get("/labelling/agreement")
@needs(Permission.UTTERANCE_LABEL)
def agreement_page() -> str:
    """Show how far the labels of two persons agree, and what would be learned from."""
    return render_template(
        "staff/labelling/agreement.html",
        figures=agreement.measure(labels.given_pairs(parts().store)),
        layer=composed(),
        left_out=lambda code: say(f"labelling.left_out.{code}"),
        **_frame(),
    )


@staff.post("/labelling/export")
@needs(Permission.UTTERANCE_LABEL)
def export_lines() -> BaseResponse:
    """Keep what is settled where training finds it."""
    made = exported(by=me().id)
    flash(say("labelling.exported", count=len(made.lines)), "done")
    return redirect(url_for(".agreement_page"))


@staff.get("/labelling/lines.yml")
@needs(Permission.UTTERANCE_LABEL)
def download_lines() -> Response:
    """Send the lines as a file of examples, to be checked in with the program."""
    text = training_lines.write(composed().lines, say("labelling.heading"))
    answer = Response(text, mimetype="application/yaml")
    answer.headers.set("Content-Disposition", "attachment", filename="labelled.yml")
    return answer


def composed() -> Layer:
    """Return what the settled labels give for training."""
    library = parts().titles.opened()
    asks = [(case.topic, line) for case in library.cases() for line in case.ask]
    return layer.compose(parts().store, parts().settings, possible(), asks)


def exported(*, by: str) -> Layer:
    """Keep what is settled where training finds it; returns it."""
    made = composed()
    layer.write(parts().store, parts().settings, made)
    with parts().store.write() as tx:
        history.record(tx, "utterance:lines:export", "utterances", by=by, lines=len(made.lines))
    return made


def possible() -> Choices:
    """Return what may be chosen with the library in use."""
    library = parts().titles.opened()
    return layer.choices(library.topics, library.referrals)


# --- small parts ------------------------------------------------------------------------------------


def _label(one: Utterance) -> Label:
    """The label of the form; LabelRefused."""
    act = request.form.get("act", "")
    kind = utterances.policy()["with_topic"].get(act)
    try:
        spans = json.loads(request.form.get("entities") or "[]")
    except ValueError:
        raise LabelRefused("entities") from None
    raw = {"act": act, "topic": request.form.get(kind, "") if kind else "", "entities": spans}
    return labels.read(raw, one.text, possible())


def _form(one: Utterance) -> str:
    seen = labels.visible(parts().store, one, to=me().id)
    own = next((given for given in seen if given.by == me().id), None)
    decides = one.state is State.DIFFERS and own is None and me().can(Permission.UTTERANCE_DECIDE)
    library, asked_for = parts().titles.opened(), possible().doors
    return render_template(
        "staff/labelling/label.html",
        one=one,
        seen=[] if one.state is State.OPEN else [_told(given) for given in seen],
        chosen=own.label.as_json() if own else None,
        decides=decides,
        open=one.state is State.OPEN or decides,
        topics={slug: found.title for slug, found in library.topics.items()},
        doors={slug: found.title for slug, found in library.referrals.items() if slug in asked_for},
        **_frame(),
    )


def _told(given: Given) -> dict[str, Any]:
    return {"who": who(given.by), "at": given.at, "decides": given.decides, **given.label.as_json()}


def _frame() -> dict[str, Any]:
    words, counts = section("labelling"), utterances.count_by_state(parts().store)
    return {
        "groups": words["acts"],
        "nothing": (utterances.policy()["none"], words["none"]),
        "kinds": {code: words["entities"][code] for code in utterances.policy()["entities"]},
        "reason_name": lambda code: words["reasons"].get(code, code),
        "state_name": lambda state: words["states"][state.value],
        "waiting": utterances.count_to_label(parts().store, me().id),
        "differing": counts[State.DIFFERS],
        "settled": sum(counts[state] for state in SETTLED),
        "opened": counts[State.OPEN],
        **meaning_words(),
    }


def meaning_words() -> dict[str, Any]:
    """Return how a template names acts, topics, doors and entities."""
    words = section("labelling")
    names = layer.act_names() | {utterances.policy()["none"]: words["none"]}
    return {
        "act_name": lambda act: names.get(act, act),
        "topic_name": _topic_name,
        "kind_name": lambda code: words["entities"].get(code, code),
    }


def _topic_name(slug: str) -> str:
    library = parts().titles.opened()
    found = library.topics.get(slug) or library.referrals.get(slug)
    return str(found.title) if found else slug


def _skipped() -> list[int]:
    """Those put off in this round, named by the page's address."""
    given = request.args.get("skip", "").split(".")
    return [int(id) for id in given[-200:] if id.isascii() and id.isdigit() and len(id) < 16]


def _gather() -> None:
    held: Parts = parts()
    library = held.titles.library()
    topics = {case.id: case.topic for case in library.cases()} if library else {}
    background().start(JOB, lambda: utterances.gather(held.store, lambda case: topics.get(case, "")))
