"""One question looked at as the conversation would: what is found, why it is answered, offered or passed, what is heard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from knowledge import cards, facts, matters, outcomes
from knowledge.content import Case
from knowledge.library import Library
from knowledge.search import TIE, Decision, Hit, Ranking

SHOWN = 8
OFFERED = 3  # cases a consumer chooses from


class Reason(str, Enum):
    """Why the library decides as it does."""

    SURE = "sure"  # probable enough, and well ahead of the next of its topic
    TIE = "tie"  # a second case of the same topic is too near
    UNSURE = "unsure"  # not probable enough to be answered without asking
    FAR = "far"  # even the first is too improbable to be offered
    NOTHING = "nothing"  # there is nothing to search with or in


class Verdict(str, Enum):
    """How a question went whose right case is known."""

    HIT = "hit"  # answered with it; for a question that is not ours: nothing offered
    AMONG = "among"  # among the cases offered
    WRONG = "wrong"  # others were answered or offered
    MISSED = "missed"  # nothing was found


@dataclass(frozen=True)
class Row:
    """A case found: what of its facts the text tells, the next question, and the outcome that would hold now."""

    hit: Hit
    facts: tuple[tuple[str, str], ...]
    asks: str
    strength: str


@dataclass(frozen=True)
class Look:
    """A ranking and its reason. `several`: titles of the matters a text tells of, when it tells of more than one."""

    ranking: Ranking
    reason: Reason
    rows: tuple[Row, ...]
    several: tuple[str, ...]


def look(
    library: Library,
    text: str,
    *,
    today: date,
    topics: Mapping[str, float] | None = None,
    entities: Iterable[Mapping[str, object]] = (),
) -> Look:
    """Look at one question; `topics` and `entities` are what the bot understood, when it was asked."""
    ranking = library.search(text, topics=topics, limit=SHOWN)
    told = matters.told_apart(text, ranking, library.search)
    heard = list(entities)
    rows = tuple(_row(library.case(hit.case_id), hit, text, today, heard) for hit in ranking.hits)
    return Look(ranking, reason(ranking), rows, tuple(one.hit.title for one in told))


def reason(ranking: Ranking) -> Reason:
    """Why the ranking was decided as it was."""
    if not ranking.hits:
        return Reason.NOTHING
    if ranking.decision is Decision.NONE:
        return Reason.FAR
    if ranking.decision is Decision.ANSWER:
        return Reason.SURE
    return Reason.TIE if ranking.lead < TIE else Reason.UNSURE


def verdict(expected: str, decision: str, found: Iterable[str]) -> Verdict:
    """How it went: `expected` is the right case ('' for a question that is not ours), `found` ids best first."""
    offered = list(found)[:OFFERED]
    if decision == Decision.NONE.value or not offered:
        return Verdict.MISSED if expected else Verdict.HIT
    if decision == Decision.ANSWER.value:
        return Verdict.HIT if offered[0] == expected else Verdict.WRONG
    return Verdict.AMONG if expected in offered else Verdict.WRONG


def _row(case: Case, hit: Hit, text: str, today: date, entities: list[Mapping[str, object]]) -> Row:
    known: dict[str, Any] = facts.read_facts(case, text, today=today, entities=entities)
    told = tuple((case.facts[id].ask, cards.shown(case.facts[id], value)) for id, value in known.items())
    next_fact = facts.next_question(case, known)
    outcome = outcomes.decide(case, known)
    return Row(hit, told, next_fact.ask if next_fact else "", outcome.strength.value)
