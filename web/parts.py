"""What the routes of one application share: settings, store, bot connection, pushes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app

from settings import Settings

from .bot_connection import BotConnection
from .pushes import Pushes
from .titles import Titles
from .turn_locks import TurnLocks

KEY = "weiquan"


@dataclass(frozen=True)
class Parts:
    """One set per application; made by the factory, replaced whole in tests."""

    settings: Settings
    store: Any
    bot: BotConnection
    pushes: Pushes
    locks: TurnLocks
    titles: Titles


def install(app: Flask, parts: Parts) -> None:
    """Hang `parts` on `app`."""
    app.extensions[KEY] = parts


def parts() -> Parts:
    """Return the parts of the application that serves this request."""
    return cast(Parts, current_app.extensions[KEY])
