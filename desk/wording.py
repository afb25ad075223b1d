"""The desk's Chinese, from desk/wording.yml and desk/words/: sentences and labels by section and key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from .errors import WordingMissing

FILE = Path(__file__).with_name("wording.yml")
SUBJECTS = Path(__file__).with_name("words")  # one file per later subject, each with sections of its own


def say(section: str, key: str) -> str:
    """Return the words for `key` (`findings` `too_late`); WordingMissing if there are none."""
    try:
        return _sections()[section][key]
    except KeyError as error:
        raise WordingMissing(f"{section}: {key}") from error


def section(name: str) -> Mapping[str, str]:
    """Return all words of one section; WordingMissing if there is no such section."""
    try:
        return _sections()[name]
    except KeyError as error:
        raise WordingMissing(name) from error


@cache
def _sections() -> Mapping[str, Mapping[str, str]]:
    loaded: dict[str, Mapping[str, str]] = {}
    for file in (FILE, *sorted(SUBJECTS.glob("*.yml"))):
        sections = yaml.safe_load(file.read_text("utf-8"))
        if twice := loaded.keys() & sections.keys():
            raise ValueError(f"{file.name}: sections are elsewhere already: {sorted(twice)}")
        loaded |= sections
    return loaded


def day_words(day: date) -> str:
    """Return a day as it is written in letters."""
    return say("citing", "day").format(year=day.year, month=day.month, day=day.day)
