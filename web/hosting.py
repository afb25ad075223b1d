"""Running the processes on one machine: ports, the bot under supervision, the web server, a check of the machine.

HostingError
├── PortTaken       something already listens there
└── NothingToRun    no trained model or no library, and making one failed
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import waitress
from flask import Flask

from desk import staff
from settings import ROOT, Settings

from . import memory
from .bot_connection import BotFailed, HttpBot
from .curation import overlay, service
from .supervision import Supervised
from .upkeep import DailyRetention
from .wechat import registration as wechat
from .wording import say

log = logging.getLogger("weiquan.hosting")

THREADS = 112  # pages that wait for news take 44 at most, WeChat's messages that wait WECHAT_WAITING
READY_SECONDS = 180.0
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
NEEDED_BYTES = 1 << 30
NEEDED_PYTHON = (3, 10)
# Our modules begin their lines with the time, or name the release they built.
OWN_LINE = re.compile(r"\d\d:\d\d:\d\d |release \d")
# What the libraries below Rasa print says nothing to an operator.
QUIET = {
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}


class HostingError(Exception):
    code = "hosting_error"


class PortTaken(HostingError):
    code = "port_taken"

    def __init__(self, port: int, variable: str) -> None:
        super().__init__(say("terminal.port_taken", port=port, variable=variable))


class NothingToRun(HostingError):
    code = "nothing_to_run"


def plain(error: Exception) -> str:
    """Return what the operator should read about `error`."""
    if isinstance(error, HostingError):
        return str(error)
    return say("terminal.store", code=getattr(error, "code", ""), detail=error)


def run_all(settings: Settings, make_app: Callable[[], Flask]) -> int:
    """Run bot and web until told to stop; both are stopped cleanly."""
    _stop_on_sigterm()
    require_free_port(settings.host, settings.port, "WEIQUAN_PORT")
    bot = _prepared_bot(settings) if urlsplit(settings.bot_url).hostname in LOCAL else None
    has_library = settings.library_path.exists()
    try:
        if bot is not None:
            # A library that is there can be renewed while the bot loads: it is picked up as it changes.
            if not has_library:
                _build_library(settings)
            bot.start()
            print(say("terminal.bot_starting", file=bot_log(settings)), flush=True)
            if has_library:
                _build_library(settings)
        app = make_app()
        wait_until_ready(settings, bot)
        nightly = DailyRetention(settings, app.extensions["weiquan"].store)
        nightly.start()
        try:
            return serve(app, settings)
        finally:
            nightly.stop()
    except KeyboardInterrupt:
        return 0
    finally:
        if bot is not None:
            print(say("terminal.stopping"), flush=True)
            bot.stop()
            print(say("terminal.stopped"), flush=True)


def run_web(settings: Settings, make_app: Callable[[], Flask]) -> int:
    """Run the web process until told to stop."""
    _stop_on_sigterm()
    require_free_port(settings.host, settings.port, "WEIQUAN_PORT")
    return serve(make_app(), settings)


def serve(app: Flask, settings: Settings) -> int:
    """Serve `app`, saying where; returns when interrupted."""
    announce_demo_staff(app)
    memory.keep()
    server: Any = waitress.create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=THREADS,
        connection_limit=1000,
        channel_timeout=120,
        max_request_body_size=settings.max_upload_bytes + 1024 * 1024,
        ident="weiquan",
    )
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    print(say("terminal.ready", address=f"http://{shown}:{settings.port}"), flush=True)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        wechat.stop(app)
        service.stop(app)
    return 0


def announce_demo_staff(app: Flask) -> None:
    """Create the demo accounts on the first start and print their one-time passwords, once."""
    made = staff.create_demo(app.extensions["weiquan"].store)
    if not made:
        return
    print(say("terminal.demo_staff"))
    for username, password in made:
        print(f"  {username:<16}{password}")
    print(say("terminal.demo_staff_after"), flush=True)


def require_free_port(host: str, port: int, variable: str) -> None:
    """Return if one can listen on `port`; raise PortTaken naming the setting to change."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(port, variable) from error


