"""Sentences the public and the staff read; they live in wording.yml and words/, never in Python."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).with_name("wording.yml")
SUBJECTS = Path(__file__).with_name("words")  # one file per later subject, each with sections of its own


@lru_cache(maxsize=1)
def wording() -> dict[str, Any]:
    """Return all sections of all files, read once; ValueError for a section that two files have."""
    loaded: dict[str, Any] = {}
    for file in (PATH, *sorted(SUBJECTS.glob("*.yml"))):
        sections = yaml.safe_load(file.read_text("utf-8"))
        if twice := loaded.keys() & sections.keys():
            raise ValueError(f"{file.name}: sections are elsewhere already: {sorted(twice)}")
        loaded |= sections
    return loaded


def section(name: str) -> dict[str, Any]:
    """Return one top-level part, such as `errors` or `chat`."""
    part: dict[str, Any] = wording()[name]
    return part


def say(path: str, **values: object) -> str:
    """Return the sentence at a dotted path with its {places} filled; KeyError when there is none."""
    found: Any = wording()
    for step in path.split("."):
        found = found[step]
    return str(found).format(**values) if values else str(found)
