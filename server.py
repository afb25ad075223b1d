"""The application factory and the command line: run, web, bot, train, library, demo, setup-check, upkeep of the data."""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask

import settings as settings_module
from desk import reviewed
from desk.errors import DeskError
from desk.opening import open_desk
from desk.recount import recount
from desk.store import Store
from settings import SettingRefused, Settings
from web import beijing, counting, errors, hosting, limits, security, upkeep
from web.bot_connection import BotConnection, HttpBot
from web.chat import chat
from web.curation import service as curation
from web.curation.building import Workshop
from web.health import health
from web.nlu import command as nlu
from web.own_data import ticket_pages
from web.pages import pages
from web.parts import Parts, install
from web.pushes import Pushes
from web.staff import staff
from web.staff.access import check_roles
from web.tickets import ticket_api
from web.titles import Titles
from web.turn_locks import TurnLocks
from web.typing_marks import TypingMarks
from web.urgencies import Urgencies
from web.wechat import registration as wechat
from web.wechat import setup as wechat_setup
from web.wording import say

log = logging.getLogger("weiquan.server")


def create_app(
    settings: Settings | None = None,
    store: Any = None,
    *,
    bot: BotConnection | None = None,
    workshop: Callable[[Settings], Workshop] = Workshop,
) -> Flask:
    """Return the web application. What is not given is made from the settings of the environment.

    `workshop` makes what builds releases of the library.
    """
    settings = settings or settings_module.load()
    _quiet_libraries()
    reviewed.load_all()
    check_roles(settings)
    store = store or open_desk(settings)
    app = Flask("web", root_path=str(settings_module.ROOT / "web"))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    parts = Parts(
        settings=settings,
        store=store,
        bot=bot
        or HttpBot(settings.bot_url, settings.bot_timeout, settings_module.api_token(settings.secret_key)),
        pushes=Pushes(store),
        locks=TurnLocks(settings.redis_url),
        titles=Titles(settings.library_path, settings.vectors_dir),
        typing=TypingMarks(settings.redis_url),
        urgencies=Urgencies(store),
    )
    install(app, parts)
    security.register(app, settings)
    limits.register(app, settings.redis_url)
    errors.register(app)
    app.jinja_env.filters.update(beijing.FILTERS | counting.FILTERS)
    app.jinja_env.globals.update(say=say)
    for api in (chat, ticket_api):
        security.csrf.exempt(api)  # bearer, or same-site cookie with the Origin checked
    for blueprint in (pages, chat, health, ticket_api, ticket_pages, staff):
        app.register_blueprint(blueprint)
    wechat.register(app, parts)
    curation.register(app, parts, workshop=workshop)
    return app


def _quiet_libraries() -> None:
    for chatty in ("alembic", "urllib3"):  # urllib3 writes addresses with tokens in them at DEBUG
        logging.getLogger(chatty).setLevel(logging.WARNING)


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
    _quiet_libraries()
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
    return wechat_setup.run(settings, open_desk(settings))


def _on_desk(command: Callable[..., int]) -> Callable[[Settings, argparse.Namespace], int]:
    """Return `command` with the open store as its first argument."""
    return lambda settings, chosen: command(open_desk(settings), settings, chosen)


def _recount(store: Store, settings: Settings, chosen: argparse.Namespace) -> int:
    counted = recount(
        store, progress=lambda done, total: print(say("life.recounting", done=done, total=total))
    )
    print(say("life.recounted", changed=counted))
    return 0


def _demo(settings: Settings, chosen: argparse.Namespace) -> int:
    if not settings.library_path.exists() and (code := _library(settings, chosen)):
        return code
    demo = importlib.import_module(
        "demo.command"
    )  # draws pictures and composes cards: nothing a server loads
    size = demo.Size(chosen.conversations, chosen.tickets)
    code_of_demo: int = demo.run(open_desk(settings), settings, seed=chosen.seed, size=size)
    return code_of_demo


COMMANDS = {
    "run": _run,
    "web": _web,
    "bot": _bot,
    "train": _train,
    "library": _library,
    "setup-check": _setup_check,
    "demo": _demo,
    "recount": _on_desk(_recount),
    "wechat": _wechat,
    "nlu": _on_desk(nlu.run),
    "history": _on_desk(upkeep.history_command),
    "keys": _on_desk(upkeep.keys_command),
    "retention": _on_desk(upkeep.retention_command),
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
    shown = commands.add_parser("demo", help="fill an empty store with an invented office to look at")
    shown.add_argument("--seed", type=int, default=1, help="the same seed makes the same office")
    shown.add_argument("--conversations", type=int, default=400, help="how many, with those of the tickets")
    shown.add_argument("--tickets", type=int, default=300, help="how many")
    commands.add_parser("recount", help="count all tickets' clocks anew, after desk/targets.yml was edited")
    account = commands.add_parser(
        "wechat", help="the Official Account: setup checks the values, creates the menu"
    )
    account.add_argument(
        "what", choices=["setup"], help="check the values against WeChat and create the menu"
    )
    nlu.add_parser(commands)
    upkeep.add_parsers(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
