"""Example lines for learning: topic-labelled and foreign lines from Rasa's NLU folder, read as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML

from knowledge.index import Row, RowKind

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
_ANNOTATED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


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
    data = YAML(typ="safe").load(file.read_text(encoding="utf-8")) or {}
    for entry in data.get("nlu") or ():
        act, _, label = str(entry.get("intent", "")).partition("/")
        if act == "ask" and label in topics:
            kind, topic = RowKind.TOPIC, label
        elif act == "refer" or act in FOREIGN:
            kind, topic = RowKind.NEGATIVE, ""
        else:
            continue
        for line in str(entry.get("examples") or "").splitlines():
            text = _ANNOTATED.sub(r"\1", line.strip().removeprefix("-").strip())
            if text:
                yield Row(text, kind, "", topic)
