"""Generated interleavings of consumer, bot, three members of staff and crashes, with a second opinion on each step.

The second opinion is a plain model of who owns the conversation. Each step is tried on the real store and
on the model; both must allow it or both refuse it, and in the end the kept messages must be exactly the
model's. So no message can be kept from somebody who did not own the conversation, and none can be lost.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from desk import conversations, handover
from desk.errors import NotOwner, OfferClosed
from desk.store import Store

STAFF = ("s_a", "s_b", "s_chief")
SHORTEST, LONGEST = 3, 6


class Crash(Exception):
    """The process dies before its transaction commits."""


@dataclass
class Model:
    """Who owns it, and what has been said: (author, by)."""

    owner: str = "bot"
    may_finish: bool = False
    said: list[tuple[str, str | None]] = field(default_factory=list)
    bot_since: int = 0  # how many messages there were when staff last gave it back
    offer: tuple[str, str] | None = None

    def move(self, owner: str) -> None:
        if self.owner.startswith("staff:") and owner != self.owner:
            self.offer = None
        self.owner, self.may_finish = owner, False


@dataclass
class Talk:
    """One conversation in the store and in the model, with what each actor saw when they last looked."""

    store: Store
    id: str
    chance: random.Random
    model: Model = field(default_factory=Model)
    thought: tuple[int, int] | None = None  # what the bot answers to: message id, place in the model
    seen_owner: str = "bot"  # what the supervisor's page shows, possibly out of date
    offer_id: int = 0
    last_id: int = 0
    log: list[str] = field(default_factory=list)

    def step(self) -> None:
        """Let one actor do one thing; now and then the process dies in the middle of it."""
        name = self.chance.choice(NAMES)
        if self.chance.random() < 0.12:
            self._crash(name)
            return
        self.log.append(name)
        MOVES[name](self)

    def check(self) -> None:
        """Compare what was kept with what the model says."""
        messages = conversations.messages(self.store, self.id, limit=1000)
        owner = conversations.get(self.store, self.id).owner
        assert [(message.author, message.by) for message in messages] == self.model.said, self.log
        assert owner == self.model.owner, self.log

    def expect(self, allowed: bool, deed: Callable[[], object]) -> None:
        """Do it; it must be refused exactly when the model refuses it."""
        try:
            deed()
        except (NotOwner, OfferClosed):
            assert not allowed, f"refused though allowed: {self.log}"
        else:
            assert allowed, f"allowed though {self.model.owner} owns it: {self.log}"

    def _crash(self, name: str) -> None:
        """The transaction is rolled back, what the process had in mind is gone."""
        self.log.append(f"{name} dies")
        before = copy.deepcopy(self.model), self.offer_id, self.last_id
        try:
            with self.store.write():
                MOVES[name](self)
                raise Crash(name)
        except Crash:
            (self.model, self.offer_id, self.last_id), self.thought = before, None


def consumer_says(talk: Talk) -> None:
    message = conversations.add_message(
        talk.store, talk.id, author="consumer", kind="text", body={"text": "c"}
    )
    talk.model.said.append(("consumer", None))
    talk.model.may_finish = False
    talk.last_id = message.id
    talk.thought = talk.thought or (message.id, len(talk.model.said))


def consumer_calls(talk: Talk) -> None:
    conversations.request_person(talk.store, talk.id, reason="asked", by="consumer")
    if talk.model.owner == "bot":
        talk.model.move("queue")


def consumer_leaves_queue(talk: Talk) -> None:
    allowed = talk.model.owner in ("bot", "queue")
    talk.expect(allowed, lambda: conversations.back_to_bot(talk.store, talk.id))
    if talk.model.owner == "queue":
        talk.model.move("bot")


def bot_calls_person(talk: Talk) -> None:
    conversations.request_person(talk.store, talk.id, reason="distress", by="bot")
    if talk.model.owner == "bot":
        talk.model.move("queue")
        talk.model.may_finish = True


def bot_answers(talk: Talk) -> None:
    """Late, perhaps: to what it read some steps ago."""
    reply_to, place = talk.thought or (talk.last_id, len(talk.model.said))
    model = talk.model
    finishing = model.owner == "queue" and model.may_finish
    allowed = finishing or (model.owner == "bot" and (not reply_to or place > model.bot_since))
    body = {"text": "b", "reply_to": reply_to or None}
    talk.expect(
        allowed,
        lambda: conversations.add_message(talk.store, talk.id, author="bot", kind="text", body=body),
    )
    if allowed:
        model.said.append(("system" if finishing else "bot", None))
    talk.thought = None


def _member(talk: Talk) -> str:
    return talk.chance.choice(STAFF)


def staff_takes(talk: Talk) -> None:
    who = _member(talk)
    allowed = talk.model.owner in ("bot", "queue", f"staff:{who}")
    talk.expect(allowed, lambda: conversations.take(talk.store, talk.id, staff=who))
    if allowed:
        talk.model.move(f"staff:{who}")


def staff_says(talk: Talk) -> None:
    who = _member(talk)
    allowed = talk.model.owner == f"staff:{who}"
    talk.expect(allowed, lambda: conversations.say(talk.store, talk.id, staff=who, text=who))
    if allowed:
        talk.model.said.append(("staff", who))


def staff_gives_back(talk: Talk) -> None:
    who = _member(talk)
    allowed = talk.model.owner == f"staff:{who}"
    talk.expect(allowed, lambda: conversations.give_back(talk.store, talk.id, staff=who))
    if allowed:
        talk.model.move("bot")
        talk.model.bot_since = len(talk.model.said)


def staff_hands_over(talk: Talk) -> None:
    who, to = talk.chance.sample(STAFF, 2)
    allowed = talk.model.owner == f"staff:{who}"
    talk.expect(allowed, lambda: conversations.hand_over(talk.store, talk.id, staff=who, to=to))
    if allowed:
        talk.model.move(f"staff:{to}")


def staff_offers(talk: Talk) -> None:
    who, to = talk.chance.sample(STAFF, 2)
    allowed = talk.model.owner == f"staff:{who}"

    def deed() -> None:
        talk.offer_id = handover.offer(talk.store, talk.id, staff=who, to=to).id

    talk.expect(allowed, deed)
    if allowed:
        talk.model.offer = (who, to)


def staff_accepts(talk: Talk) -> None:
    who = _member(talk)
    allowed = talk.model.offer is not None and talk.model.offer[1] == who
    talk.expect(allowed, lambda: handover.accept(talk.store, talk.offer_id, staff=who))
    if allowed:
        talk.model.move(f"staff:{who}")
        talk.model.offer = None


def staff_declines(talk: Talk) -> None:
    who = _member(talk)
    allowed = talk.model.offer is not None and talk.model.offer[1] == who
    talk.expect(allowed, lambda: handover.decline(talk.store, talk.offer_id, staff=who))
    if allowed:
        talk.model.offer = None


def supervisor_looks(talk: Talk) -> None:
    talk.seen_owner = talk.model.owner


def supervisor_steps_in(talk: Talk) -> None:
    """From the page as it was seen, which may be out of date."""
    seen = talk.seen_owner if talk.seen_owner.startswith("staff:") else "staff:s_a"
    allowed = talk.model.owner == seen
    owner = seen.removeprefix("staff:")
    talk.expect(allowed, lambda: conversations.step_in(talk.store, talk.id, staff="s_chief", owner=owner))
    if allowed:
        talk.model.move("staff:s_chief")


def supervisor_requeues(talk: Talk) -> None:
    conversations.requeue(talk.store, talk.id, by="s_chief", reason="left")
    if talk.model.owner != "queue":
        talk.model.move("queue")


MOVES: dict[str, Callable[[Talk], None]] = {
    move.__name__: move
    for move in (
        consumer_says,
        consumer_calls,
        consumer_leaves_queue,
        bot_calls_person,
        bot_answers,
        staff_takes,
        staff_says,
        staff_gives_back,
        staff_hands_over,
        staff_offers,
        staff_accepts,
        staff_declines,
        supervisor_looks,
        supervisor_steps_in,
        supervisor_requeues,
    )
}
WEIGHTS = {"consumer_says": 3, "bot_answers": 4, "staff_takes": 4, "staff_says": 5, "staff_gives_back": 2}
NAMES = [name for name in MOVES for _ in range(WEIGHTS.get(name, 1))]


def play(store: Store, id: str, seed: int) -> Talk:
    """Play one interleaving in conversation `id` and check it; returns it for counting."""
    chance = random.Random(seed)
    talk = Talk(store, id, chance)
    for _ in range(chance.randint(SHORTEST, LONGEST)):
        talk.step()
    talk.check()
    return talk
