"""Two models measured on the same lines: figures of each, and which lines became better and worse.

Parsing needs Rasa; it is handed in as a function, so that nothing here does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.metrics import f1_score

from knowledge.training_lines import Span, TrainingLine

RANKINGS = {"ask": "topic_ranking", "refer": "referral_ranking"}

Parse = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True)
class Heard:
    """What a model makes of a line; `topic` is what it takes for the topic or door if the act is as labelled."""

    act: str
    topic: str
    entities: frozenset[Span]


def read(parse: Parse, line: TrainingLine) -> Heard:
    """Return what the model makes of a line."""
    found = parse(line.text)
    ranking = found.get(RANKINGS.get(line.act, ""), None) or [{"name": ""}]
    spans = frozenset((one["start"], one["end"], one["entity"]) for one in found.get("entities") or ())
    return Heard(str((found.get("intent") or {}).get("name") or ""), str(ranking[0]["name"]), spans)


def compare(lines: Sequence[TrainingLine], base: Parse | None, candidate: Parse) -> dict[str, Any]:
    """Return `lines`, `base` and `candidate` with figures, and `better` and `worse` line by line.

    Figures lie in 0..1 and are None where there is nothing to measure. Without a base there is nothing to compare.
    """
    now = [read(candidate, line) for line in lines]
    was = [read(base, line) for line in lines] if base else []
    moved = [_moved(*row) for row in zip(lines, was, now, strict=True)] if base else []
    return {
        "lines": len(lines),
        "base": figures(lines, was) if base else None,
        "candidate": figures(lines, now),
        "better": [row for step, row in moved if step > 0],
        "worse": [row for step, row in moved if step < 0],
    }


def figures(lines: Sequence[TrainingLine], heard: Sequence[Heard]) -> dict[str, float | None]:
    """Return act accuracy and macro-F1, topic accuracy where a line has a topic or door, entity F1 by exact span."""
    pairs = list(zip(lines, heard, strict=True))
    with_topic = [(line, one) for line, one in pairs if line.topic]
    marked = sum(len(line.entities) + len(one.entities) for line, one in pairs)
    shared = sum(len(set(line.entities) & one.entities) for line, one in pairs)
    acts = [line.act for line in lines]
    return {
        "act_accuracy": _share([line.act == one.act for line, one in pairs]),
        "act_macro_f1": (
            float(
                f1_score(
                    acts,
                    [one.act for one in heard],
                    average="macro",
                    labels=sorted(set(acts)),
                    zero_division=0,
                )
            )
            if acts
            else None
        ),
        "topic_accuracy": _share([line.topic == one.topic for line, one in with_topic]),
        "entity_f1": 2 * shared / marked if marked else None,
    }


def _share(right: Sequence[bool]) -> float | None:
    return sum(right) / len(right) if right else None


def _moved(line: TrainingLine, was: Heard, now: Heard) -> tuple[int, dict[str, Any]]:
    step = _right(line, now) - _right(line, was)
    row = {
        "text": line.text,
        "right": _told(line.act, line.topic, frozenset(line.entities), line.text),
        "was": _told(was.act, was.topic if line.topic else "", was.entities, line.text),
        "now": _told(now.act, now.topic if line.topic else "", now.entities, line.text),
    }
    return (step > 0) - (step < 0), row


def _right(line: TrainingLine, heard: Heard) -> float:
    """How much of a line was heard right: the act first, then its topic, then its entities (0..3)."""
    if heard.act != line.act:
        return 0.0
    marked = len(line.entities) + len(heard.entities)
    spans = 2 * len(set(line.entities) & heard.entities) / marked if marked else 1.0
    return 1.0 + float(heard.topic == line.topic or not line.topic) + spans


def _told(act: str, topic: str, entities: frozenset[Span], text: str) -> dict[str, Any]:
    words = [{"entity": kind, "text": text[start:end]} for start, end, kind in sorted(entities)]
    return {"act": act, "topic": topic, "entities": words}
