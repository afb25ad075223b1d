"""What consumers wrote, chosen to be labelled: where the model was unsure, or what happened speaks against it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from . import history, reviewed
from .errors import UtteranceNotFound, UtteranceRefused
from .personal import without_numbers
from .store import Store, Tx
from .store import labelling as rows

MOST_ADDED = 2000
LOOKED_BACK = 200  # messages of a conversation in which the decisions before its ticket are looked for
MARKS = ("label:messages", "label:questions", "label:tickets")
SIGNS = re.compile(r"[\W_]+")


class Reason(str, Enum):
    """Why an utterance was chosen."""

    ADDED = "added"  # by hand
    ACT_UNSURE = "act_unsure"
    CASE = "case"  # answered from another topic than the one understood
    MISSED = "missed"  # the library found nothing
    REFUSED = "refused"  # 都不是
    SAFETY = "safety"
    SAMPLE = "sample"  # drawn evenly, whatever the model thought
    TAKEN_OVER = "taken_over"
    THUMBS_DOWN = "thumbs_down"
    TICKET = "ticket"  # the complaint that was filed has another topic
    TOPIC_UNSURE = "topic_unsure"


class State(str, Enum):
    OPEN = "open"  # fewer than two labels
    AGREED = "agreed"
    DIFFERS = "differs"  # two labels that differ: a third person decides
    DECIDED = "decided"


@dataclass(frozen=True)
class Utterance:
    """A line to be labelled. `gold`: the label that holds, once one does; `held`: only ever measured with."""

    id: int
    text: str
    digest: str
    conversation_id: str | None
    reasons: list[str]
    heard: dict[str, Any]
    sure: int | None
    held: bool
    state: State
    gold: dict[str, Any] | None
    made_by: str
    made_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class _Found:
    text: str
    reasons: tuple[Reason, ...]
    heard: dict[str, Any]
    conversation_id: str | None


TopicOf = Callable[[str], str]


def line_of(text: str) -> str:
    """Return a message as one line, without numbers to call, of orders, cards and persons."""
    return without_numbers(" ".join(text.split()))


def digest_of(text: str) -> str:
    """Return what two lines have in common that differ in spaces and signs only."""
    plain = SIGNS.sub("", text).casefold() or text
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def is_held(digest: str) -> bool:
    """Tell whether a line of this digest is kept aside for measuring."""
    return int(digest[:8], 16) % int(policy()["held_every"]) == 0


def policy() -> dict[str, Any]:
    """Return labelling.yml."""
    return reviewed.load("labelling")


def gather(store: Store, topic_of: TopicOf, *, at: datetime | None = None) -> int:
    """Look through what came since the last look and keep what should be labelled; returns how many are new.

    `topic_of`: the topic of a case by its id, '' when unknown. Looks over all offices: what is kept has no
    numbers in it and is nobody's in particular.
    """
    moment, whole = at or _now(), store.everywhere()
    kept = 0
    for mark, look in zip(MARKS, (_from_messages, _from_questions, _from_tickets), strict=True):
        while True:
            with whole.write() as tx:
                found, last = look(tx, _start(tx, mark), topic_of)
                kept += _keep(tx, found, by="system", at=moment)
                if last is None:
                    break
                rows.set_mark(tx.connection, mark, last)
    return kept


def add(store: Store, texts: Iterable[str], *, by: str, at: datetime | None = None) -> tuple[int, int]:
    """Keep lines somebody brings; returns how many are new and how many were not taken. UtteranceRefused for none."""
    lines = [line_of(text) for text in texts if text.strip()]
    if not lines:
        raise UtteranceRefused("empty")
    if len(lines) > MOST_ADDED:
        raise UtteranceRefused("too_many")
    found = [_Found(line, (Reason.ADDED,), {}, None) for line in lines if _fits(line)]
    with store.write() as tx:
        count = _keep(tx, found, by=by, at=at or _now())
        history.record(tx, "utterance:line:add", "utterances", by=by, new=count, lines=len(lines))
    return count, len(lines) - count


def get(store: Store, id: int) -> Utterance:
    """Return an utterance; UtteranceNotFound."""
    with store.read() as tx:
        return existing(tx, id)


def existing(tx: Tx, id: int, *, lock: bool = False) -> Utterance:
    row = rows.utterance(tx.connection, id, lock=lock)
    if row is None:
        raise UtteranceNotFound(str(id))
    return of_row(row)


def of_row(row: Mapping[str, Any]) -> Utterance:
    values = {name: row[name] for name in Utterance.__dataclass_fields__}
    return Utterance(**{**values, "state": State(row["state"])})


def to_label(store: Store, by: str, *, skip: Collection[int] = ()) -> Utterance | None:
    """Return what this person should label next: what waits for a second label first, then the newest."""
    with store.read() as tx:
        found = rows.to_label(tx.connection, by, limit=1, skip=skip)
    return of_row(found[0]) if found else None


def count_to_label(store: Store, by: str) -> int:
    """Return how many wait for this person's label."""
    with store.read() as tx:
        return rows.count_to_label(tx.connection, by)


