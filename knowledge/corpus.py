"""Example lines for learning: topic-labelled and foreign lines from Rasa's NLU folder, read as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from knowledge.index import Row, RowKind
from knowledge.training_lines import read_file

FOREIGN = frozenset(
    (
        "chitchat",
        "ask_bot",
        "greet",
        "thanks",
        "bye",
        "complain_about_bot",
        "feedback_good",
        "insult",
        "distress",
        "danger",
        "silence_filler",
    )
)


def example_rows(folder: Path | None, topics: frozenset[str]) -> list[Row]:
    """Lines of `ask/<topic>` by topic; lines of `refer/…` and of small talk as foreign. No folder, no lines."""
    if folder is None or not folder.is_dir():
        return []
    rows: dict[str, Row] = {}
    for file in sorted(folder.rglob("*.yml")):
        for row in _rows(file, topics):
            rows.setdefault(row.text, row)
    return sorted(rows.values(), key=lambda row: (row.kind.value != RowKind.TOPIC.value, row.topic))


def _rows(file: Path, topics: frozenset[str]) -> Iterator[Row]:
    for line in read_file(file):
        if line.act == "ask" and line.topic in topics:
            yield Row(line.text, RowKind.TOPIC, "", line.topic)
        elif line.act == "refer" or line.act in FOREIGN:
            yield Row(line.text, RowKind.NEGATIVE, "", "")
