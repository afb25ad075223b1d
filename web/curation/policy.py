"""The policy of curation (policy.yml), checked when it is read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("policy.yml")


@dataclass(frozen=True)
class Policy:
    """See policy.yml for what each decides."""

    review_months: int
    second_reader: str
    files_kept: int
    hand_out_seconds: int
    law_days: int


@lru_cache(maxsize=1)
def policy() -> Policy:
    """Return the policy; ValueError names what is missing, unknown or not a positive number."""
    return read(FILE)


def read(file: Path) -> Policy:
    """Return the policy of a file."""
    raw = yaml.safe_load(file.read_text("utf-8"))
    wanted = {field.name: {"int": int, "str": str}[str(field.type)] for field in fields(Policy)}
    if wrong := wanted.keys() ^ raw.keys():
        raise ValueError(f"{file.name}: missing or unknown: {sorted(wrong)}")
    for name, kind in wanted.items():
        if type(raw[name]) is not kind or not raw[name] or (kind is int and raw[name] < 1):
            raise ValueError(f"{file.name}: {name} must be a {kind.__name__} above nothing")
    return Policy(**raw)