def listed(
    store: Store, states: Collection[State], *, limit: int = 50, before_id: int | None = None
) -> list[Utterance]:
    """Return utterances of these states, newest first."""
    with store.read() as tx:
        found = rows.listed(
            tx.connection, [state.value for state in states], before_id=before_id, limit=limit
        )
    return [of_row(row) for row in found]


def count_by_state(store: Store) -> dict[State, int]:
    """Return how many there are of each state."""
    with store.read() as tx:
        found = rows.count_by_state(tx.connection)
    return {state: found.get(state.value, 0) for state in State}


def settled(store: Store) -> list[Utterance]:
    """Return what has a label that holds, oldest first."""
    with store.read() as tx:
        return [of_row(row) for row in rows.settled(tx.connection)]


# --- choosing


def _start(tx: Tx, mark: str) -> int:
    known = rows.mark(tx.connection, mark)
    if known or mark != MARKS[0]:
        return known
    return max(0, rows.newest_message(tx.connection) - int(policy()["look_back"]))


def _from_messages(tx: Tx, after: int, topic_of: TopicOf) -> tuple[list[_Found], int | None]:
    """What the bot answered with a doubt, or from another topic; and the id looked at last, None at the end."""
    part = rows.messages_after(tx.connection, after, int(policy()["at_once"]))
    answers = {
        row["body"]["reply_to"]: row["body"]["decision"]
        for row in part
        if isinstance(row["body"].get("decision"), dict) and isinstance(row["body"].get("reply_to"), int)
    }
    said = rows.bodies(tx.connection, list(answers))
    found = []
    for id, told in sorted(said.items()):
        decision = answers[id]
        reasons = (*_doubts(decision), *_other_topic(decision, topic_of))
        if not reasons and id % int(policy()["sample_every"]) == 0:
            reasons = (Reason.SAMPLE,)
        if reasons and told["kind"] == "text" and not told["body"].get("choice"):
            found.append(_Found(_text(told["body"]), reasons, heard(decision), told["conversation_id"]))
    return found, part[-1]["id"] if part else None


def _from_questions(tx: Tx, after: int, topic_of: TopicOf) -> tuple[list[_Found], int | None]:
    part = rows.questions_after(tx.connection, after, int(policy()["at_once"]))
    found = [
        _Found(
            row["text"],
            (Reason(row["kind"]), *_doubts(row["decision"])),
            heard(row["decision"]),
            row["conversation_id"],
        )
        for row in part
    ]
    return found, part[-1]["id"] if part else None


