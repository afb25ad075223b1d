"""Curators label what was not heard rightly, two of them without seeing each other; a reviewer decides some."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from random import Random
from typing import Any

from desk import labels, utterances
from desk.labels import Choices, Label
from desk.roles import Role
from desk.utterances import State, Utterance

from . import hearing
from .agenda import Life
from .days import working
from .office import Office

ROUNDS = (120, 50, 16, 2)  # days ago on which what had come was labelled; the last is under way
DIFFERENT = 0.13  # of all labels, by which of two persons sees it otherwise
DECIDED = 0.7  # of what two see differently, in the rounds that are over
EACH = timedelta(seconds=35)
WORDS = {
    "money": re.compile(r"[0-9]+(?:元|块)|[一二两三四五六七八九十百千万]+块"),
    "person_age": re.compile(r"[0-9一二三四五六七八九十]+岁"),
    "time": re.compile(r"[0-9]+月(?:[0-9]+[号日]|份)|(?:半个?|两个|[一三四五六七八九十])(?:月|年|天)"),
}
ASK, INFORM = "ask", "inform"


def rounds(office: Office) -> list[Life]:
    """The rounds of labelling of the last months."""
    last = len(ROUNDS) - 1
    return [_round(office, number, days, number == last) for number, days in enumerate(ROUNDS)]


def _round(office: Office, number: int, days: int, under_way: bool) -> Life:
    rng = office.chance(f"labelling-{number}")
    at = office.until - timedelta(days=days)
    yield at
    utterances.gather(office.store, lambda case: office.library.case(case).topic, at=at)
    one, other = (member.id for member in office.with_role(Role.CURATOR)[:2])
    if number == 0:
        utterances.add(office.store, _brought(office), by=other, at=at)
    found = sorted(utterances.listed(office.store, [State.OPEN], limit=500), key=lambda line: line.id)
    for person, share in ((one, 0.75), (other, 0.55)):
        at = working(rng, at, 1) if not under_way else at + timedelta(minutes=rng.randint(40, 90))
        yield at
        chosen = [line for line in found if not under_way or rng.random() < share]
        for place, line in enumerate(chosen):
            label = _as_seen(office, line, person)
            labels.give(office.store, line.id, label, by=person, at=at + place * EACH)
    if not under_way:
        at = working(rng, at, 1)
        yield at
        _decide(office, rng, at)


def _decide(office: Office, rng: Random, at: datetime) -> None:
    reviewer = office.with_role(Role.REVIEWER)[0].id
    for place, line in enumerate(utterances.listed(office.store, [State.DIFFERS], limit=500)):
        if rng.random() < DECIDED:
            labels.decide(office.store, line.id, right(office, line), by=reviewer, at=at + place * EACH)


def right(office: Office, line: Utterance) -> Label:
    """Return what the line is, as somebody takes it who knows what its consumer wanted."""
    if line.digest in office.meant:
        return _label(office, line.text, ASK, office.meant[line.digest])
    if line.text in office.words["missed"]:
        return _label(office, line.text, ASK, hearing.missed_topic(office, line.text))
    return _label(office, line.text, _brought(office).get(line.text) or _short(office, line.text))


def _brought(office: Office) -> dict[str, str]:
    """What a curator typed in, each with what it does."""
    return {text: act for act, texts in office.words["brought"].items() for text in texts}


def _short(office: Office, text: str) -> str:
    return str(office.words["short_answers"].get(text, INFORM))


def _as_seen(office: Office, line: Utterance, person: str) -> Label:
    """Return the label one person gives: mostly the right one."""
    label = right(office, line)
    rng = office.chance(f"label-{line.digest}-{_place(office, person)}")
    if rng.random() >= DIFFERENT:
        return label
    if label.act != ASK:
        return Label(rng.choice([act for act in (INFORM, "chitchat") if act != label.act]))
    other = hearing.taken_for(office, label.topic)
    ways = [Label("file_complaint", "", label.entities), *2 * [Label(ASK, other, label.entities)]]
    if label.entities:
        ways.append(Label(ASK, label.topic, label.entities[1:]))
    return rng.choice(ways)


def _place(office: Office, person: str) -> int:
    """Ids differ from one demo to the next, places do not."""
    return [member.id for member in office.staff.values()].index(person)


def _label(office: Office, text: str, act: str, topic: str = "") -> Label:
    spans = sorted((*found.span(), kind) for kind, mark in WORDS.items() for found in mark.finditer(text))
    raw: list[dict[str, Any]] = []
    for start, end, kind in spans:
        if not raw or raw[-1]["end"] <= start:
            raw.append({"start": start, "end": end, "entity": kind})
    acts = {ASK, INFORM, *office.words["short_answers"].values(), *office.words["brought"]}
    known = Choices(acts, set(office.library.topics), ())
    return labels.read({"act": act, "topic": topic, "entities": raw}, text, known)
