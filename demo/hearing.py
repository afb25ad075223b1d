"""What the assistant of the demo made of a message: mostly right, unsure at times, now and then another topic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from .office import Office

UNSURE, WRONG = 0.11, 0.05  # of all openings


@dataclass(frozen=True)
class Doubt:
    """How an opening was misheard: `act` and `topic` are probabilities, `wrong` that another topic seemed likelier."""

    act: float
    topic: float
    wrong: bool

    def told(self, office: Office, topic: str, clear: Mapping[str, Any]) -> dict[str, Any]:
        """Return the part of the record of a turn that says so; `clear` is what it says without a doubt."""
        other = taken_for(office, topic)
        rest = round(max(0.0, 0.93 - self.topic), 4)
        if self.wrong:
            return {"act_confidence": clear["act_confidence"], "topic": {other: self.topic, topic: rest}}
        return {"act_confidence": self.act, "topic": {topic: self.topic, other: round(self.topic * 0.8, 4)}}


def of_opening(rng: Random) -> Doubt | None:
    """Return how the first message of a conversation is misheard, None if it is not."""
    drawn = rng.random()
    if drawn < WRONG:
        return Doubt(0.9, round(rng.uniform(0.52, 0.8), 4), wrong=True)
    if drawn < WRONG + UNSURE:
        sure = rng.random() < 0.5
        act = rng.uniform(0.82, 0.97) if sure else rng.uniform(0.34, 0.58)
        return Doubt(round(act, 4), round(rng.uniform(0.24, 0.43), 4), wrong=False)
    return None


def of_missed(office: Office, rng: Random, text: str) -> dict[str, Any]:
    """Return what it made of something the library does not answer."""
    act, topic = round(rng.uniform(0.38, 0.88), 4), round(rng.uniform(0.18, 0.41), 4)
    return {"act_confidence": act, "acts": {"ask": act}, "topic": {missed_topic(office, text): topic}}


def missed_topic(office: Office, text: str) -> str:
    """Return what a line is about that the library does not answer."""
    about = office.words["missed_topics"]
    return str(next(topic for topic, lines in about.items() if text in lines))


def taken_for(office: Office, topic: str) -> str:
    """Return the topic this one is mistaken for."""
    return str(office.words["taken_for"].get(topic, "complaint_process"))
