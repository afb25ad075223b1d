"""The labelled lines at the terminal: `server.py nlu export` writes them into data/nlu, `nlu show` counts them."""

from __future__ import annotations

import argparse
from typing import Any

from settings import Settings

from ..titles import Titles
from ..wording import say
from . import layer


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the command line."""
    lines = commands.add_parser(
        "nlu", help="the lines labelled on the desk: export writes them into data/nlu"
    )
    lines.add_argument("what", choices=["export", "show"])


def run(store: Any, settings: Settings, chosen: argparse.Namespace) -> int:
    """Write what is settled and not there yet into data/nlu/labelled.yml, or say how much that is; 0."""
    library = Titles(settings.library_path).opened()
    asks = [(case.topic, line) for case in library.cases() for line in case.ask]
    possible = layer.choices(library.topics, library.referrals)
    made = layer.compose(store, settings, possible, asks)
    for code, count in sorted(made.left_out.items()):
        print(f"{count:6}  {say(f'labelling.left_out.{code}')}")
    if not made.lines:
        print(say("labelling.terminal_nothing"))
        return 0
    if chosen.what == "export":
        layer.write_into_data(made)
    told = "terminal_exported" if chosen.what == "export" else "terminal_ready"
    print(say(f"labelling.{told}", count=len(made.lines), file=layer.OWN.relative_to(layer.LINES.parents[1])))
    return 0
