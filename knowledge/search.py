"""Finding the cases a text is about, best first, each with the probability that it is the right one."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path

import numpy as np

from knowledge import features, fusion
from knowledge.content import Case
from knowledge.dates import BEIJING
from knowledge.full_text import FullText
from knowledge.index import Index
from knowledge.learned import Ridge
from knowledge.vectors import Array, WordVectors

OUT = 50.0  # log odds below every other case, for a case that is off the air
TIE = 0.5  # log odds: a second case of the same topic this close behind the first is a tie, to be chosen from


class Decision(str, Enum):
    ANSWER = "answer"
    CHOOSE = "choose"
    NONE = "none"


@dataclass(frozen=True)
class Hit:
    """A case found. `score` is the calibrated probability; `parts` what it was made of: bm25, ngram, vector, topic."""

    case_id: str
    title: str
    topic: str
    score: float
    parts: Mapping[str, float]


@dataclass(frozen=True)
class Ranking:
    """Hits best first, what to do with them, and the probability that the first is right.

    `lead` is how far it is ahead of the next of its topic (log odds); `answer_from` and `choose_from` are the
    probabilities from which a case is answered and offered.
    """

    decision: Decision
    hits: tuple[Hit, ...]
    confidence: float
    lead: float = 0.0
    answer_from: float = 0.0
    choose_from: float = 0.0


NOTHING = Ranking(Decision.NONE, (), 0.0)


class Searcher:
    """One release's index, ready to search. Safe to use from several threads."""

    def __init__(
        self,
        index: Index,
        connection: sqlite3.Connection,
        cases: Mapping[str, Case],
        vectors: WordVectors | None,
        dictionary: Path | None,
        off_air: Mapping[str, date] | None = None,
    ) -> None:
        """`off_air`: the day from which a case is not offered any more, for those that have one."""
        self._off_air = {index.case_at[id]: day for id, day in (off_air or {}).items()}
        self._index = index
        self._cases = cases
        self._vectors = vectors
        self._dictionary = dictionary
        self._fusion = fusion.from_plain(index.fusion) if index.fusion else fusion.UNTRAINED
        self._ridge = Ridge(index.alpha)
        self._full_text = FullText(connection, index)
        self._lock = threading.Lock()

    def search(self, text: str, *, topics: Mapping[str, float] | None = None, limit: int = 5) -> Ranking:
        """Rank the cases for a text of any length. `topics` is a prior by slug, as the topic component gives it."""
        if not text.strip() or not self._index.case_ids:
            return NOTHING
        query = features.read_query(text, self._index, self._vectors, self._dictionary)
        with self._lock:
            measured = features.measure(query, self._index, self._full_text, self._ridge, topics=topics)
        scores = self._fusion.scores(measured, self._index.case_topic_at)
        gone: list[int] = []
        if self._off_air:
            today = datetime.now(BEIJING).date()
            gone = [at for at, day in self._off_air.items() if day <= today]
            scores[gone] = scores.min(initial=0) - OUT
        chances = self._fusion.probabilities(measured, scores)
        order = [
            i
            for i in fusion.pick(scores, self._index.case_topic_at, limit, fusion.nearness(measured))
            if i not in gone
        ]
        if not order:
            return NOTHING
        hits = tuple(self._hit(i, chances, measured) for i in order)
        lead, bars = self._lead(scores, order[0]), self._fusion
        decision = self._decide(hits, lead)
        return Ranking(decision, hits, hits[0].score, lead, bars.answer, bars.choose)

    def _lead(self, scores: Array, first: int) -> float:
        """How far a case is ahead of the next of its topic, in log odds."""
        topics = self._index.case_topic_at
        near = np.flatnonzero(topics == topics[first])
        rivals = scores[near[near != first]]
        return float(scores[first] - rivals.max()) if len(rivals) else TIE

    def _hit(self, i: int, chances: Array, measured: Array) -> Hit:
        case = self._cases[self._index.case_ids[i]]
        row = dict(zip(features.NAMES, (round(float(value), 4) for value in measured[i]), strict=True))
        parts = {
            "bm25": row["bm25"],
            "ngram": row["ngram"],
            "vector": row["vector"],
            "topic": round(float(np.exp(row["topic"]) - features.FLOOR), 4),
            "learned": row["learned"],
        }
        return Hit(case.id, case.title, case.topic, round(float(chances[i]), 4), parts)

    def _decide(self, hits: tuple[Hit, ...], lead: float) -> Decision:
        first = hits[0]
        if first.score < self._fusion.choose:
            return Decision.NONE
        return Decision.CHOOSE if lead < TIE or first.score < self._fusion.answer else Decision.ANSWER
