"""Lines that the bot's understanding learns from, and those it is measured with, as files. Nothing of Rasa here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

GOLDEN_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["lines"],
    "properties": {
        "lines": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["text", "act"],
                "properties": {
                    "text": {"type": "string", "minLength": 1},
                    "act": {"type": "string", "minLength": 2},
                    "topic": {"type": "string", "minLength": 2},
                    "marked": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
        }
    },
}
UNWRITABLE = frozenset("[]{}\n\r")
"""Signs a line cannot hold: they mark entities, or end the line."""
_MARKED = re.compile(r"\[([^\]]+)\](?:\(([^)]*)\)|\{[^}]*\})")

Span = tuple[int, int, str]


@dataclass(frozen=True)
class TrainingLine:
    """A text with its act, its topic or door ('' for none), and the spans of its entities, end not included."""

    text: str
    act: str
    topic: str = ""
    entities: tuple[Span, ...] = ()

    @property
    def intent(self) -> str:
        """The act as the files name it: ask/travel, refer/labour, greet."""
        return f"{self.act}/{self.topic}" if self.topic else self.act


class GoldenRefused(ValueError):
    """The file of golden lines says what cannot be; the message names the place."""


def read_folder(folder: Path) -> Iterator[TrainingLine]:
    """Yield the lines of every file below a folder."""
    for path in sorted(folder.rglob("*.yml")):
        yield from read_file(path)


def read_file(path: Path) -> Iterator[TrainingLine]:
    """Yield the lines of one file in Rasa's YAML of examples; of another kind of file none."""
    content = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader) or {}
    for entry in content.get("nlu") or ():
        act, _, topic = str(entry.get("intent", "")).partition("/")
        for line in str(entry.get("examples") or "").splitlines():
            if line.strip().startswith("-"):
                text, spans = _unmarked(line.strip().removeprefix("-").strip())
                if text:
                    yield TrainingLine(text, act, topic, spans)


def write(lines: Iterable[TrainingLine], heading: str) -> str:
    """Return the lines as a file of examples, by intent in the order of the alphabet."""
    grouped: dict[str, list[TrainingLine]] = {}
    for line in lines:
        grouped.setdefault(line.intent, []).append(line)
    parts = [f"# {heading}", 'version: "3.1"', "", "nlu:" if grouped else "nlu: []"]
    for intent in sorted(grouped):
        parts += [f"- intent: {intent}", "  examples: |"]
        parts += [f"    - {_marked(line)}" for line in grouped[intent]]
    return "\n".join(parts) + "\n"


def golden(path: Path) -> list[TrainingLine]:
    """Return the lines a model is measured with; GoldenRefused."""
    content = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    try:
        jsonschema.validate(content, GOLDEN_SCHEMA)
    except jsonschema.ValidationError as error:
        raise GoldenRefused(f"{path.name}, {error.json_path}: {error.message}") from None
    return [_golden(row, path.name) for row in content["lines"]]


def _golden(row: dict[str, Any], name: str) -> TrainingLine:
    text, spans = row["text"], []
    for words, kind in (row.get("marked") or {}).items():
        start = text.find(words)
        if start < 0:
            raise GoldenRefused(f"{name}: {words!r} is not in {text!r}")
        spans.append((start, start + len(words), kind))
    return TrainingLine(text, row["act"], row.get("topic", ""), tuple(sorted(spans)))


def _unmarked(line: str) -> tuple[str, tuple[Span, ...]]:
    text, spans, last = "", [], 0
    for match in _MARKED.finditer(line):
        text += line[last : match.start()]
        if match.group(2):
            spans.append((len(text), len(text) + len(match.group(1)), match.group(2)))
        text += match.group(1)
        last = match.end()
    return text + line[last:], tuple(spans)


def _marked(line: TrainingLine) -> str:
    told = line.text
    for start, end, kind in sorted(line.entities, reverse=True):
        told = f"{told[:start]}[{told[start:end]}]({kind}){told[end:]}"
    return told
