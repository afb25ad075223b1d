"""Labels of two persons who do not see each other's, and a third who decides where they differ."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import pairwise
from typing import Any

from . import history, utterances
from .errors import LabelRefused
from .store import Store, Tx
from .store import labelling as rows
from .utterances import State, Utterance, policy

MOST_ENTITIES = 40


@dataclass(frozen=True)
class Label:
    """What somebody takes an utterance for. Spans count characters of its text, from 0, the end not included."""

    act: str
    topic: str = ""
    entities: tuple[tuple[int, int, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        spans = [{"start": start, "end": end, "entity": kind} for start, end, kind in self.entities]
        return {"act": self.act, "topic": self.topic, "entities": spans}


@dataclass(frozen=True)
class Given:
    """A label with who gave it and when; `decides`: as the third person."""

    by: str
    at: datetime
    label: Label
    decides: bool


@dataclass(frozen=True)
class Choices:
    """What may be chosen: acts, and the topics and doors of the acts that have them."""

    acts: Collection[str]
    topics: Collection[str]
    doors: Collection[str]

    def of(self, act: str) -> Collection[str] | None:
        """Return what an act may be about, None for an act that is about nothing in particular."""
        kind = policy()["with_topic"].get(act)
        return {None: None, "topic": self.topics, "door": self.doors}[kind]


def read(raw: Mapping[str, Any], text: str, choices: Choices) -> Label:
    """Return the label given as act, topic and entities; LabelRefused with the part that is wrong."""
    act, topic = str(raw.get("act") or ""), str(raw.get("topic") or "")
    if act not in choices.acts and act != policy()["none"]:
        raise LabelRefused("act")
    possible = choices.of(act)
    if possible is not None and topic not in possible:
        raise LabelRefused("topic")
    spans = () if act == policy()["none"] else _spans(raw.get("entities") or (), text)
    return Label(act, topic if possible is not None else "", spans)


def _spans(raw: Any, text: str) -> tuple[tuple[int, int, str], ...]:
    if not isinstance(raw, (list, tuple)) or len(raw) > MOST_ENTITIES:
        raise LabelRefused("entities")
    spans = []
    for one in raw:
        start, end = (one.get("start"), one.get("end")) if isinstance(one, Mapping) else (None, None)
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
            raise LabelRefused("entities")
        if one.get("entity") not in policy()["entities"] or text[start:end] != text[start:end].strip():
            raise LabelRefused("entities")
        spans.append((start, end, str(one["entity"])))
    spans.sort()
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        raise LabelRefused("entities")
    return tuple(spans)


def give(store: Store, id: int, label: Label, *, by: str, at: datetime | None = None) -> State:
    """Keep a person's label; the second one settles it or shows that they differ. Returns the state it is in now.

    LabelRefused once two others have labelled it, or it is settled.
    """
    moment = at or _now()
    with store.write() as tx:
        found = utterances.existing(tx, id, lock=True)
        if found.state is not State.OPEN:
            raise LabelRefused("closed")
        _keep(tx, id, label, by=by, at=moment, decides=False)
        history.record(tx, "utterance:label:give", str(id), by=by, at=moment, act=label.act)
        given = _given(tx, id)
        if len(given) < 2:
            return State.OPEN
        same = given[0].label == given[1].label
        return _settle(tx, found, State.AGREED if same else State.DIFFERS, label if same else None, moment)


def decide(store: Store, id: int, label: Label, *, by: str, at: datetime | None = None) -> None:
    """Settle where two differ; LabelRefused for one of the two (`own`), or where nothing is to be decided."""
    moment = at or _now()
    with store.write() as tx:
        found = utterances.existing(tx, id, lock=True)
        if found.state is not State.DIFFERS:
            raise LabelRefused("closed")
        if by in {one.by for one in _given(tx, id)}:
            raise LabelRefused("own")
        _keep(tx, id, label, by=by, at=moment, decides=True)
        history.record(tx, "utterance:label:decide", str(id), by=by, at=moment, act=label.act)
        _settle(tx, found, State.DECIDED, label, moment)


def visible(store: Store, utterance: Utterance, *, to: str) -> list[Given]:
    """Return the labels this person may see: their own, and all once two have labelled."""
    with store.read() as tx:
        given = _given(tx, utterance.id)
    if utterance.state is State.OPEN:
        return [one for one in given if one.by == to]
    return given


def given_pairs(store: Store) -> list[tuple[Label, Label]]:
    """Return the labels of the first and the second person of all that two have labelled."""
    with store.read() as tx:
        found = rows.pairs(tx.connection, None)
    by_utterance: dict[int, list[Label]] = {}
    for row in found:
        by_utterance.setdefault(row["utterance_id"], []).append(of_json(row))
    return [(pair[0], pair[1]) for pair in by_utterance.values() if len(pair) == 2]


def of_json(raw: Mapping[str, Any]) -> Label:
    """Return a label as it was kept."""
    spans = tuple((one["start"], one["end"], one["entity"]) for one in raw["entities"])
    return Label(raw["act"], raw["topic"], spans)


def _settle(tx: Tx, found: Utterance, state: State, label: Label | None, at: datetime) -> State:
    values: dict[str, Any] = {"state": state.value}
    if label is not None:
        values |= {"gold": label.as_json(), "settled_at": at}
    rows.change_utterance(tx.connection, found.id, values)
    return state


def _keep(tx: Tx, id: int, label: Label, *, by: str, at: datetime, decides: bool) -> None:
    row = {"utterance_id": id, "by": by, "at": at, "decides": decides, **label.as_json()}
    rows.put_label(tx.connection, row)


def _given(tx: Tx, id: int) -> list[Given]:
    found = rows.labels_of(tx.connection, id)
    return [Given(row["by"], row["at"], of_json(row), row["decides"]) for row in found]


def _now() -> datetime:
    return datetime.now(timezone.utc)
