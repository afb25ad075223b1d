"""The library's ask lines as training examples: read straight from the case files, nothing of Rasa here."""

from __future__ import annotations

import functools
from pathlib import Path

import yaml

from bot.cleaning import clean

CASES = Path(__file__).resolve().parents[1] / "knowledge" / "cases"
LONGEST = 1500


def ask_lines(cases: Path = CASES) -> tuple[tuple[str, str], ...]:
    """(topic, line) for every ask line of every case, cleaned as a consumer's words are."""
    paths = sorted(cases.glob("**/*.yml"))
    return _read_lines(tuple((path, path.stat().st_mtime_ns) for path in paths))


@functools.lru_cache(maxsize=2)
def _read_lines(files: tuple[tuple[Path, int], ...]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for path, _ in files:  # Rasa asks its importers several times in one training
        try:
            case = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            continue
        if not isinstance(case, dict) or not isinstance(case.get("ask"), list) or not case.get("topic"):
            continue
        lines = (clean(str(line), LONGEST) for line in case["ask"])
        found.extend((str(case["topic"]), line) for line in lines if line)
    return tuple(found)
