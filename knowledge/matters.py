"""One text, several matters: a letter that tells of two grievances is told apart where its own words divide it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from knowledge.search import Decision, Hit, Ranking

_DIVIDES = re.compile(
    r"(?:^|(?<=[。！？!?；;\n，,]))\s*(?="
    r"另外|还有一(?:件|个|事|桩)|还有就是|再有就是|此外|其次|再就是|再一个|二是|三是|四是|顺便|"
    r"第[二三四五][,，、件个点条]|[二三四五][、.．]|[2-5][、.．)）]\D)"
)
_CLAUSE_ENDS = re.compile(r"[\s，,。！!？?；;…~～]+")
LEAST_CLAUSE = 6  # characters
LEAST = 14  # characters a part must have to be a matter of its own
MOST = 4


@dataclass(frozen=True)
class Told:
    """A matter told of in a text: the best case and the words that tell it."""

    hit: Hit
    words: str


def parts(text: str) -> list[str]:
    """The text cut where it says that something else begins; one part when it says so nowhere."""
    found = [part.strip() for part in _DIVIDES.split(text) if part and part.strip()]
    joined: list[str] = []
    for part in found:
        if joined and (len(part) < LEAST or len(joined[-1]) < LEAST):
            joined[-1] += part
        else:
            joined.append(part)
    return joined[:MOST]


def told_apart(text: str, whole: Ranking, search: Callable[[str], Ranking]) -> Sequence[Told]:
    """The matters of a text, the weightiest first; empty when it tells of one.

    A part is a matter of its own when its best case would be answered by itself and is of another topic than
    every case before.
    """
    pieces = parts(text)
    if len(pieces) < 2 or not whole.hits:
        return ()
    ranked = [(search(piece), piece) for piece in pieces]
    sure = [Told(r.hits[0], piece) for r, piece in ranked if r.hits and r.decision is Decision.ANSWER]
    found: list[Told] = []
    for told in sorted(sure, key=lambda told: told.hit.topic != whole.hits[0].topic):
        if all(told.hit.topic != other.hit.topic for other in found):
            found.append(told)
    return found if len(found) > 1 else ()


def plainest_clause(text: str, search: Callable[[str], Ranking], *, confidence: float) -> str:
    """The clause whose case would be answered by itself at least this surely (0..1); "" when none would.

    For texts in which a matter stands beside words about something else: scolding, greetings.
    """
    clauses = [clause for clause in _CLAUSE_ENDS.split(text) if LEAST_CLAUSE <= len(clause) < len(text)]
    ranked = [(search(clause), clause) for clause in clauses]
    sure = [
        (ranking.confidence, clause)
        for ranking, clause in ranked
        if ranking.decision is Decision.ANSWER and ranking.confidence >= confidence
    ]
    return max(sure, default=(0.0, ""))[1]
