"""A candidate model: trained from the data and the lines of an order, and measured beside the model in use.

    python -m bot.candidate order.json

The order says: layer, held (files of lines), target (folder), base (model in use, '' for none). Progress and
result are JSON lines on the standard output; what Rasa prints goes between them.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import settings as settings_module
from bot import comparing, training
from bot.errors import BotError, ContentRefused, TrainingFailed
from knowledge import training_lines
from settings import ROOT, Settings

GOLDEN = ROOT / "bot" / "golden.yml"


@dataclass(frozen=True)
class Order:
    """What to make: the layer to learn from, the lines kept aside, where to put it, what to compare it with."""

    layer: Path
    held: Path
    target: Path
    base: Path | None
    golden: Path = GOLDEN


def read_order(path: Path) -> Order:
    said = json.loads(path.read_text("utf-8"))
    base = Path(said["base"]) if said.get("base") else None
    golden = Path(said["golden"]) if said.get("golden") else GOLDEN
    return Order(Path(said["layer"]), Path(said["held"]), Path(said["target"]), base, golden)


def run(settings: Settings, order: Order, sources: training.Sources | None = None) -> dict[str, Any]:
    """Carry an order out; returns `model` and `report`. Raises TrainingFailed, ContentRefused."""
    sources = replace(sources or training.Sources(), layer=order.layer)
    tell("vectors")
    training.build_vectors(settings)
    mark = training.fingerprint(sources, settings.vectors_dir)
    model = order.target / training.model_name(mark)
    tell("train")
    started = time.monotonic()
    if not model.exists():
        training.train_model(sources, model)
    tell("measure")
    seconds = round(time.monotonic() - started, 1)
    return {"model": str(model), "report": {**measured(order, model), "seconds": seconds}}


def measured(order: Order, model: Path) -> dict[str, Any]:
    """The candidate beside the model in use, on the golden lines and on those kept aside."""
    candidate = reader(model)
    base = reader(order.base) if order.base else None
    held = list(training_lines.read_file(order.held)) if order.held.exists() else []
    return {
        "golden": comparing.compare(training_lines.golden(order.golden), base, candidate),
        "held": comparing.compare(held, base, candidate),
    }


def reader(model: Path) -> comparing.Parse:
    """A function that parses a text as this model does."""
    import logging

    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    from bot.cleaning import clean

    configure_structlog(logging.WARNING)  # below that Rasa prints what consumers wrote (trap 13)
    agent, loop = Agent.load(str(model)), asyncio.new_event_loop()

    def parse(text: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = loop.run_until_complete(agent.parse_message(clean(text, 3000)))
        return found

    return parse


def tell(stage: str, **more: Any) -> None:
    """Say on the standard output how far it is."""
    print(json.dumps({"stage": stage, **more}, ensure_ascii=False), flush=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line: 0 with a result as the last JSON line, 1 without."""
    import skops.io  # noqa: F401  (before anything that imports TensorFlow)

    os.nice(10)  # people who are being answered go first
    path = (arguments if arguments is not None else sys.argv[1:])[0]
    try:
        result = run(settings_module.load(), read_order(Path(path)))
    except (TrainingFailed, ContentRefused, BotError, training_lines.GoldenRefused) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({"result": result}, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
