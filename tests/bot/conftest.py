"""One small model, trained once a session by our own training; servers over it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import skops.io  # noqa: F401  (before TensorFlow: the other way round takes thirty seconds)
import yaml

import settings as settings_module
from settings import ROOT, Settings

FIXTURE = Path(__file__).parent / "fixture"
ACTIONS = "tests.bot.fixture_actions"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder of its own; the vectors are marked as built so that nobody builds them for these tests."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "zh_weiquan").mkdir()
    words = (ROOT / "bot" / "dictionary" / "words.txt").read_bytes()
    (folder / "zh_weiquan" / "words.sha256").write_text(hashlib.sha256(words).hexdigest())
    before = os.environ.get("WEIQUAN_HOME")
    os.environ["WEIQUAN_HOME"] = str(folder)
    yield folder
    os.environ.pop("WEIQUAN_HOME")
    if before is not None:
        os.environ["WEIQUAN_HOME"] = before


@pytest.fixture(scope="session")
def settings(home: Path) -> Settings:
    return settings_module.load({"WEIQUAN_HOME": str(home), "WEIQUAN_SECRET_KEY": "test"})


@pytest.fixture(scope="session")
def sources(home: Path) -> Any:
    from bot.training import Sources

    config = yaml.safe_load((ROOT / "bot" / "config.yml").read_text("utf-8"))
    config["importers"][0]["cases"] = str(FIXTURE / "cases")
    path = home / "config.yml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    return Sources(
        config=path,
        domain=FIXTURE / "domain.yml",
        data=(FIXTURE / "nlu.yml", FIXTURE / "rules.yml"),
        cases=FIXTURE / "cases",
    )


@pytest.fixture(scope="session")
def model(settings: Settings, sources: Any) -> Path:
    from bot.training import train

    return train(settings, sources).model


class Bot:
    """An agent in this process with our store, endpoint and channel; `say` is one turn of the web process."""

    def __init__(self, settings: Settings, tracker: Path) -> None:
        from bot import caches
        from bot.channel import WeiquanInput
        from bot.server import configure_logging, make_agent
        from bot.tracker_store import EventLogTrackerStore

        configure_logging("WARNING")
        caches.install()
        self.loop = asyncio.new_event_loop()
        self.store = EventLogTrackerStore(tracker)
        self.agent = self.loop.run_until_complete(make_agent(settings, self.store, package=ACTIONS))
        self.channel = WeiquanInput(self.store, limit=3000)
        self.count = 0

    def run(self, awaitable: Any) -> Any:
        return self.loop.run_until_complete(awaitable)

    async def turn(self, conversation: str, text: str = "", /, **fields: Any) -> dict[str, Any]:
        self.count += 1
        body = {
            "conversation": conversation,
            "message_id": f"m_{self.count}",
            "text": text,
            "channel": "h5",
            "choice": None,
            "event": None,
            **fields,
        }
        return await self.channel.take_turn(self.agent, body, self.agent.handle_message)

    def say(self, conversation: str, text: str = "", /, **fields: Any) -> dict[str, Any]:
        return self.run(self.turn(conversation, text, **fields))

    def texts(self, conversation: str, text: str = "", /, **fields: Any) -> list[str]:
        return [reply["text"] for reply in self.say(conversation, text, **fields)["replies"]]

    def parse(self, text: str) -> dict[str, Any]:
        return self.run(self.agent.parse_message(text))

    def slots(self, conversation: str) -> dict[str, Any]:
        tracker = self.run(self.store.retrieve(conversation))
        return tracker.current_slot_values() if tracker else {}


@pytest.fixture(scope="session")
def bot(model: Path, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    made = Bot(settings, tmp_path_factory.mktemp("tracker") / "tracker.db")
    yield made
    made.store.close()


class Server:
    """A real bot process on a free port."""

    def __init__(self, home: Path, tracker_home: Path | None = None) -> None:
        self.home = tracker_home or home
        self.port = _free_port()
        self.log = self.home / f"server-{self.port}.log"
        environment = {**os.environ, "WEIQUAN_HOME": str(self.home), "WEIQUAN_SECRET_KEY": "test"}
        command = [sys.executable, "-m", "bot.serve", "--port", str(self.port), "--actions", ACTIONS]
        self.started = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def wait(self, seconds: float = 60) -> float:
        """Seconds from the start until it is ready."""
        while time.monotonic() - self.started < seconds:
            try:
                if self.get("ready").status_code == 200:
                    return time.monotonic() - self.started
            except requests.ConnectionError:
                assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def get(self, path: str) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.port}/webhooks/weiquan/{path}", timeout=30)

    def turn(self, conversation: str, message_id: str, text: str = "", **fields: Any) -> requests.Response:
        body = {
            "conversation": conversation,
            "message_id": message_id,
            "text": text,
            "channel": "h5",
            **fields,
        }
        return requests.post(f"http://127.0.0.1:{self.port}/webhooks/weiquan/turn", json=body, timeout=20)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def fresh_home(model: Path, home: Path, tmp_path: Path) -> Path:
    """A data folder that shares the session's model but not its conversations."""
    (tmp_path / "models").symlink_to(home / "models")
    (tmp_path / "zh_weiquan").symlink_to(home / "zh_weiquan")
    return tmp_path
