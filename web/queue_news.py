"""Telling those who wait where they stand, where no page shows it by itself; seldom, and only when it got better."""

from __future__ import annotations

import logging
from datetime import datetime, timezone

from desk import conversations, queue_news
from desk.conversation_rows import PUSHED
from desk.errors import DeskError
from desk.store import Tx

from .parts import Parts
from .standing import Standing, crew, queue_order, sentence, standing_at
from .wording import say

log = logging.getLogger("weiquan.queue")


def remember(tx: Tx, parts: Parts, conversation_id: str, standing: Standing | None) -> None:
    """Keep what the consumer is told of their place, with the message that tells it."""
    since = conversations.get(parts.store, conversation_id).waiting_since
    if standing is not None and since is not None:
        queue_news.note(
            tx,
            conversation_id,
            waiting_since=since,
            ahead=standing.ahead,
            estimated=standing.wait is not None,
            at=datetime.now(timezone.utc),
        )


def tell_who_moved_up(parts: Parts) -> int:
    """After somebody left the queue: tell those whose place got much better. Returns how many were told."""
    try:
        return _tell(parts, datetime.now(timezone.utc))
    except DeskError as error:  # what staff just did is done; the news can wait for the next change
        log.warning("queue news not told: %s", error.code)
        return 0


def _tell(parts: Parts, at: datetime) -> int:
    order = queue_order(parts)
    people = crew(parts, at)
    if not any(person.on_duty for person in people):
        return 0
    places = {id: place for place, id in enumerate(order)}
    pushed = [found for found in conversations.waiting(parts.store) if found.channel in PUSHED]
    count = 0
    for found in pushed:
        if found.id in places:
            count += _tell_one(parts, found.id, standing_at(parts, places[found.id], people), at)
    return count


def _tell_one(parts: Parts, id: str, standing: Standing, at: datetime) -> bool:
    with parts.store.write() as tx:
        found = conversations.get(parts.store, id)
        if found.waiting_since is None:
            return False
        before = queue_news.told(tx, id, found.waiting_since)
        if before is None or not queue_news.worth_telling(before, standing.ahead, at):
            return False
        body = {"text": say("standing.news", standing=sentence(standing))}
        conversations.add_message(parts.store, id, author="system", kind="notice", body=body, at=at)
        queue_news.note(
            tx,
            id,
            waiting_since=found.waiting_since,
            ahead=standing.ahead,
            estimated=standing.wait is not None,
            at=at,
            before=before,
        )
        return True