def _from_tickets(tx: Tx, after: int, topic_of: TopicOf) -> tuple[list[_Found], int | None]:
    """Questions whose topic was taken for another than the complaint's in the end."""
    part = rows.tickets_after(tx.connection, after, int(policy()["at_once"]))
    found = []
    for ticket in part:
        told = rows.said_by_bot(tx.connection, ticket["conversation_id"], LOOKED_BACK)
        wrong = {
            row["body"]["reply_to"]: row["body"]["decision"]
            for row in told
            if isinstance(row["body"].get("decision"), dict)
            and isinstance(row["body"].get("reply_to"), int)
            and row["body"]["decision"].get("act") == "ask"
            and _best(row["body"]["decision"])[0] not in ("", ticket["topic"])
        }
        for id, row in sorted(rows.bodies(tx.connection, list(wrong)).items()):
            if row["kind"] == "text" and not row["body"].get("choice"):
                decision = wrong[id]
                found.append(
                    _Found(_text(row["body"]), (Reason.TICKET,), heard(decision), row["conversation_id"])
                )
    return found, part[-1]["id"] if part else None


def heard(decision: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the model made of a message, out of the record of its turn; {} where it was not asked."""
    if not decision.get("act"):
        return {}
    topic, chance = _best(decision) if decision["act"] == "ask" else ("", 0.0)
    return {
        "act": str(decision["act"]),
        "confidence": float(decision.get("act_confidence") or 0.0),
        "topic": topic,
        "topic_confidence": chance,
    }


def _best(decision: Mapping[str, Any]) -> tuple[str, float]:
    ranking = decision.get("topic")
    if not isinstance(ranking, Mapping) or not ranking:
        return "", 0.0
    best = max(ranking, key=lambda slug: float(ranking[slug]))
    return str(best), float(ranking[best])


def _doubts(decision: Mapping[str, Any]) -> tuple[Reason, ...]:
    known, bars = heard(decision), policy()
    if not known:
        return ()
    doubts = []
    if known["confidence"] < bars["unsure_below"]:
        doubts.append(Reason.ACT_UNSURE)
    if known["act"] == "ask" and known["topic_confidence"] < bars["topic_unsure_below"]:
        doubts.append(Reason.TOPIC_UNSURE)
    return tuple(doubts)


def _other_topic(decision: Mapping[str, Any], topic_of: TopicOf) -> tuple[Reason, ...]:
    case, best = str(decision.get("case") or ""), _best(decision)[0]
    if not case or decision.get("act") != "ask" or not best:
        return ()
    return (Reason.CASE,) if topic_of(case) not in ("", best) else ()


def _sure(known: Mapping[str, Any]) -> int | None:
    if not known:
        return None
    chances = [known["confidence"], *([known["topic_confidence"]] if known["act"] == "ask" else [])]
    return round(100 * min(chances))


def _keep(tx: Tx, found: Sequence[_Found], *, by: str, at: datetime) -> int:
    """Keep what is not there yet; what is gets the new reasons while nobody has settled it."""
    lines = [(line_of(one.text), one) for one in found]
    fitting = [(line, digest_of(line), one) for line, one in lines if _fits(line)]
    there: dict[str, Any] = dict(rows.known(tx.connection, {digest for _, digest, _ in fitting}))
    new = 0
    for line, digest, one in fitting:
        reasons = [reason.value for reason in one.reasons]
        if (known := there.get(digest)) is not None:
            more = [reason for reason in reasons if reason not in known["reasons"]]
            if more and known["state"] == State.OPEN.value:
                merged = [*known["reasons"], *more]
                rows.change_utterance(tx.connection, known["id"], {"reasons": merged})
                there[digest] = {**known, "reasons": merged}
            continue
        row = {
            "text": line,
            "digest": digest,
            "conversation_id": one.conversation_id,
            "reasons": reasons,
            "heard": one.heard,
            "sure": _sure(one.heard),
            "held": is_held(digest),
            "state": State.OPEN.value,
            "gold": None,
            "made_by": by,
            "made_at": at,
            "settled_at": None,
        }
        id = rows.insert_utterance(tx.connection, row)
        there[digest] = {"id": id, "state": State.OPEN.value, "reasons": reasons}
        new += 1
    return new


def _fits(line: str) -> bool:
    return policy()["shortest"] <= len(line) <= policy()["longest"]


def _text(body: Mapping[str, Any]) -> str:
    return str(body.get("text") or "")


def _now() -> datetime:
    return datetime.now(timezone.utc)
