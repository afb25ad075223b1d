"""How complete a ticket's evidence is, measured by the list of its case. Pure; no storage here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

BASICS = Path(__file__).with_name("data") / "evidence_basics.yml"


@dataclass(frozen=True)
class Item:
    """One thing to prove: what it is, what it proves, how to get it, and its weight from 1 up."""

    item: str
    proves: str
    how: str
    weight: int = 1


@dataclass(frozen=True)
class Proof:
    """An item with the ids of the files that prove it."""

    item: Item
    files: tuple[str, ...]


@dataclass(frozen=True)
class Completeness:
    """`score` is the weight proven in per cent of all weight, 100 for an empty list."""

    proofs: tuple[Proof, ...]
    score: int

    @property
    def missing(self) -> tuple[Item, ...]:
        """What no file proves yet, the weightiest first."""
        open_items = [proof.item for proof in self.proofs if not proof.files]
        return tuple(sorted(open_items, key=lambda item: -item.weight))


def measure(items: Sequence[Item], marks: Mapping[str, Collection[str]]) -> Completeness:
    """Return how much of `items` the marked files prove; `marks` maps an item's name to file ids."""
    proofs = tuple(Proof(item, tuple(sorted(marks.get(item.item, ())))) for item in items)
    whole = sum(item.weight for item in items)
    proven = sum(proof.item.weight for proof in proofs if proof.files)
    return Completeness(proofs, 100 * proven // whole if whole else 100)


@cache
def basics() -> tuple[Item, ...]:
    """Return the list for a ticket without a case; ValueError if its file has a flaw."""
    try:
        found = tuple(Item(**entry) for entry in yaml.safe_load(BASICS.read_text("utf-8"))["items"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"{BASICS.name}: {error}") from error
    if not found or any(not item.item or item.weight < 1 for item in found):
        raise ValueError(f"{BASICS.name}: an item without name or weight")
    return found
