"""Consumer, bot and staff who act at random on conversations that others act on too.

By hand or in a process to be killed: `python -m tests.takeover.actors DATABASE CONVERSATION… SEED`.
"""

from __future__ import annotations

import contextlib
import random
import sys

from desk import conversations, handover
from desk.errors import NotOwner, OfferClosed, StoreBusy
from desk.store import Store, open_store
from tests.factories import SECRET

STAFF = ("s_a", "s_b")


def act(store: Store, id: str, chance: random.Random) -> None:
    """Let one of them do one thing; refusals are part of life."""
    who, to = chance.sample(STAFF, 2)
    deeds = (
        lambda: conversations.add_message(store, id, author="consumer", kind="text", body={"text": "c"}),
        lambda: conversations.add_message(store, id, author="bot", kind="text", body={"text": "b"}),
        lambda: conversations.add_message(store, id, author="bot", kind="text", body={"text": "b"}),
        lambda: conversations.request_person(store, id, reason="asked", by="consumer"),
        lambda: conversations.take(store, id, staff=who),
        lambda: conversations.say(store, id, staff=who, text=who),
        lambda: conversations.say(store, id, staff=who, text=who),
        lambda: conversations.say(store, id, staff=to, text=to),
        lambda: conversations.give_back(store, id, staff=who),
        lambda: conversations.hand_over(store, id, staff=who, to=to),
        lambda: handover.offer(store, id, staff=who, to=to),
        lambda: [handover.accept(store, found.id, staff=who) for found in handover.offered_to(store, who)],
        lambda: conversations.step_in(store, id, staff=who, owner=to),
    )
    with contextlib.suppress(NotOwner, OfferClosed, StoreBusy):
        chance.choice(deeds)()


def main() -> None:
    """Act until killed."""
    database, *ids, seed = sys.argv[1:]
    store, chance = open_store(database, secret_key=SECRET), random.Random(int(seed))
    while True:
        act(store, chance.choice(ids), chance)


if __name__ == "__main__":
    main()
