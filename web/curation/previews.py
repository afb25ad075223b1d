"""A draft as consumers would see it: on the page, in WeChat, with what is still wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge import editing

from ..beijing import today
from ..parts import parts
from ..wechat.rendering import compose

SLOTS = 3


@dataclass(frozen=True)
class _Said:
    id: int
    kind: str
    body: dict[str, Any]


class _NoLinks:
    """The preview leads nowhere: signed addresses are made when a message is sent."""

    def answer(self, message_id: int) -> str:
        return "#"

    def talk(self, message_id: int) -> str:
        return "#"

    def file(self, message_id: int) -> str:
        return ""

    def notice(self, message_id: int) -> str:
        return ""

    def absolute(self, path: str) -> str:
        return path


def preview(
    document: Mapping[str, Any], typed: Mapping[str, str], library: Any, *, outcome: int | None = None
) -> dict[str, Any]:
    """What the editor's page shows beside the form: findings by path, the outcome for the facts, card and messages."""
    settings = parts().settings
    findings = editing.findings(
        document,
        settings.library_path,
        today=today(),
        law_texts=settings.law_texts if settings.law_texts.is_dir() else None,
    )
    case = editing.draft_case(document)
    facts = (
        {id: editing.fact_value(case, id, text) for id, text in typed.items() if id in case.facts}
        if case
        else {}
    )
    tried = editing.try_case(case, facts, library, today(), outcome) if case else None
    shown: dict[str, Any] = {
        "findings": [{"path": list(f.path), "said": f.said, "stops": f.stops} for f in findings],
        "tried": None,
    }
    if tried is None:
        return shown
    message = _Said(0, "card", {"card": tried.card})
    composed = compose([message], slots=SLOTS, passive=False, menus=False, links=_NoLinks())
    shown["tried"] = {
        "outcome": tried.outcome,
        "settled": tried.settled,
        "asks": [case.facts[id].ask for id in tried.asks] if case else [],
        "card": tried.card,
        "wechat": list(composed.parts),
    }
    return shown
