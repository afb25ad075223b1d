"""The desk's Chinese, from desk/wording.yml: sentences and labels by section and key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from .errors import WordingMissing

FILE = Path(__file__).with_name("wording.yml")


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
    with FILE.open(encoding="utf-8") as file:
        loaded: Mapping[str, Mapping[str, str]] = yaml.safe_load(file)
    return loaded
