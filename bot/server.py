"""Rasa's own server with our channel, stores and in-process actions. Started by bot/serve.py.

Importing this module imports Rasa; whoever wants TensorFlow left out does so before (bot/light.py).
"""

from __future__ import annotations

import asyncio
import logging
import sys
from functools import partial
from typing import Any

from rasa.core.agent import Agent
from rasa.core.run import configure_app
from rasa.utils.log_utils import configure_structlog
from sanic import Sanic

from bot import caches
from bot.channel import WeiquanInput
from bot.endpoint import load_actions
from bot.errors import ModelMissing
from bot.follower import Follower, Loader
from bot.tracker_store import EventLogTrackerStore, LoudSQLTrackerStore, open_tracker_store
from bot.turn import told_without_text
from desk import serving_model
from settings import Settings, api_token

logger = logging.getLogger("bot")

Store = EventLogTrackerStore | LoudSQLTrackerStore


def run(settings: Settings, *, port: int, host: str, package: str) -> None:
    """Serve until SIGTERM or SIGINT; raises ModelMissing when nothing has been trained."""
    configure_logging(settings.log_level)
    store = open_tracker_store(settings.tracker_path, settings.database_url)
    app = make_app(settings, store, package=package)
    try:
        app.run(host=host, port=port, workers=1, access_log=False, debug=False, backlog=256)
    finally:
        store.close()


def make_app(settings: Settings, store: Store, *, package: str = "actions") -> Sanic:
    """The sanic application; the model is loaded before it starts to listen, and followed from then on."""
    if serving_model.in_use(settings.model_dir) is None:
        raise ModelMissing(f"no model in {settings.model_dir}: run python -m bot.training")
    caches.install()
    channel = WeiquanInput(store, settings.max_message_chars, partial(library_release, settings))
    app = configure_app(
        [channel], enable_api=True, auth_token=api_token(settings.secret_key), use_uvloop=True
    )
    loader = Loader(settings, store, load_actions(package))
    follower = Follower(settings.model_dir, loader, app.ctx)
    channel.refused = follower.refused

    async def load(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        follower.begin()

    app.register_listener(load, "before_server_start")
    app.register_listener(_hush, "after_server_start")
    app.add_task(follower.follow())
    return app


async def _hush(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
    """Sanic sets its own log levels when it starts."""
    for name in ("sanic.root", "sanic.access"):
        logging.getLogger(name).setLevel(logging.WARNING)


async def make_agent(settings: Settings, store: Store, *, package: str = "actions") -> Agent:
    """Rasa's agent over the model in use, with our stores and our actions in this process."""
    model = serving_model.in_use(settings.model_dir)
    if model is None:
        raise ModelMissing(f"no model in {settings.model_dir}: run python -m bot.training")
    loader = Loader(settings, store, load_actions(package))
    return loader.take_over(loader.load(model))


def library_release(settings: Settings) -> int | None:
    """The number of the published library as the actions see it; None while there is none."""
    if not settings.library_path.exists():
        return None
    from actions import sources  # composition: only the bot process has both
    from knowledge.errors import KnowledgeError

    try:
        return int(sources.library().release)
    except KnowledgeError:
        return None


class WithoutMessages(logging.Formatter):
    """Prints where an error arose, but not its message: errors quote the data they choke on."""

    def formatException(self, ei: Any) -> str:
        return told_without_text(ei[1]) if ei[1] is not None else ""


def configure_logging(level: str) -> None:
    """Our own log lines at `level`; Rasa's structured lines, which print texts, only from WARNING (trap 13)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WithoutMessages("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logger.setLevel(level)
    for name in ("rasa", "rasa_sdk", "sanic.root", "sanic.error", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("rasa_sdk.forms").setLevel(
        logging.ERROR
    )  # warns of every slot without a validator, every turn
    configure_structlog(logging.WARNING)
