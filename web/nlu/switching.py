"""Putting a model in use: the file that names it is changed, the bot follows, and what it says of it is kept."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from desk import model_runs, serving_model
from desk.errors import DeskError, ModelRefused
from desk.model_runs import Move, Run
from desk.serving_model import Serving

from ..bot_connection import BotFailed
from ..parts import Parts

log = logging.getLogger("weiquan.nlu")

PATIENCE = 120.0
LOOK_EVERY = 0.5
OVERTAKEN = timedelta(seconds=30)  # after which the file must name the model of a move that waits


def promote(parts: Parts, run: Run, candidate: Path | None, *, by: str) -> Move:
    """Have the candidate of a run used; ModelRefused unless it may be, `gone` when its file is not here."""
    if candidate is None:
        raise ModelRefused("gone")
    folder = parts.settings.model_dir
    move = model_runs.promote(parts.store, run.id, serving=_used(folder), by=by)
    _copy(candidate, folder / candidate.name)
    layer = serving_model.layer_of(candidate)
    if not layer.is_file():
        layer = candidate.with_name("labelled.yml")
    if layer.is_file():
        _copy(layer, serving_model.layer_of(folder / candidate.name))
    _point(folder, move.model, move.before)
    _watch(parts)
    return move


def use_earlier(parts: Parts, *, by: str) -> Move:
    """Have the model before the one in use used again; ModelRefused (`nothing`) without one."""
    folder = parts.settings.model_dir
    earlier = earlier_model(folder)
    if earlier is None:
        raise ModelRefused("nothing")
    move = model_runs.use_earlier(parts.store, earlier, serving=_used(folder), by=by)
    _point(folder, move.model, move.before)
    _watch(parts)
    return move


def earlier_model(folder: Path) -> str | None:
    """Return the model one can go back to, None without one."""
    chosen = serving_model.read(folder)
    return chosen.before if chosen and chosen.before and (folder / chosen.before).is_file() else None


def look(parts: Parts) -> bool:
    """Ask the bot about the move that waits; True when there is none (any more).

    A model the bot cannot load is not in use any more: the one before is named again.
    """
    move = model_runs.waiting(parts.store)
    if move is None:
        return True
    if _overtaken(parts.settings.model_dir, move):
        model_runs.settle(parts.store, move.id, fault="overtaken")
        return True
    try:
        said = parts.bot.ready()
    except BotFailed:
        return False
    refused = said.get("refused")
    if said.get("model") == move.model:
        model_runs.settle(parts.store, move.id)
        return True
    if isinstance(refused, dict) and refused.get("model") == move.model:
        if model_runs.settle(parts.store, move.id, fault=str(refused.get("fault") or "unknown")):
            _point(parts.settings.model_dir, move.before, "")
        return True
    return False


def _overtaken(folder: Path, move: Move) -> bool:
    """Tell whether another model was named meanwhile, by training or by hand, or this one never was."""
    chosen = serving_model.read(folder)
    late = datetime.now(timezone.utc) - move.at > OVERTAKEN
    return late and (chosen is None or chosen.model != move.model)


def _watch(parts: Parts) -> None:
    """Look until the bot has answered; a page that is opened later looks as well."""

    def until_answered() -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if look(parts):
                    return
            except (DeskError, OSError) as error:
                log.warning("looking for the model: %s", getattr(error, "code", type(error).__name__))
            time.sleep(LOOK_EVERY)

    threading.Thread(target=until_answered, name="model-switch", daemon=True).start()


def _used(folder: Path) -> str:
    used = serving_model.in_use(folder)
    return used.name if used else ""


def _point(folder: Path, model: str, before: str) -> None:
    known = serving_model.read(folder) or Serving(model)
    serving_model.choose(folder, replace(known, model=model, before=before))


def _copy(source: Path, target: Path) -> None:
    """Half a file is never taken for a whole one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    os.replace(part, target)  # noqa: PTH105