def wait_until_ready(settings: Settings, bot: Supervised | None) -> None:
    """Wait for the bot with a line now and then; without it the web still starts and consumers reach people."""
    connection = HttpBot(settings.bot_url, settings.bot_timeout)
    started = time.monotonic()
    told = 0.0
    while True:
        try:
            connection.ready()
        except BotFailed:
            pass
        else:
            print(say("terminal.bot_ready", seconds=f"{time.monotonic() - started:.1f}"), flush=True)
            return
        waited = time.monotonic() - started
        if waited > READY_SECONDS or bot is None:
            print(say("terminal.bot_missing", url=settings.bot_url), flush=True)
            return
        if waited - told >= 3:
            told = waited
            print(say("terminal.bot_loading", seconds=round(waited)), flush=True)
        time.sleep(0.25)


def bot_port(settings: Settings) -> int:
    """Return the port of the bot's address."""
    return urlsplit(settings.bot_url).port or 80


def bot_command(settings: Settings) -> list[str]:
    """Return how Python starts the bot."""
    return ["-m", "bot.serve", "--port", str(bot_port(settings))]


def run_module(arguments: list[str]) -> int:
    """Run one of our modules in its own process, so that this one never loads Rasa."""
    return subprocess.call([sys.executable, *arguments], cwd=ROOT, env={**os.environ, **QUIET})


def setup_check(settings: Settings) -> int:
    """Print what this machine has and lacks; 0 when it can run."""
    faults = []
    if sys.version_info[:2] != NEEDED_PYTHON:
        faults.append(say("terminal.check_python", found=sys.version.split()[0]))
    free = _free_bytes(settings)
    if free < NEEDED_BYTES:
        faults.append(say("terminal.check_disk", free=f"{free / (1 << 30):.1f}", home=settings.home))
    for host, port, variable in (
        (settings.host, settings.port, "WEIQUAN_PORT"),
        ("127.0.0.1", bot_port(settings), "WEIQUAN_BOT_URL"),
    ):
        try:
            require_free_port(host, port, variable)
        except PortTaken as error:
            faults.append(str(error))
    for fault in faults:
        print(f"✗ {fault}")
    if not faults:
        print(say("terminal.check_fine"))
    return 1 if faults else 0


def train_command(*, force: bool = False) -> list[str]:
    """Return how Python trains the bot if its content changed, or in any case."""
    return ["-m", "bot.training", *(["--force"] if force else [])]


def library_command(settings: Settings) -> list[str]:
    """Return how Python builds the library file of this installation."""
    vectors = ["--vectors", str(settings.vectors_dir)]
    laid = overlay.arguments(settings)
    return ["-m", "knowledge", "build", "--target", str(settings.library_path), *vectors, *laid]


def bot_log(settings: Settings) -> Path:
    """Return where the bot's output is kept."""
    return settings.home / "logs" / "bot.log"


def _prepared_bot(settings: Settings) -> Supervised:
    """Train if content changed, which also builds the vectors; return the bot, not yet started."""
    require_free_port("127.0.0.1", bot_port(settings), "WEIQUAN_BOT_URL")
    print(say("terminal.training"), flush=True)
    if not _run_told(train_command(), settings.home / "logs" / "training.log"):
        raise NothingToRun(say("terminal.training_failed"))
    command = [sys.executable, *bot_command(settings)]
    return Supervised("bot", command, cwd=ROOT, env=QUIET, log_path=bot_log(settings))


def _build_library(settings: Settings) -> None:
    print(say("terminal.library_building"), flush=True)
    if not _run_told(library_command(settings), settings.home / "logs" / "library.log"):
        raise NothingToRun(say("terminal.library_failed"))


def _run_told(arguments: list[str], log_path: Path) -> bool:
    """Run one of our modules, showing only its own lines as it goes; the whole output is kept in `log_path`."""
    log_path.parent.mkdir(parents=True, exist_ok=True)
    last: deque[str] = deque(maxlen=25)
    with (
        subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **QUIET},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as child,
        log_path.open("w", encoding="utf-8") as kept,
    ):
        for line in child.stdout or ():
            kept.write(line)
            last.append(line.rstrip())
            if OWN_LINE.match(line):
                print(f"  {line.rstrip()}", flush=True)
    if child.returncode:
        print("\n".join(last), say("terminal.whole_log", file=log_path), sep="\n", file=sys.stderr)
    return child.returncode == 0


def _free_bytes(settings: Settings) -> int:
    place = settings.home
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def _stop_on_sigterm() -> None:
    """Make SIGTERM end the process the way Ctrl-C does."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    if os.name == "posix":
        signal.signal(signal.SIGHUP, interrupt)
