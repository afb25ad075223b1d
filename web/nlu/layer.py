"""The lines labelled on the desk as training data, laid over those of data/nlu; what is not taken and why."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk import labels, utterances
from desk.labels import Choices
from desk.utterances import digest_of
from knowledge import training_lines
from knowledge.training_lines import TrainingLine
from settings import ROOT, Settings

from ..wording import say, section

LINES = ROOT / "data" / "nlu"
GOLDEN = ROOT / "bot" / "golden.yml"
OWN = LINES / "labelled.yml"
"""Where the terminal writes them, to be checked in."""


@dataclass(frozen=True)
class Layer:
    """`lines` are learned from, `held` only measured with, `left_out` counts by reason what is neither."""

    lines: list[TrainingLine]
    held: list[TrainingLine]
    left_out: dict[str, int]


def layer_file(settings: Settings) -> Path:
    """Return where the desk keeps the lines for training."""
    return settings.nlu_dir / "labelled.yml"


def act_names() -> dict[str, str]:
    """Return what each act is called, in the order of the page."""
    return {act: name for group in section("labelling")["acts"].values() for act, name in group.items()}


def choices(topics: Iterable[str], doors: Iterable[str]) -> Choices:
    """Return what may be chosen on the desk."""
    asked_for = frozenset(doors) - set(utterances.policy()["not_doors"])
    return Choices(frozenset(act_names()), frozenset(topics), asked_for)


def compose(
    store: Any, settings: Settings, possible: Choices, ask_lines: Iterable[tuple[str, str]] = ()
) -> Layer:
    """Return what the settled labels give: nothing twice, nothing under two acts, nothing that is measured with.

    `ask_lines`: (topic, line) of the library's cases, which are learned from as well.
    """
    known = _known(ask_lines)
    measured = {digest_of(line.text) for line in training_lines.golden(GOLDEN)} | set(_evaluation(settings))
    lines, held, left_out = [], [], Counter[str]()
    for one in utterances.settled(store):
        line = _line(one.text, one.gold or {})
        why = _why_not(line, one.digest, known, measured, possible)
        if why:
            left_out[why] += 1
        elif one.held:
            held.append(line)
            left_out["held"] += 1
        else:
            lines.append(line)
    return Layer(lines, held, dict(left_out))


def write(store: Any, settings: Settings, layer: Layer) -> Path:
    """Keep the lines where training finds them, and take what was erased since out of the files of earlier ones."""
    target = layer_file(settings)
    _replace(target, training_lines.write(layer.lines, say("labelling.heading")))
    settled = {one.digest for one in utterances.settled(store)}
    for kept in (*settings.model_dir.glob("*.nlu.yml"), *settings.nlu_dir.glob("runs/*/*.yml")):
        before = list(training_lines.read_file(kept))
        left = [line for line in before if digest_of(line.text) in settled]
        if len(left) < len(before):
            _replace(kept, training_lines.write(left, say("labelling.heading")))
    return target


def write_into_data(layer: Layer, target: Path = OWN) -> int:
    """Add the lines to those in the file of data/nlu that is checked in; returns how many are new."""
    before = list(training_lines.read_file(target)) if target.exists() else []
    if layer.lines:
        _replace(target, training_lines.write([*before, *layer.lines], say("labelling.heading")))
    return len(layer.lines)


def _replace(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=target.parent, delete=False) as file:
        file.write(text)
    Path(file.name).chmod(0o644)
    os.replace(file.name, target)  # noqa: PTH105  (Path.replace would do the same)


def _line(text: str, gold: Mapping[str, Any]) -> TrainingLine:
    label = labels.of_json(gold)
    return TrainingLine(text, label.act, label.topic, label.entities)


def _why_not(
    line: TrainingLine, digest: str, known: Mapping[str, str], measured: set[str], possible: Choices
) -> str:
    if line.act == utterances.policy()["none"]:
        return "unusable"
    about = possible.of(line.act)
    if line.act not in possible.acts or (about is not None and line.topic not in about):
        return "unknown"
    if digest in measured:
        return "evaluation"
    if digest in known:
        return "duplicate" if known[digest] == line.intent else "other_act"
    if training_lines.UNWRITABLE & set(line.text):
        return "signs"
    return ""


def _known(ask_lines: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The intent of every line that is learned from already, by digest."""
    known = {digest_of(line): f"ask/{topic}" for topic, line in ask_lines}
    return known | {digest_of(line.text): line.intent for line in training_lines.read_folder(LINES)}


def _evaluation(settings: Settings) -> Iterator[str]:
    if not settings.evaluation_texts.is_dir():
        return
    for path in sorted(settings.evaluation_texts.glob("*.jsonl")):
        for row in path.read_text("utf-8").splitlines():
            if row.strip():
                yield digest_of(utterances.line_of(str(json.loads(row).get("text") or "")))
