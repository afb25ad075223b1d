"""The matter under discussion: which case, what is known of it, what was asked last. Kept in slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

TOLD_LIMIT = 12  # the consumer's own words kept for a complaint's story
EARLIER_LIMIT = 5  # matters one can come back to


@dataclass(frozen=True)
class Matter:
    """The state of a consultation. `asking` is what the assistant asked last, None when nothing."""

    case_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    asking: Mapping[str, Any] | None = None
    told: tuple[str, ...] = ()
    earlier: tuple[Mapping[str, Any], ...] = ()
    misses: int = 0

    def hears(self, text: str) -> Matter:
        """Remember the consumer's own words."""
        if not text or text in self.told:
            return self
        return replace(self, told=(*self.told, text)[-TOLD_LIMIT:])

    def knows(self, facts: Mapping[str, Any]) -> Matter:
        return replace(self, facts={**self.facts, **facts})

    def turns_to(self, case_id: str, text: str) -> Matter:
        """Put the present case aside, if there is one, and take up another."""
        if case_id == self.case_id:
            return replace(self, asking=None, misses=0).hears(text)
        told = (text,) if text else () if self.case_id else self.told
        if not self.case_id:
            return replace(self, case_id=case_id, facts={}, asking=None, misses=0).hears(text)
        return replace(self._put_aside(), case_id=case_id, facts={}, asking=None, told=told, misses=0)

    def closes(self) -> Matter:
        """Leave the present case, keeping it among the earlier ones."""
        aside = self._put_aside() if self.case_id else self
        return replace(aside, case_id=None, facts={}, asking=None, told=(), misses=0)

    def keeps_for_later(self, case_id: str, facts: Mapping[str, Any], words: str) -> Matter:
        """Another matter told in the same breath, to come back to."""
        mine = {"case_id": case_id, "facts": dict(facts), "told": [words]}
        kept = [row for row in self.earlier if row["case_id"] != case_id]
        return replace(self, earlier=(*kept, mine)[-EARLIER_LIMIT:])

    def goes_back(self) -> Matter | None:
        """Take up the matter put aside last; None when there is none."""
        if not self.earlier:
            return None
        *others, last = self.earlier
        aside = self._put_aside(others) if self.case_id else replace(self, earlier=tuple(others))
        return replace(
            aside,
            case_id=last["case_id"],
            facts=last["facts"],
            told=tuple(last["told"]),
            asking=None,
            misses=0,
        )

    def asks(self, kind: str, **detail: Any) -> Matter:
        return replace(self, asking={"kind": kind, **detail})

    def asks_nothing(self) -> Matter:
        return replace(self, asking=None, misses=0)

    def missed(self) -> Matter:
        return replace(self, misses=self.misses + 1)

    def _put_aside(self, others: list[Mapping[str, Any]] | None = None) -> Matter:
        mine = {"case_id": self.case_id, "facts": dict(self.facts), "told": list(self.told)}
        kept = [row for row in (self.earlier if others is None else others) if row["case_id"] != self.case_id]
        return replace(self, earlier=(*kept, mine)[-EARLIER_LIMIT:])


def recall(tracker: Tracker) -> Matter:
    """The matter as the slots hold it."""
    return Matter(
        case_id=tracker.get_slot("case_id"),
        facts=tracker.get_slot("facts") or {},
        asking=tracker.get_slot("asking"),
        told=tuple(tracker.get_slot("told") or ()),
        earlier=tuple(tracker.get_slot("earlier") or ()),
        misses=int(tracker.get_slot("misses") or 0),
    )


def remember(before: Matter, after: Matter) -> list[EventType]:
    """The slot events that carry `before` over to `after`; unchanged slots are not written again."""
    written: list[EventType] = []
    for slot in ("case_id", "facts", "asking", "told", "earlier", "misses"):
        old, new = getattr(before, slot), getattr(after, slot)
        if old != new:
            plain = list(new) if isinstance(new, tuple) else dict(new) if isinstance(new, Mapping) else new
            written.append(SlotSet(slot, plain))
    return written
