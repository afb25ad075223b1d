"""The application factory and the command line: run, web, bot, train, library, setup-check."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import Any

from flask import Flask

import settings as settings_module
from desk.errors import DeskError
from desk.store import open_store
from settings import SettingRefused, Settings
from web import errors, hosting, limits, security
from web.beijing import FILTERS
from web.bot_connection import BotConnection, HttpBot
from web.chat import chat
from web.health import health
from web.pages import pages
from web.parts import Parts, install
from web.pushes import Pushes
from web.staff import staff
from web.tickets import ticket_api, ticket_pages
from web.titles import Titles
from web.turn_locks import TurnLocks
from web.wechat import registration as wechat
from web.wechat import setup as wechat_setup
from web.wording import say

log = logging.getLogger("weiquan.server")


def create_app(
    settings: Settings | None = None, store: Any = None, *, bot: BotConnection | None = None
) -> Flask:
    """Return the web application. What is not given is made from the settings of the environment."""
    settings = settings or settings_module.load()
    for chatty in ("alembic", "urllib3"):  # urllib3 writes addresses with tokens in them at DEBUG
        logging.getLogger(chatty).setLevel(logging.WARNING)
    store = store or open_store(settings.database_url, secret_key=settings.secret_key)
    app = Flask("web", root_path=str(settings_module.ROOT / "web"))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    parts = Parts(
        settings=settings,
        store=store,
        bot=bot or HttpBot(settings.bot_url, settings.bot_timeout),
        pushes=Pushes(store),
        locks=TurnLocks(settings.redis_url),
        titles=Titles(settings.library_path),
    )
    install(app, parts)
    security.register(app, settings)
    limits.register(app, settings.redis_url)
    errors.register(app)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(say=say)
    for api in (chat, ticket_api):
        security.csrf.exempt(api)  # bearer, or same-site cookie with the Origin checked
    for blueprint in (pages, chat, health, ticket_api, ticket_pages, staff):
        app.register_blueprint(blueprint)
    wechat.register(app, parts)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = settings_module.load()
    except SettingRefused as error:
        print(f"设置不对 / bad setting: {error}", file=sys.stderr)
        return 2
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    try:
        code: int = COMMANDS[chosen.command](settings, chosen)
        return code
    except SettingRefused as error:
        print(f"设置不对 / bad setting: {error}", file=sys.stderr)
        return 2
    except (hosting.HostingError, DeskError) as error:
        print(hosting.plain(error), file=sys.stderr)
        return 1


def _run(settings: Settings, chosen: argparse.Namespace) -> int:
    return hosting.run_all(settings, lambda: create_app(settings))


def _web(settings: Settings, chosen: argparse.Namespace) -> int:
    return hosting.run_web(settings, lambda: create_app(settings))


def _bot(settings: Settings, chosen: argparse.Namespace) -> int:
    return hosting.run_module(hosting.bot_command(settings))


def _train(settings: Settings, chosen: argparse.Namespace) -> int:
    return hosting.run_module(hosting.train_command(force=chosen.force))


def _library(settings: Settings, chosen: argparse.Namespace) -> int:
    return hosting.run_module(hosting.library_command(settings))


def _setup_check(settings: Settings, chosen: argparse.Namespace) -> int:
    return hosting.setup_check(settings)


def _wechat(settings: Settings, chosen: argparse.Namespace) -> int:
    return wechat_setup.run(settings, open_store(settings.database_url, secret_key=settings.secret_key))


COMMANDS = {
    "run": _run,
    "web": _web,
    "bot": _bot,
    "train": _train,
    "library": _library,
    "setup-check": _setup_check,
    "wechat": _wechat,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="server.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    parser.set_defaults(command="run", force=False)
    commands.add_parser("run", help="start bot and web on this machine and keep both running (default)")
    commands.add_parser("web", help="start the web process only")
    commands.add_parser("bot", help="start the bot process only")
    train = commands.add_parser("train", help="train the bot when its content changed")
    train.add_argument("--force", action="store_true", help="train even when nothing changed")
    commands.add_parser("library", help="build the library file; a running system picks it up")
    commands.add_parser("setup-check", help="say whether this machine can run it, and what to do if not")
    account = commands.add_parser(
        "wechat", help="the Official Account: setup checks the values, creates the menu"
    )
    account.add_argument(
        "what", choices=["setup"], help="check the values against WeChat and create the menu"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
