"""What the latest message says: its act, its matter and its entities, as the pipeline found them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker

from actions import choices

ANSWERS = frozenset({"inform", "affirm", "deny", "unsure", "choose_ordinal", "correct_slot"})
NOT_OURS = frozenset({"refer", "merchant_side", "chitchat"})
BRINGS_A_MATTER = frozenset({"ask", "file_complaint", "report_violation"})
FOLLOW_UPS = {
    "ask_evidence": "evidence",
    "ask_deadline": "deadline",
    "ask_amount": "amount",
    "ask_where": "where",
    "ask_next_step": "next",
    "ask_basis": "basis",
    "ask_how_to_write": "letter",
}


@dataclass(frozen=True)
class Heard:
    """One message as understood. Probabilities lie in 0..1; `topics` and `doors` each sum to about 1."""

    text: str
    act: str
    confidence: float
    acts: Mapping[str, float] = field(default_factory=dict)
    topics: Mapping[str, float] = field(default_factory=dict)
    doors: Mapping[str, float] = field(default_factory=dict)
    entities: tuple[dict[str, Any], ...] = ()
    choice: choices.Choice | None = None

    @property
    def ours(self) -> float:
        """How likely it is a consumer's matter rather than another door's, small talk or a merchant's (0..1)."""
        brings = sum(self.acts.get(act, 0.0) for act in BRINGS_A_MATTER)
        against = sum(self.acts.get(act, 0.0) for act in NOT_OURS)
        return brings / (brings + against) if brings else 0.0

    @property
    def otherwise(self) -> str:
        """The likeliest act that brings no matter of ours; "" when there is none."""
        others = {act: chance for act, chance in self.acts.items() if act not in BRINGS_A_MATTER}
        return max(others, key=lambda act: others[act], default="")

    def first(self, entity: str) -> Any | None:
        """The normalised value of the first entity of this kind, or None."""
        return next((found["value"] for found in self.entities if found["entity"] == entity), None)


def _ranking(rows: Any) -> dict[str, float]:
    return {row["name"]: float(row["confidence"]) for row in rows or ()}


def heard(tracker: Tracker) -> Heard:
    """Read the tracker's latest message."""
    message = tracker.latest_message or {}
    intent = message.get("intent") or {}
    entities = tuple(message.get("entities") or ())
    tapped = next((found["value"] for found in entities if found["entity"] == "choice"), None)
    return Heard(
        text="" if tapped else (message.get("text") or ""),
        act=intent.get("name") or "",
        confidence=float(intent.get("confidence") or 0.0),
        acts=_ranking(message.get("intent_ranking")),
        topics=_ranking(message.get("topic_ranking")),
        doors=_ranking(message.get("referral_ranking")),
        entities=entities,
        choice=choices.parse(tapped),
    )
