"""What the operator does to the desk's data from the terminal: history, keys, retention. Progress is printed."""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from datetime import datetime, timedelta, timezone

from desk import erasure, history, keys, resealing, retention
from desk.errors import DeskError
from desk.store import Store
from settings import Settings

from .beijing import here
from .bot_connection import BotFailed, HttpBot
from .wording import say

log = logging.getLogger("weiquan.upkeep")

NIGHT_HOUR = 3  # Beijing time
LOOK_EVERY = 600.0  # seconds
MOST_SHOWN = 20
MOST_FORGOTTEN = 10_000


def history_command(store: Store, settings: Settings, chosen: argparse.Namespace) -> int:
    """`history head` prints the chain's end; `history verify` checks the chain, 0 when it is whole, else 1."""
    if chosen.what == "head":
        print(history.head(store))
        print(say("history_terminal.head_hint"), file=sys.stderr)
        return 0
    verdict = history.verify(store, noted=chosen.noted, progress=_checked)
    if verdict.ok:
        print(say("history_terminal.fine", count=verdict.count))
        if chosen.noted:
            print(say("history_terminal.fine_noted"))
        return 0
    reason = say(f"history_terminal.reasons.{verdict.reason}")
    print(say("history_terminal.broken", seq=verdict.broken_at, reason=reason))
    return 1


def _checked(done: int, total: int) -> None:
    print(say("history_terminal.checking", done=done, total=total), flush=True)


def keys_command(store: Store, settings: Settings, chosen: argparse.Namespace) -> int:
    """`keys rotate` seals all personal fields under a new key; 0 when the old one is not needed any more."""
    if settings.field_keys:
        return _reseal_given(store, settings)
    done = resealing.rotate(store, keys.key_file(settings), progress=_sealing)
    left = resealing.remaining(store)
    if done.unreadable:
        rows = "、".join(done.unreadable[:MOST_SHOWN])
        print(say("privacy_terminal.unreadable", count=len(done.unreadable), rows=rows))
    elif left:
        print(say("privacy_terminal.left", count=left))
    else:
        print(say("privacy_terminal.sealed", count=done.count))
    return 1 if left else 0


def _reseal_given(store: Store, settings: Settings) -> int:
    if "," not in settings.field_keys:
        print(say("privacy_terminal.only_one"))
        return 1
    done = resealing.reseal(store, progress=_sealing)
    left = resealing.remaining(store)
    print(say("privacy_terminal.left" if left else "privacy_terminal.given", count=left or done.count))
    return 1 if left else 0


def retention_command(store: Store, settings: Settings, chosen: argparse.Namespace) -> int:
    """`retention run` removes what is older than its rule allows; `--dry-run` only says what it would."""
    if chosen.dry_run:
        for entry in retention.due(store):
            rule = entry.rule
            print(say("privacy_terminal.due", what=rule.what, days=rule.days, count=entry.count))
        print(say("privacy_terminal.dry"))
        return 0
    retention.run(store, settings.evidence_dir, told=_told)
    try:
        count = erasure.forget_pending(
            store, HttpBot(settings.bot_url, settings.bot_timeout).forget, limit=MOST_FORGOTTEN
        )
        print(say("privacy_terminal.forgotten", count=count))
    except BotFailed:
        print(say("privacy_terminal.bot_away"))
    return 0


class DailyRetention:
    """Runs the retention and refreshes statistics once a day in the night, in the process that supervises the others."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._live, name="retention", daemon=True)

    def start(self) -> None:
        """Begin to look at the clock."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; a transaction under way is finished."""
        self._stopping.set()
        self._thread.join(10)

    def tick(self, now: datetime) -> bool:
        """Run if it is night and nobody ran it today; tell whether it ran."""
        last = retention.last_run(self._store)
        if here(now).hour != NIGHT_HOUR or (last is not None and now - last < timedelta(hours=20)):
            return False
        retention.run(self._store, self._settings.evidence_dir, at=now)
        self._store.refresh_statistics()
        return True

    def _live(self) -> None:
        bot = HttpBot(self._settings.bot_url, self._settings.bot_timeout)
        while not self._stopping.wait(LOOK_EVERY):
            try:
                self.tick(datetime.now(timezone.utc))
                erasure.forget_pending(self._store, bot.forget)
            except (DeskError, BotFailed) as error:
                log.warning("retention waits: %s", error.code)


def _sealing(done: int, total: int) -> None:
    print(say("privacy_terminal.sealing", done=done, total=total), flush=True)


def _told(done: retention.Done) -> None:
    print(say("privacy_terminal.done", what=done.rule.what, count=done.count), flush=True)


def add_parsers(commands: argparse._SubParsersAction) -> None:
    """Add these commands to the command line."""
    past = commands.add_parser("history", help="the record of what was done: verify it, note its head")
    past.add_argument("what", choices=["verify", "head"])
    past.add_argument("--noted", default="", help="a head noted down earlier, number:hash")
    keys_of = commands.add_parser("keys", help="keys of personal fields: rotate seals all under a new one")
    keys_of.add_argument("what", choices=["rotate"])
    keeping = commands.add_parser(
        "retention", help="run removes what is older than desk/retention.yml allows"
    )
    keeping.add_argument("what", choices=["run"])
    keeping.add_argument("--dry-run", action="store_true", help="only say what would be removed")
