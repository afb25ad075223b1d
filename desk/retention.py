"""Keeping nothing longer than its rule in retention.yml says: what is due, and doing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from . import erasure, history
from .errors import ErasureRefused, RetentionRefused
from .store import Store, ticket_words
from .store import retention as rows
from .ticket import OPEN

FILE = Path(__file__).with_name("retention.yml")
CLASSES = (*rows.ERASABLE, *rows.DROPPED)
SHORTEST_DAYS = 7
BATCH = 100
FINISHED = "retention:run:finish"

_WORDS = {"type": "string", "minLength": 2}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["rules", "kept"],
    "properties": {
        "rules": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["class", "what", "days", "then", "why"],
                "properties": {
                    "class": {"enum": list(CLASSES)},
                    "what": _WORDS,
                    "days": {"type": "integer", "minimum": SHORTEST_DAYS},
                    "then": {"enum": ["erase", "delete"]},
                    "why": _WORDS,
                },
            },
        },
        "kept": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["what", "why"],
                "properties": {"what": _WORDS, "why": _WORDS},
            },
        },
    },
}


@dataclass(frozen=True)
class Rule:
    """One class of data: how many days after its last change it goes, and why."""

    kind: str
    what: str
    days: int
    why: str


@dataclass(frozen=True)
class Done:
    """What a run did, or would do, under one rule."""

    rule: Rule
    count: int


Told = Callable[[Done], None]


def rules() -> list[Rule]:
    """Return the rules in force."""
    return read(FILE.read_text("utf-8"))


def read(text: str) -> list[Rule]:
    """Return the rules of a file's text; RetentionRefused says what in it cannot be."""
    content = yaml.safe_load(text)
    try:
        jsonschema.validate(content, SCHEMA)
    except jsonschema.ValidationError as error:
        place = "/".join(str(part) for part in error.absolute_path)
        raise RetentionRefused(f"{place}: {error.message}") from None
    found = [Rule(row["class"], row["what"], row["days"], row["why"]) for row in content["rules"]]
    for row in content["rules"]:
        if (row["then"] == "erase") != (row["class"] in rows.ERASABLE):
            raise RetentionRefused(f"{row['class']}: {row['then']} is not what happens to it")
    if sorted(rule.kind for rule in found) != sorted(CLASSES):
        raise RetentionRefused(f"every class once: {', '.join(CLASSES)}")
    return found


def due(store: Store, *, at: datetime | None = None) -> list[Done]:
    """Return what a run would do now, rule by rule; nothing is changed."""
    moment = at or _now()
    open_states = [status.value for status in OPEN]
    found = []
    with store.read() as tx:
        for rule in rules():
            before = moment - timedelta(days=rule.days)
            if rule.kind in rows.ERASABLE:
                count = rows.count_erasable(tx.connection, rule.kind, before, open_states)
            else:
                count = rows.count_dropped(tx.connection, rule.kind, before)
            found.append(Done(rule, count))
    return found


def run(
    store: Store, files: Path, *, by: str = "system", at: datetime | None = None, told: Told | None = None
) -> list[Done]:
    """Do what is due, each rule in small transactions; recorded with its figures."""
    moment = at or _now()
    done = []
    for rule in rules():
        before = moment - timedelta(days=rule.days)
        if rule.kind in rows.ERASABLE:
            count = _erase(store, files, rule.kind, before, by, moment)
        else:
            with store.write() as tx:
                count = rows.drop(tx.connection, rule.kind, before)
        done.append(Done(rule, count))
        if told:
            told(done[-1])
    _settle(store)
    with store.write() as tx:
        figures = {entry.rule.kind: entry.count for entry in done}
        history.record(tx, FINISHED, "retention", by=by, at=moment, figures=figures)
    return done


def last_run(store: Store) -> datetime | None:
    """Return when a run last finished."""
    found = history.newest(store, limit=1, narrow=history.Filter(event=FINISHED))
    return found[0].at if found else None


def _settle(store: Store) -> None:
    """Let the index of words forget what was taken out of it, in steps others can write between."""
    more, begin = True, True
    while more:
        with store.write() as tx:
            more = ticket_words.settle(tx.connection, begin=begin)
        begin = False


def _erase(store: Store, files: Path, kind: str, before: datetime, by: str, at: datetime) -> int:
    open_states = [status.value for status in OPEN]
    count = 0
    while True:
        with store.read() as tx:
            found = rows.erasable(tx.connection, kind, before, open_states, BATCH)
        for conversation_id in found:
            try:
                erasure.erase(store, files, conversation_id, by=by, reason="retention", at=at)
            except ErasureRefused:  # someone opened a ticket in it this very moment
                return count
            count += 1
        if len(found) < BATCH:
            return count


def _now() -> datetime:
    return datetime.now(timezone.utc)
