"""How sure is sure enough: the thresholds of the talk, read from thresholds.yml."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("thresholds.yml")


@dataclass(frozen=True)
class Thresholds:
    """Probabilities, 0 to 1.

    Share of a message that is a consumer's matter rather than another door's, a merchant's or nobody's: from `ours` on a
    question is a consumer's (`buyer` where otherwise it would be a merchant's), below `least_ours` nothing found makes
    it one, from `surely_ours` on even a weak find is offered, from `perhaps` on the nearest cases stand beneath a referral.
    The library's own confidence: `certain` overrides a doubtful question, `confident` takes a message other acts
    claim, below `weak` a choice would be a guess, from `elsewhere` on a reply is taken for another matter.
    Acts: from `sure_act` on an act that is no reply does not answer an open question, below `unsure` an act
    is a guess, below `side` a merchant's act is asked about. `door` is the least for a special referral, `distress` the least to act on it at once.
    """

    ours: float
    buyer: float
    least_ours: float
    surely_ours: float
    perhaps: float
    certain: float
    confident: float
    weak: float
    elsewhere: float
    sure_act: float
    unsure: float
    side: float
    door: float
    distress: float


@lru_cache(maxsize=1)
def thresholds() -> Thresholds:
    """The thresholds in force. ValueError names what is missing, unknown or out of range."""
    values = yaml.safe_load(FILE.read_text("utf-8"))
    known = {field.name for field in fields(Thresholds)}
    if set(values) != known:
        raise ValueError(f"{FILE.name}: missing or unknown: {sorted(set(values) ^ known)}")
    wrong = [name for name, value in values.items() if not 0 <= float(value) <= 1]
    if wrong:
        raise ValueError(f"{FILE.name}: not between 0 and 1: {wrong}")
    return Thresholds(**{name: float(value) for name, value in values.items()})
