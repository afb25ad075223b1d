"""What the routes of one application share: settings, store, bot connection, pushes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import Flask, current_app, g

from settings import Settings

from .bot_connection import BotConnection
from .pushes import Pushes
from .titles import Titles
from .turn_locks import TurnLocks
from .typing_marks import TypingMarks
from .urgencies import Urgencies

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
    typing: TypingMarks
    urgencies: Urgencies


def install(app: Flask, parts: Parts) -> None:
    """Hang `parts` on `app`."""
    app.extensions[KEY] = parts


def parts() -> Parts:
    """Return the parts of the application that serves this request, as whoever asks may see them."""
    return cast(Parts, g.get(KEY) or current_app.extensions[KEY])


def see_only(offices: Iterable[str]) -> None:
    """Let the rest of this request see the tickets and conversations of these offices and no others."""
    whole = cast(Parts, current_app.extensions[KEY])
    setattr(g, KEY, replace(whole, store=whole.store.within(offices)))
