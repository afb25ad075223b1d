"""The hit test of one question: how the library ranks it and why, what of its facts is heard; phrasings added at once."""

from __future__ import annotations

import importlib
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.errors import DraftError
from desk.staff import Permission
from knowledge.errors import NotInLibrary

from ..beijing import today
from ..bot_connection import BotConnection, BotFailed, Understood
from ..parts import parts
from ..request_fields import clean
from ..wording import say, section
from . import staff
from .access import needs
from .drafting import draft_with_phrasings, phrasing

LONGEST = 1000
TOPICS = 3
PARTS = ("bm25", "ngram", "vector", "topic", "learned")


@staff.get("/hits")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def hit_test() -> str:
    """Try one question on the library that is in use."""
    text = clean(request.args.get("text", ""))[:LONGEST]
    shown: dict[str, Any] = {"text": text, "look": None, "release": parts().titles.release()}
    if text:
        shown |= _looked(text)
    return render_template("staff/hits.html", view="one", **shown)


@staff.post("/hits/phrasing")
@needs(Permission.CASE_EDIT)
def add_phrasing() -> Response:
    """Put a phrasing, as edited on its row, into a draft of the case."""
    text = clean(request.form.get("text", ""))[:LONGEST]
    line = phrasing(clean(request.form.get("line", "")))
    case_id = clean(request.form.get("case", ""))[:120]
    if len(line) < 2:
        flash(say("hits.no_line"), "error")
        return redirect(url_for(".hit_test", text=text))
    try:
        draft_with_phrasings(case_id, [line], source={"kind": "hit_test", "ids": []})
    except NotInLibrary:
        flash(say("inbox.no_case"), "error")
    except DraftError:
        flash(say("hits.draft_busy"), "error")
    else:
        flash(say("hits.added", title=parts().titles.of(case_id)), "done")
    return redirect(url_for(".hit_test", text=text))


def understood(bot: BotConnection, text: str) -> Understood | None:
    """What the bot makes of a text; None while it does not run."""
    try:
        return bot.understand(text)
    except BotFailed:
        return None


def _looked(text: str) -> dict[str, Any]:
    hits = importlib.import_module("knowledge.hits")  # slow to import
    library, heard = parts().titles.opened(), understood(parts().bot, text)
    look = hits.look(
        library,
        text,
        today=today(),
        topics=heard.topics if heard else None,
        entities=heard.entities if heard else (),
    )
    ranking = look.ranking
    return {
        "look": look,
        "heard": heard,
        "topics": _topics(heard),
        "scales": _scales(ranking.hits),
        "why": say(
            f"hits.why.{look.reason.value}",
            first=_percent(ranking.confidence),
            answer=_percent(ranking.answer_from),
            choose=_percent(ranking.choose_from),
        ),
        "percent": _percent,
        "topic_name": parts().titles.topic,
        "act_words": lambda act: section("hits")["acts"].get(act, say("hits.other_act")),
        "part_names": section("hits")["parts"],
        "parts": PARTS,
    }


def _topics(heard: Understood | None) -> list[tuple[str, int]]:
    best = sorted((heard.topics if heard else {}).items(), key=lambda row: -row[1])[:TOPICS]
    return [(parts().titles.topic(slug), _percent(chance)) for slug, chance in best if chance >= 0.01]


def _scales(hits: Any) -> dict[str, float]:
    """The greatest value of each part among the hits, so that bars compare within it."""
    return {name: max((hit.parts.get(name, 0.0) for hit in hits), default=0.0) or 1.0 for name in PARTS}


def _percent(chance: float) -> int:
    return round(100 * chance)
