"""Conversations: what the consumer asks, the cards the assistant answers with, and a person who takes over."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from random import Random
from typing import Any

from desk import conversations, ratings, unanswered
from desk.staff import Staff
from desk.unanswered import Kind
from desk.utterances import digest_of, line_of
from knowledge import cards, outcomes
from knowledge.content import Case, Fact, FactType

from . import hearing
from .agenda import Life
from .days import BEIJING, soon, working
from .office import Office

MOST_QUESTIONS = 2
Said = Generator[datetime, None, datetime]  # yields the moments of its steps, returns the last


class Talk:
    """One conversation under way: says things in it and remembers when."""

    def __init__(self, office: Office, name: str, at: datetime) -> None:
        self.office, self.rng, self.at = office, office.chance(name), at
        self.heard = hearing.of_opening(office.chance(f"{name}:heard"))
        self.id = conversations.open_conversation(
            office.store, channel="h5", visitor=f"demo-{name}", at=at
        ).id

    def hears(self, text: str, choice: str | None = None) -> int:
        """The consumer says something, or taps what `choice` stands for; returns the message's id."""
        return self._keep("consumer", "text", {"text": text, "choice": choice})

    def answers(self, text: str, *, reply_to: int, **more: Any) -> int:
        """The assistant says something, later."""
        return self._keep("bot", more.pop("kind", "text"), {"text": text, "reply_to": reply_to, **more})

    def says(self, member: Staff, text: str) -> int:
        """A member of staff says something, later."""
        return self._keep("staff", "text", {"text": text}, by=member.id)

    def _keep(self, author: str, kind: str, body: dict[str, Any], *, by: str | None = None) -> int:
        kept = conversations.add_message(
            self.office.store, self.id, author=author, kind=kind, body=body, by=by, at=self.at
        )
        return kept.id

    def pause(self, *, seconds: tuple[int, int] = (8, 70)) -> datetime:
        """Let a while pass and return when the next words fall."""
        self.at = soon(self.rng, self.at, seconds=seconds)
        return self.at


def consults(talk: Talk, case: Case, opening: str, known: dict[str, Any]) -> Said:
    """The consumer asks about a case and gets its card, after the questions that decide; returns when."""
    reply_to = talk.hears(opening)
    talk.office.meant[digest_of(line_of(opening))] = case.topic
    conversations.set_matter(talk.office.store, talk.id, topic=case.topic, case_id=case.id)
    facts = dict(known)
    for _ in range(MOST_QUESTIONS):
        missing = outcomes.missing_facts(case, facts)
        if outcomes.settled(case, facts) or not missing:
            break
        fact = case.facts[missing[0]]
        yield talk.pause(seconds=(1, 3))
        lead = talk.office.words["bot"]["fact"]["lead"]
        choices = [{"label": choice, "value": f"fact:{fact.id}:{choice}"} for choice in fact.choices]
        talk.answers(
            f"{lead}{fact.ask}",
            reply_to=reply_to,
            choices=choices,
            decision=_decision(talk, case, facts, "clarify"),
        )
        yield talk.pause()
        facts[fact.id] = value_of(talk.rng, fact, talk.at)
        value = facts[fact.id]
        tapped = f"fact:{fact.id}:{value}" if value in fact.choices else None
        reply_to = talk.hears(cards.shown(fact, value), tapped)
    yield talk.pause(seconds=(1, 3))
    return _card(talk, case, facts, reply_to, opening)


def _card(talk: Talk, case: Case, facts: dict[str, Any], reply_to: int, opening: str) -> datetime:
    outcome = outcomes.decide(case, facts)
    today = talk.at.astimezone(BEIJING).date()
    card = cards.card(talk.office.library, case, outcome, facts, today, [opening])
    shown = talk.answers(
        outcome.answer,
        reply_to=reply_to,
        kind="card",
        card=card,
        decision=_decision(talk, case, facts, "answer"),
    )
    mood = talk.rng.random()
    if mood < 0.25:
        ratings.rate(talk.office.store, talk.id, shown, good=True, at=talk.at)
    elif mood < 0.31:
        reason = talk.rng.choice(talk.office.words["down"])
        ratings.rate(talk.office.store, talk.id, shown, good=False, reason=reason, at=talk.at)
    return talk.at


def _decision(talk: Talk, case: Case, facts: dict[str, Any], decision: str) -> dict[str, Any]:
    """The record beside an answer, as the assistant keeps it."""
    sure = round(talk.rng.uniform(0.71, 0.97), 4)
    heard = {"act_confidence": round(talk.rng.uniform(0.82, 0.99), 4), "topic": {case.topic: sure}}
    if talk.heard is not None:
        heard, talk.heard = talk.heard.told(talk.office, case.topic, heard), None
    outcome = outcomes.decide(case, facts) if outcomes.settled(case, facts) else None
    return {
        "decision": decision,
        "act": "ask",
        "acts": {"ask": sure},
        **heard,
        "cases": [{"id": case.id, "topic": case.topic, "score": sure, "parts": {}}],
        "basis": cards.basis_names(talk.office.library, case, outcome),
        "case": case.id,
        "facts": dict(facts),
        "unanswered": None,
    }


def value_of(rng: Random, fact: Fact, at: datetime) -> Any:
    """Return what somebody would answer to the question of a fact."""
    if fact.type in (FactType.CHOICE, FactType.BOOLEAN):
        return rng.choice(fact.choices or ("是", "否"))
    if fact.type is FactType.MONEY:
        return f"{rng.randint(2, 60) * 100}.00"
    if fact.type is FactType.INTEGER:
        return rng.randint(5, 14)
    if fact.type is FactType.DATE:
        return at.astimezone(BEIJING).date().replace(day=1).isoformat()
    return "不清楚"


