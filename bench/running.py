"""Start what is measured: our bot on a free port over a throw-away data folder, and stop it again."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

import settings
from desk import conversations
from desk.store import open_store

ROOT = settings.ROOT
SHARED = ("models", "zh_weiquan", "library.db")  # what a throw-away data folder borrows from the real one
QUIET = {"SQLALCHEMY_SILENCE_UBER_WARNING": "1", "TF_CPP_MIN_LOG_LEVEL": "2", "SANIC_WORKERS": "1"}


class NotReady(RuntimeError):
    """A process died or did not become ready in time; the message holds the end of its log."""


@dataclass(frozen=True)
class Running:
    """A started process group. `started` is seconds from launch to ready."""

    url: str
    processes: tuple[psutil.Process, ...]
    started: float

    def resident(self) -> int:
        """Resident memory of all its processes and their children, in bytes."""
        total = 0
        for process in self.processes:
            for member in (process, *process.children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    total += member.memory_info().rss
        return total


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(home: Path | None = None, *, library_only: bool = False) -> settings.Settings:
    """Train and build what the measured bot needs into `home` (default: this installation's), if anything changed.

    `library_only`: build the library and the word vectors it needs, train no model.
    """
    environment = {**os.environ, **({"WEIQUAN_HOME": str(home)} if home else {})}
    chosen = settings.load(environment)
    library = [
        "knowledge",
        "build",
        "--target",
        str(chosen.library_path),
        "--vectors",
        str(chosen.vectors_dir),
    ]
    chosen.home.mkdir(parents=True, exist_ok=True)
    with (chosen.home / ".preparing").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # who comes second finds nothing left to do
        for module in [library] if library_only else [["bot.training"], library]:
            command = [sys.executable, "-W", "ignore", "-m", *module]
            subprocess.run(command, cwd=ROOT, check=True, env={**environment, **QUIET})
    return chosen


@contextlib.contextmanager
def data_folder(real: Path | None = None) -> Iterator[Path]:
    """A throw-away data folder that borrows model, vectors and library from `real` (default: this installation's)."""
    real = real or settings.load().home
    with tempfile.TemporaryDirectory(prefix="weiquan-bench-") as folder:
        home = Path(folder)
        for name in SHARED:
            source = real / name
            if source.is_file():
                shutil.copy2(source, home / name)
            elif source.exists():
                (home / name).symlink_to(source)
        yield home


def conversations_in(home: Path) -> Callable[[], str]:
    """A function that opens a fresh conversation in the desk store of this data folder and returns its id."""
    secret = settings.load({"WEIQUAN_HOME": str(home)}).secret_key
    store = open_store(f"sqlite:///{home / 'desk.db'}", secret_key=secret)
    return lambda: conversations.open_conversation(store, channel="h5", visitor=uuid.uuid4().hex).id


@contextlib.contextmanager
def launched(
    commands: Sequence[Sequence[str]], ready: str, *, env: dict[str, str], patience: float
) -> Iterator[Running]:
    """Start the commands, wait until `ready` answers 200, and end them all afterwards."""
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        children = [
            subprocess.Popen(command, cwd=ROOT, env={**os.environ, **QUIET, **env}, stdout=log, stderr=log)
            for command in commands
        ]
        try:
            _await(ready, children, log, patience)
            processes = tuple(psutil.Process(child.pid) for child in children)
            yield Running(
                ready.split("/webhooks")[0].removesuffix("/status"), processes, time.perf_counter() - begin
            )
        finally:
            for child in children:
                child.terminate()
            for child in children:
                try:
                    child.wait(15)
                except subprocess.TimeoutExpired:
                    child.kill()


def _await(url: str, children: list, log, patience: float) -> None:  # type: ignore[no-untyped-def, type-arg]
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if any(child.poll() is not None for child in children):
            break
        with contextlib.suppress(requests.RequestException):
            if requests.get(url, timeout=2).status_code == 200:
                return
        time.sleep(0.1)
    log.seek(0)
    raise NotReady(f"{url} never answered:\n" + log.read().decode("utf-8", "replace")[-3000:])


@contextlib.contextmanager
def our_bot(home: Path) -> Iterator[Running]:
    """Our bot process as it ships, over `home`."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {"WEIQUAN_HOME": str(home), "WEIQUAN_BOT_URL": url, "DATABASE_URL": "", "REDIS_URL": ""}
    command = [sys.executable, "-m", "bot.serve", "--port", str(port)]
    with launched([command], f"{url}/webhooks/weiquan/ready", env=env, patience=120) as running:
        yield running
