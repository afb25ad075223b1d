"""The words beside the program: how rules, fact types and plain answers are said. Read once, from this package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).resolve().parent
Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class RuleWords:
    """One rule of rules.yml; texts have {places}. `variants` holds formula, capped, text, passed …"""

    label: str
    basis: str
    without: str
    variants: Mapping[str, str]


@dataclass(frozen=True)
class Speech:
    """What fact_types.yml says: hints by type, whole-reply words, and by type the groups of near words.

    `aside` holds groups of what no fact asks for, `sums` and `carries` the names of sums, `paid` the verbs between a
    name and its sum, `difference` and `beyond` what is taken beyond the price, `self` how a writer says their own age.
    """

    hints: Mapping[str, str]
    unknown: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    near: Mapping[str, Groups]
    aside: Mapping[str, Groups]
    sums: tuple[str, ...]
    carries: tuple[str, ...]
    paid: tuple[str, ...]
    difference: tuple[str, ...]
    beyond: tuple[str, ...]
    total: tuple[str, ...]
    self: tuple[str, ...]


def _read(name: str) -> Any:
    return YAML(typ="safe", pure=True).load((HERE / name).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Mapping[str, RuleWords]]:
    """{'remedies': {rule: words}, 'deadlines': {rule: words}}."""
    return {
        kind: {
            rule: RuleWords(
                raw["label"],
                raw["basis"],
                raw["without"],
                {key: text for key, text in raw.items() if key not in ("label", "basis", "without")},
            )
            for rule, raw in entries.items()
        }
        for kind, entries in _read("rules.yml").items()
    }


@lru_cache(maxsize=1)
def speech() -> Speech:
    raw = _read("fact_types.yml")
    return Speech(
        hints={kind: entry["hint"] for kind, entry in raw["types"].items()},
        unknown=frozenset(map(str, raw["unknown"])),
        yes=frozenset(map(str, raw["yes"])),
        no=frozenset(map(str, raw["no"])),
        near={kind: tuple(map(tuple, groups)) for kind, groups in raw["near"].items()},
        aside={kind: tuple(map(tuple, groups)) for kind, groups in raw["aside"].items()},
        sums=tuple(raw["sums"]),
        carries=tuple(raw["carries"]),
        paid=tuple(raw["paid"]),
        difference=tuple(raw["difference"]),
        beyond=tuple(raw["beyond"]),
        total=tuple(raw["total"]),
        self=tuple(raw["self"]),
    )


@lru_cache(maxsize=1)
def jargon() -> Mapping[str, str]:
    """Lawyers' words → plain ones (jargon.yml)."""
    return {str(word): str(plain) for word, plain in _read("jargon.yml").items()}


@dataclass(frozen=True)
class Varieties:
    """varieties.yml: dialect word → standard word, and what is said only while thinking."""

    words: Mapping[str, str]
    fillers: tuple[str, ...]


@lru_cache(maxsize=1)
def varieties() -> Varieties:
    raw = _read("varieties.yml")
    words = {str(word): str(said) for word, said in raw["words"].items()}
    return Varieties(words, tuple(map(str, raw["fillers"])))
