"""How far two persons who label the same lines agree. No storage here."""

from __future__ import annotations

import importlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .labels import Label


@dataclass(frozen=True)
class Agreement:
    """Over `count` lines: the share both took alike (0..1), and Cohen's kappa, None where chance decides nothing.

    Of one act or topic `count` are the lines at least one of the two took for it, `share` those both did.
    """

    count: int
    share: float
    kappa: float | None


@dataclass(frozen=True)
class Measured:
    """All figures. Topics are measured where both saw an act that has one; entities by exact span and kind."""

    lines: int
    act: Agreement
    acts: dict[str, Agreement]
    topic: Agreement
    topics: dict[str, Agreement]
    entity_f1: float | None
    entities: dict[str, float]


def measure(pairs: Sequence[tuple[Label, Label]]) -> Measured:
    """Return how far the labels of each pair agree."""
    acts = [(one.act, other.act) for one, other in pairs]
    topics = [
        (one.topic, other.topic) for one, other in pairs if one.act == other.act and one.topic and other.topic
    ]
    f1, by_kind = _spans(pairs)
    return Measured(len(pairs), _whole(acts), _each(acts), _whole(topics), _each(topics), f1, by_kind)


def _whole(pairs: Sequence[tuple[str, str]]) -> Agreement:
    same = sum(one == other for one, other in pairs)
    return Agreement(len(pairs), same / len(pairs) if pairs else 0.0, _kappa(pairs))


def _each(pairs: Sequence[tuple[str, str]]) -> dict[str, Agreement]:
    """By class, the most frequent first; kappa of this class against all others."""
    named: Counter[str] = Counter(name for pair in pairs for name in set(pair))
    found = {}
    for name, count in sorted(named.items(), key=lambda row: (-row[1], row[0])):
        both = sum(one == other == name for one, other in pairs)
        against = [(str(one == name), str(other == name)) for one, other in pairs]
        found[name] = Agreement(count, both / count, _kappa(against))
    return found


def _kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    if len({name for pair in pairs for name in pair}) < 2:
        return None
    cohen = importlib.import_module("sklearn.metrics").cohen_kappa_score  # slow to import
    value = float(cohen([one for one, _ in pairs], [other for _, other in pairs]))
    return None if math.isnan(value) else value


def _spans(pairs: Sequence[tuple[Label, Label]]) -> tuple[float | None, dict[str, float]]:
    shared: Counter[str] = Counter()
    marked: Counter[str] = Counter()
    for one, other in pairs:
        shared.update(kind for *_, kind in set(one.entities) & set(other.entities))
        marked.update(kind for label in (one, other) for *_, kind in label.entities)
    by_kind = {kind: 2 * shared[kind] / count for kind, count in marked.most_common()}
    total = sum(marked.values())
    return (2 * sum(shared.values()) / total if total else None), by_kind
