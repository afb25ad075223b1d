"""The decision record of a turn: what was decided and why, for the desk and the harness, never shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.hearing import Heard
from knowledge.search import Hit

SHOWN_TOPICS = 5


def top(ranking: Mapping[str, float], many: int = SHOWN_TOPICS) -> dict[str, float]:
    """The best rows of a ranking, rounded for the record."""
    best = sorted(ranking.items(), key=lambda row: -row[1])[:many]
    return {name: round(value, 4) for name, value in best}


def case_rows(hits: Iterable[Hit]) -> list[dict[str, Any]]:
    """Cases found, for the record: id, topic, score, and what the score was made of."""
    return [
        {"id": hit.case_id, "topic": hit.topic, "score": round(hit.score, 4), "parts": dict(hit.parts)}
        for hit in hits
    ]


def record(say: CollectingDispatcher, message: Heard, decision: str, **detail: Any) -> None:
    """Emit the decision of this turn; `decision` is answer, choose, clarify, refer, person or smalltalk."""
    body = {
        "decision": decision,
        "act": message.act,
        "act_confidence": round(message.confidence, 4),
        "acts": top(message.acts),
        "topic": top(message.topics),
        "cases": [],
        "basis": [],
        "case": None,
        "facts": {},
        **detail,
    }
    say.utter_message(json_message={"decision": body})