def asking(office: Office, name: str, at: datetime) -> Life:
    """Somebody asks about one of the library's cases; some want a person, some thank."""
    yield at
    rng = office.chance(f"{name}:what")
    topic = rng.choices(
        list(office.content.topics), [_weight(row) for row in office.content.topics.values()]
    )[0]
    case = office.library.case(rng.choice(office.content.topics[topic]["stories"])["case"])
    talk = Talk(office, name, at)
    yield from greeting(talk)
    yield from consults(talk, case, rng.choice(case.ask), {})
    if rng.random() < 0.28:
        yield from with_a_person(talk)
    elif rng.random() < 0.5:
        yield talk.pause()
        talk.hears(rng.choice(office.words["thanks"]))


def _weight(row: Any) -> float:
    return 3.0 if row.get("hot") else 1.0


def greeting(talk: Talk) -> Said:
    """Half of all begin with a greeting."""
    if talk.rng.random() < 0.5:
        reply_to = talk.hears(talk.rng.choice(talk.office.words["greetings"]))
        yield talk.pause(seconds=(1, 2))
        talk.answers(talk.office.words["bot"]["greeting"], reply_to=reply_to)
        yield talk.pause()
    return talk.at


def asks_for_a_person(talk: Talk, words: str, reason: str = "consumer_asked") -> Said:
    """The consumer is put in the queue."""
    yield talk.pause()
    talk.hears(words)
    told = talk.office.words["bot"]["handoff"]
    conversations.request_person(
        talk.office.store, talk.id, reason=reason, by="consumer", text=told, at=talk.at
    )
    return talk.at


def with_a_person(talk: Talk) -> Said:
    """The consumer asks for a person, who comes, helps and gives the conversation back."""
    yield from asks_for_a_person(talk, talk.rng.choice(talk.office.words["person_wanted"]))
    yield talk.pause(seconds=(60, 900))
    if talk.at.astimezone(BEIJING).hour not in range(8, 18):
        talk.at = working(talk.rng, talk.at, 1)
        yield talk.at
    member = talk.office.colleague(talk.rng)
    conversations.take(talk.office.store, talk.id, staff=member.id, at=talk.at)
    yield from chats(talk, member, rounds=talk.rng.randint(1, 3))
    talk.says(member, talk.rng.choice(talk.office.words["staff"]["endings"]))
    yield talk.pause()
    conversations.give_back(talk.office.store, talk.id, staff=member.id, at=talk.at)
    return talk.at


def chats(talk: Talk, member: Staff, *, rounds: int) -> Said:
    """Staff and consumer speak in turn."""
    words = talk.office.words
    opening = talk.rng.choice(words["staff"]["openings"]).format(name=member.name, surname=member.name[0])
    talk.says(member, opening)
    replies = talk.rng.sample(words["staff"]["replies"], rounds)
    for reply, said in zip(replies, talk.rng.sample(words["consumer_to_staff"], rounds), strict=True):
        yield talk.pause(seconds=(20, 150))
        talk.hears(said)
        yield talk.pause(seconds=(30, 200))
        talk.says(member, reply)
    yield talk.pause(seconds=(20, 150))
    return talk.at


def missed(office: Office, name: str, at: datetime) -> Life:
    """Somebody asks what the library does not answer; it goes to the inbox of the curators."""
    yield at
    talk = Talk(office, name, at)
    text = talk.rng.choice(office.words["missed"])
    reply_to = talk.hears(text)
    yield talk.pause(seconds=(1, 3))
    decision: dict[str, Any] = {
        "decision": "clarify",
        "act": "ask",
        **hearing.of_missed(office, office.chance(f"{name}:heard"), text),
        "cases": [],
        "basis": [],
        "case": None,
        "facts": {},
    }
    talk.answers(office.words["bot"]["missed"], reply_to=reply_to, decision=decision)
    kind = talk.rng.choices([Kind.MISSED, Kind.REFUSED], [4, 1])[0]
    unanswered.record_unanswered(office.store, talk.id, text, decision, kind=kind, at=talk.at)
    if talk.rng.random() < 0.4:
        yield from with_a_person(talk)


def waiting(office: Office, name: str, at: datetime, words: str, reason: str, case_id: str = "") -> Life:
    """Somebody waits for a person now."""
    yield at
    talk = Talk(office, name, at)
    rng = office.chance(f"{name}:what")
    stories = office.content.topics[rng.choice(list(office.content.topics))]["stories"]
    case = office.library.case(case_id or rng.choice(stories)["case"])
    yield from consults(talk, case, rng.choice(case.ask), {})
    yield from asks_for_a_person(talk, words, reason)


def in_hand(office: Office, name: str, at: datetime, member: Staff) -> Life:
    """A chat that somebody of the staff is in now."""
    yield at
    talk = Talk(office, name, at)
    rng = office.chance(f"{name}:what")
    stories = office.content.topics[rng.choice(list(office.content.topics))]["stories"]
    case = office.library.case(rng.choice(stories)["case"])
    yield from consults(talk, case, rng.choice(case.ask), {})
    yield from asks_for_a_person(talk, rng.choice(office.words["person_wanted"]))
    yield talk.pause(seconds=(30, 120))
    conversations.take(office.store, talk.id, staff=member.id, at=talk.at)
    yield from chats(talk, member, rounds=1)
    talk.hears(rng.choice(office.words["consumer_to_staff"]))
