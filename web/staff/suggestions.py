"""Answers the library suggests to whoever writes: cases for the consumer's last words, with their articles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template

from desk import conversations
from desk.conversations import Message
from desk.staff import Permission
from knowledge.errors import KnowledgeError

from ..beijing import today
from ..parts import parts
from . import staff
from .access import needs

LOOKED_BACK = 40  # messages
LAST_WORDS = 3  # messages of the consumer that are searched for
LONGEST = 600  # characters searched for
SHOWN = 3
LEAST = 0.1  # probability below which a case is not suggested
MOST_ARTICLES = 4


@dataclass(frozen=True)
class Suggestion:
    """An answer for the facts known, its articles, and the text one click puts into the box."""

    case_id: str
    title: str
    score: int
    strength: str
    answer: str
    basis: tuple[tuple[str, str], ...]  # label, gist
    missing: tuple[str, ...]  # questions whose answers could change it

    @property
    def insert(self) -> str:
        """The answer with its articles, as it goes into the box."""
        labels = "、".join(label for label, _ in self.basis)
        return f"{self.answer}\n（{labels}）" if labels else self.answer


@staff.get("/conversations/<conversation_id>/suggestions")
@needs(Permission.CONVERSATION_TAKE)
def answer_suggestions(conversation_id: str) -> str:
    """Send the suggestions for the consumer's last words, as a part of the page."""
    conversations.get(parts().store, conversation_id)
    messages = conversations.last_messages(parts().store, conversation_id, limit=LOOKED_BACK)
    return render_template("staff/suggestions.html", suggestions=suggest(messages, today=today()))


def suggest(messages: Sequence[Message], *, today: date) -> list[Suggestion]:
    """Return up to three suggestions, best first; none without library, words or a likely case."""
    library = parts().titles.library()
    words = _last_words(messages)
    if library is None or not words:
        return []
    facts = _facts(messages)
    try:
        hits = [hit for hit in library.search(words, limit=SHOWN).hits if hit.score >= LEAST]
        return [_suggestion(library, hit, facts.get(hit.case_id, {}), words, today) for hit in hits]
    except KnowledgeError:
        return []


def _last_words(messages: Iterable[Message]) -> str:
    said = [
        str(message.body.get("text") or "")
        for message in messages
        if message.author == "consumer" and message.kind == "text" and not message.body.get("choice")
    ]
    return "\n".join(text for text in said[-LAST_WORDS:] if text.strip())[-LONGEST:]


def _facts(messages: Iterable[Message]) -> dict[str, dict[str, Any]]:
    """The facts the assistant went by last, by case."""
    decided = (message.body.get("decision") or {} for message in messages)
    return {str(found["case"]): dict(found.get("facts") or {}) for found in decided if found.get("case")}


def _suggestion(library: Any, hit: Any, known: dict[str, Any], words: str, today: date) -> Suggestion:
    # Imported here because the search behind them is slow to import and not every page needs it.
    from knowledge import citations, outcomes
    from knowledge.facts import read_facts

    case = library.case(hit.case_id)
    facts = {**read_facts(case, words, today=today), **known}
    outcome = outcomes.decide(case, facts)
    firm = sorted(outcome.basis, key=lambda cited: cited.unverified)[:MOST_ARTICLES]
    basis = tuple(
        (citations.label(cited, library.laws), library.law(cited.law).gists.get(cited.article, ""))
        for cited in firm
    )
    missing = tuple(case.facts[id].ask for id in outcomes.missing_facts(case, facts)[:2])
    return Suggestion(
        case.id, case.title, round(100 * hit.score), outcome.strength.value, outcome.answer, basis, missing
    )
