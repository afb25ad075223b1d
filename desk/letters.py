"""The letters of desk/notices.yml: which one goes with which step, filled from the ticket. Pure.

A place that the ticket cannot fill becomes a mark; `unfilled` finds the marks that are left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import jsonschema
import yaml

from . import articles, clock, wording
from .course import Course
from .deadlines import periods
from .ticket import (
    FAILURE_GROUNDS,
    REFUSAL_GROUNDS,
    REPORT_REFUSAL_GROUNDS,
    Step,
    Ticket,
    TicketKind,
    TicketStatus,
)

FILE = Path(__file__).with_name("notices.yml")
TEXT = {"type": "string", "minLength": 1}
TEXTS = {"type": "object", "minProperties": 1, "additionalProperties": TEXT}
SCHEMA = {
    "type": "object",
    "required": ["notices", "reasons", "rules", "rule_sentence", "unfilled", "places"],
    "additionalProperties": False,
    "properties": {
        "notices": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["step", "of", "party", "title", "text"],
                "additionalProperties": False,
                "properties": {
                    "step": {"enum": ["none", *(status.value for status in TicketStatus)]},
                    "of": {"enum": [kind.value for kind in TicketKind]},
                    "party": {"enum": ["consumer", "merchant"]},
                    "title": TEXT,
                    "text": TEXT,
                },
            },
        },
        "reasons": TEXTS,
        "rules": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["article", "words"],
                "additionalProperties": False,
                "properties": {"article": TEXT, "words": TEXT},
            },
        },
        "rule_sentence": TEXT,
        "unfilled": TEXT,
        "places": TEXTS,
    },
}


@dataclass(frozen=True)
class Letter:
    """A letter as proposed: `kind` is its key in desk/notices.yml, `party` who it is for."""

    kind: str
    party: str
    title: str
    text: str


@dataclass(frozen=True)
class Texts:
    """Everything in desk/notices.yml."""

    notices: Mapping[str, Mapping[str, str]]
    reasons: Mapping[str, str]
    rules: Mapping[str, Mapping[str, str]]
    rule_sentence: str
    mark: str
    places: Mapping[str, str]


def texts_of(loaded: Any) -> Texts:
    """Return the texts of parsed YAML; ValueError for a wrong shape or a place without a name."""
    try:
        jsonschema.validate(loaded, SCHEMA)
    except jsonschema.ValidationError as error:
        raise ValueError(f"notices: {'/'.join(map(str, error.absolute_path))}: {error.message}") from error
    used = {
        place
        for text in (*(one["text"] for one in loaded["notices"].values()), *loaded["reasons"].values())
        for _, place, _, _ in Formatter().parse(text)
        if place is not None
    }
    if unknown := used - loaded["places"].keys():
        raise ValueError(f"notices: places without a name: {sorted(unknown)}")
    return Texts(
        loaded["notices"],
        loaded["reasons"],
        loaded["rules"],
        loaded["rule_sentence"],
        loaded["unfilled"],
        loaded["places"],
    )


@cache
def texts() -> Texts:
    """Return the office's letters, read once."""
    return texts_of(yaml.safe_load(FILE.read_text("utf-8")))


def kinds_for(kind: TicketKind, to: TicketStatus) -> list[str]:
    """Return the letters that go with a step of such a ticket, the consumer's first."""
    found = [
        (entry["party"] != "consumer", key)
        for key, entry in texts().notices.items()
        if entry["of"] == kind.value and entry["step"] == to.value
    ]
    return [key for _, key in sorted(found)]


def compose(
    kind: str,
    ticket: Ticket,
    course: Course,
    step: Step,
    *,
    today: date,
    our_office: str,
    **more: str,
) -> Letter:
    """Return the letter `kind` about the ticket, for the step that is being taken or was taken.

    `more` fills places the ticket does not know. KeyError for an unknown kind.
    """
    letters = texts()
    entry = letters.notices[kind]
    values = _Places(letters, _values(ticket, course, step, today, our_office) | more)
    values["reason"] = _reason(letters, step, values)
    return Letter(kind, entry["party"], entry["title"], entry["text"].format_map(values))


def unfilled(text: str) -> list[str]:
    """Return the marks in a letter that nobody has replaced."""
    around = texts().mark.split("{name}")
    marks = re.findall(".{0,40}?".join(map(re.escape, around)), text)
    return marks + re.findall(r"\{[a-z_]+\}", text)


class _Places(dict[str, str]):
    """Values by place; one that is empty or missing becomes its mark."""

    def __init__(self, letters: Texts, values: Mapping[str, str]) -> None:
        super().__init__({name: value for name, value in values.items() if value})
        self._letters = letters

    def __missing__(self, name: str) -> str:
        return self._letters.mark.format(name=self._letters.places[name])


def _reason(letters: Texts, step: Step, values: _Places) -> str:
    template = letters.reasons.get(step.ground)
    return template.format_map(values) if template else ""


def _values(ticket: Ticket, course: Course, step: Step, today: date, our_office: str) -> dict[str, str]:
    accepted_on = today if step.to is TicketStatus.ACCEPTED else course.accepted_on
    mediate_by = (
        clock.mediate_by(today).day if step.to is TicketStatus.ACCEPTED else periods(course).mediate_by
    )
    found = {
        "received_on": course.received_on,
        "accepted_on": accepted_on,
        "ended_on": course.ended_on or today,
        "today": today,
        "mediate_by": mediate_by,
        "happened_on": ticket.happened_on,
    }
    days = {name: _words_of(day) for name, day in found.items()}
    return {
        **days,
        "number": ticket.number,
        "merchant": ticket.merchant_name,
        "request": ticket.request,
        "our_office": our_office,
        "office": step.office,
        "competent_office": step.office,
        "article": _article(ticket.kind, step),
        "ground": wording.section("grounds").get(step.ground, ""),
        "pause": wording.section("reasons").get(step.reason, ""),
        "rule": _rule(step.rule),
        "missing": "".join(_missing(ticket)),
    }


def _article(kind: TicketKind, step: Step) -> str:
    grounds = FAILURE_GROUNDS if step.to is TicketStatus.FAILED else REFUSAL_GROUNDS
    if kind is TicketKind.REPORT:
        grounds = REPORT_REFUSAL_GROUNDS
    return articles.named(grounds[step.ground]) if step.ground in grounds else ""


def _missing(ticket: Ticket) -> Iterator[str]:
    """What the check before filing found missing or doubtful, in its own words."""
    for flag in ticket.flags:
        if flag.endswith("_missing") or flag in ("agent_papers", "name_not_real", "phone_invalid"):
            yield wording.section("findings").get(flag, "")


def _rule(code: str) -> str:
    rule = texts().rules.get(code)
    if rule is None:
        return ""
    return texts().rule_sentence.format(words=rule["words"], article=articles.named(rule["article"]))


def _words_of(day: date | None) -> str:
    if day is None:
        return ""
    return wording.day_words(day)
