"""The model in use, followed while turns go on: the next one is loaded beside it and takes its place between turns.

A turn keeps the agent it began with (bot/channel.py); conversations lie in the tracker store and their
locks in the lock store, which both agents share, so that a form goes on under the new model. A model
that cannot be loaded is named by `refused` and the one in use stays.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent

from bot.endpoint import InProcessEndpoint
from bot.errors import ModelMissing
from bot.lock_store import open_lock_store
from bot.turn import told_without_text
from desk import serving_model
from settings import Settings

logger = logging.getLogger("bot")

LOOK_EVERY = 1.0
DRAIN_SECONDS = 20.0
"""After which no turn can be using the agent that was replaced."""


class Loader:
    """Makes agents over one tracker store, one lock store and one set of actions."""

    def __init__(self, settings: Settings, store: Any, executor: Any) -> None:
        self._store = store
        self._executor = executor
        self._locks = open_lock_store(settings.redis_url)

    def load(self, model: Path) -> Agent:
        """An agent over this model, not yet with our tracker store; raises ModelMissing when it cannot be loaded."""
        started = time.monotonic()
        holder: list[Agent] = []
        endpoint = InProcessEndpoint(self._executor, lambda: holder[0].domain if holder else None)
        try:
            agent = Agent(lock_store=self._locks, action_endpoint=endpoint)
            agent.load_model(str(model))
        except Exception as error:  # whatever is wrong with a model, the one in use must go on
            logger.error("model %s: %s", model.name, told_without_text(error))
            raise ModelMissing(f"{model.name} cannot be loaded: {type(error).__name__}") from error
        holder.append(agent)
        logger.info("model %s loaded in %.1f s", model.name, time.monotonic() - started)
        return agent

    def take_over(self, agent: Agent) -> Agent:
        """Give the agent our conversations, without Rasa's fail-safe wrapper: it would carry on in memory when the database is gone (trap 9)."""
        self._store.domain = agent.domain
        agent.tracker_store = self._store
        agent.processor.tracker_store = self._store  # type: ignore[union-attr]
        return agent


class Follower:
    """Keeps `context.agent` on the model in use; `refused` names one that could not be loaded, and why."""

    def __init__(self, folder: Path, loader: Loader, context: Any) -> None:
        self._folder = folder
        self._loader = loader
        self._context = context
        self._refused: dict[str, str] | None = None
        self._seen: tuple[str, float] | None = None

    def refused(self) -> dict[str, str] | None:
        """`{"model", "fault"}` of the model in use that this process could not load."""
        return self._refused

    def begin(self) -> None:
        """Load the model in use, or else the one before it; raises ModelMissing without any."""
        chosen = serving_model.read(self._folder)
        first = serving_model.in_use(self._folder)
        if first is None:
            raise ModelMissing(f"no model in {self._folder}: run python -m bot.training")
        models = [first]
        if chosen and chosen.before and (self._folder / chosen.before).is_file():
            models.append(self._folder / chosen.before)
        self._seen = _mark(first)
        for model in models:
            try:
                self._context.agent = self._loader.take_over(self._loader.load(model))
                return
            except ModelMissing as missing:
                self._refused = self._refused or {"model": model.name, "fault": str(missing)}
        raise ModelMissing(f"no model in {self._folder} can be loaded: train again")

    async def follow(self, every: float = LOOK_EVERY) -> None:
        """Look for another model in use for ever."""
        while True:
            await asyncio.sleep(every)
            try:
                await self.step()
            except OSError as error:
                logger.warning("cannot look for the model in use: %s", type(error).__name__)

    async def step(self) -> bool:
        """Load the model in use if it is another one; True when it took over."""
        if serving_model.read(self._folder) is None:  # nobody has chosen: what was found at the start stays
            return False
        model = serving_model.in_use(self._folder)
        if model is None or _mark(model) == self._seen:
            return False
        self._seen = _mark(model)
        running = self._context.agent.processor.model_filename
        if model.name == running:
            self._refused = None
            return False
        loop = asyncio.get_running_loop()
        try:
            fresh = await loop.run_in_executor(None, self._loader.load, model)
        except ModelMissing as missing:
            self._refused = {"model": model.name, "fault": str(missing)}
            return False
        self._context.agent = self._loader.take_over(fresh)
        self._refused = None
        logger.info("model %s took the place of %s", model.name, running)
        loop.call_later(DRAIN_SECONDS, _give_back_memory)
        return True


def _mark(model: Path) -> tuple[str, float]:
    return model.name, model.stat().st_mtime


def _give_back_memory() -> None:
    """Let go of the agent that was replaced; glibc keeps freed memory unless it is asked."""
    gc.collect()
    if sys.platform == "linux":
        trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
