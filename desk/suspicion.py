"""Signs that a claim is not for daily consumption (Order 121, art. 17): pure functions, shown to a person.

Each sign names its factor of the article and the complaints or words it is drawn from. A sign is
no finding: it refuses nothing, and nothing in this program acts on one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("suspicion.yml")


@dataclass(frozen=True)
class Policy:
    """The figures of desk/suspicion.yml."""

    quantity: Mapping[str, int]
    frequency: Mapping[str, int]
    repeated: Mapping[str, int]
    concerted: Mapping[str, float]

    @property
    def longest(self) -> int:
        """How many days back anything is looked at."""
        return int(max(self.frequency["days"], self.repeated["days"], self.concerted["days"]))


@dataclass(frozen=True)
class Claim:
    """A complaint as far as the signs look. `consumer` is a digest of the telephone number.

    `name` and `address` are full ones, compared here and returned by nothing.
    """

    number: str
    consumer: str
    name: str
    address: str
    merchant_key: str
    problem: str
    words: str
    day: date
    quantity: int | None = None
    files: int = 0
    self_declared: bool = False


@dataclass(frozen=True)
class Sign:
    """One sign. `code` is a key of `suspicion_signs`, `factor` the place in the article.

    `quoted` is what the complaint itself says, `numbers` the other complaints, `days` their span.
    """

    code: str
    factor: str
    quoted: str = ""
    numbers: tuple[str, ...] = ()
    days: int = 0


@cache
def policy() -> Policy:
    """Return the reviewed figures."""
    return Policy(**yaml.safe_load(FILE.read_text("utf-8")))


def signs(claim: Claim, others: Iterable[Claim], rules: Policy | None = None) -> list[Sign]:
    """Return the signs of art. 17 in a complaint beside the other ones, in the order of the article."""
    chosen = rules or policy()
    around = [other for other in others if other.number != claim.number]
    found = [
        *_quantity(claim, chosen),
        *_frequency(claim, around, chosen),
        *_repeated(claim, around, chosen),
        *_concerted(claim, around, chosen),
        *_shared_contact(claim, around),
    ]
    if claim.self_declared:
        found.append(Sign("self_declared", "17(5)"))
    # That nothing was handed in yet says little alone: most people bring their papers later.
    if found and not claim.files:
        found.append(Sign("no_proof", "17(3)"))
    return sorted(found, key=lambda sign: sign.factor)


def _quantity(claim: Claim, rules: Policy) -> list[Sign]:
    text = unicodedata.normalize("NFKC", claim.words)
    units = "|".join(map(re.escape, rules.quantity))
    found = []
    for match in re.finditer(rf"(?<![\d.])(\d{{1,6}})\s*({units})", text):
        if int(match[1]) >= rules.quantity[match[2]]:
            found.append(match[0])
    if claim.quantity is not None and claim.quantity >= min(
        rules.quantity.values(), default=claim.quantity + 1
    ):
        found.append(str(claim.quantity))
    return [Sign("quantity", "17(1)", quoted=" / ".join(dict.fromkeys(found)))] if found else []


def _frequency(claim: Claim, others: list[Claim], rules: Policy) -> list[Sign]:
    within = rules.frequency["days"]
    same = [
        other
        for other in others
        if _same_person(claim, other) and other.problem == claim.problem and _apart(claim, other) < within
    ]
    if not claim.problem or len(same) + 1 < rules.frequency["complaints"]:
        return []
    return [Sign("frequency", "17(1)", numbers=_numbers(same), days=within)]


def _repeated(claim: Claim, others: list[Claim], rules: Policy) -> list[Sign]:
    within = rules.repeated["days"]
    same = [
        other
        for other in others
        if _same_person(claim, other) and _same_dispute(claim, other) and _apart(claim, other) < within
    ]
    if len(same) + 1 < rules.repeated["complaints"]:
        return []
    return [Sign("repeated", "17(2)", numbers=_numbers(same), days=within)]


def _concerted(claim: Claim, others: list[Claim], rules: Policy) -> list[Sign]:
    """Near-identical words of different people; many people complaining in their own words is no sign."""
    within = int(rules.concerted["days"])
    mine = _threes(claim.words)
    if len(claim.words) < rules.concerted["shortest"]:
        return []
    alike = [
        other
        for other in others
        if not _same_person(claim, other)
        and _same_dispute(claim, other)
        and _apart(claim, other) < within
        and _alikeness(mine, _threes(other.words)) >= rules.concerted["alike"]
    ]
    if len(alike) < rules.concerted["complaints"]:
        return []
    return [Sign("concerted", "17(2)", numbers=_numbers(alike), days=within)]


def _shared_contact(claim: Claim, others: list[Claim]) -> list[Sign]:
    name, address = _plain(claim.name), _plain(claim.address)
    phone = [
        other
        for other in others
        if _same_person(claim, other) and name and _plain(other.name) not in ("", name)
    ]
    home = [
        other
        for other in others
        if address
        and _plain(other.address) == address
        and not _same_person(claim, other)
        and _plain(other.name) != name
    ]
    found = []
    if phone:
        found.append(Sign("shared_phone", "17(4)", numbers=_numbers(phone)))
    if home:
        found.append(Sign("shared_address", "17(4)", numbers=_numbers(home)))
    return found


def _same_person(one: Claim, other: Claim) -> bool:
    return bool(one.consumer) and one.consumer == other.consumer


def _same_dispute(one: Claim, other: Claim) -> bool:
    return bool(one.merchant_key and one.problem) and (one.merchant_key, one.problem) == (
        other.merchant_key,
        other.problem,
    )


def _apart(one: Claim, other: Claim) -> int:
    return abs((one.day - other.day).days)


def _numbers(claims: Iterable[Claim]) -> tuple[str, ...]:
    return tuple(sorted(claim.number for claim in claims))


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum()).casefold()


def _threes(text: str) -> frozenset[str]:
    plain = _plain(text)
    return frozenset(plain[place : place + 3] for place in range(len(plain) - 2))


def _alikeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def claim_facts(facts: Mapping[str, Any]) -> int | None:
    """Return the quantity among the facts of a complaint, None when it was not asked."""
    try:
        return int(str(facts.get("quantity", "")))
    except ValueError:
        return None
