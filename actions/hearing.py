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
    """One message as understood. Probabilities lie in 0..1; `matters`, `topics` and `doors` each sum to about 1.

    `acts` says what the message does; `matters` whose matter it tells, whatever it does.
    """

    text: str
    act: str
    confidence: float
    acts: Mapping[str, float] = field(default_factory=dict)
    matters: Mapping[str, float] = field(default_factory=dict)
    topics: Mapping[str, float] = field(default_factory=dict)
    doors: Mapping[str, float] = field(default_factory=dict)
    entities: tuple[dict[str, Any], ...] = ()
    choice: choices.Choice | None = None

    @property
    def ours(self) -> float:
        """How likely it is a consumer's matter rather than another door's, small talk or a merchant's (0..1).

        Small talk is known by what it does as well: about matters that nobody has it says much.
        """
        brings = sum(self.matters.get(act, 0.0) for act in BRINGS_A_MATTER)
        return brings * (1 - self.acts.get("chitchat", 0.0))

    @property
    def otherwise(self) -> str:
        """The likeliest of NOT_OURS; "" when nothing is known of it."""
        others = {act: share for act, share in self.matters.items() if act in NOT_OURS}
        others["chitchat"] = max(others.get("chitchat", 0.0), self.acts.get("chitchat", 0.0))
        return max(others, key=lambda act: others[act]) if any(others.values()) else ""

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
        matters=_ranking(message.get("matter_ranking")),
        topics=_ranking(message.get("topic_ranking")),
        doors=_ranking(message.get("referral_ranking")),
        entities=entities,
        choice=choices.parse(tapped),
    )
