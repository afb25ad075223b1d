"""Fixtures several folders of tests share: the trained model, and the whole system running."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

import settings
from bench import running
from tests.wechat_platform import WeChatPlatform

ROOT = Path(__file__).resolve().parents[1]
HOME = settings.load().home  # of this run; single test folders put others into the environment


@dataclass(frozen=True)
class System:
    """Web and bot as `make run` starts them, over a throw-away data folder, on the air in a simulated WeChat."""

    url: str
    home: Path
    output: Path
    process: subprocess.Popen
    platform: WeChatPlatform

    def printed(self) -> str:
        return self.output.read_text("utf-8", "replace")


@pytest.fixture(scope="session")
def trained() -> Path:
    """The data folder with a trained model and a built library; trains only if content changed."""
    return running.prepare(HOME).home


@pytest.fixture(scope="session")
def platform() -> Iterator[WeChatPlatform]:
    """WeChat's servers for the account of the running system."""
    with WeChatPlatform("wx5823bf96d3bd56c7", "s" * 32, "QDG6eK", "a" * 42 + "E", mode="aes") as simulated:
        yield simulated


@pytest.fixture(scope="session")
def system(
    trained: Path, platform: WeChatPlatform, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """The running system, started by the very command of the README."""
    with running.data_folder(trained) as home:
        web, bot = running.free_port(), running.free_port()
        environment = {
            **os.environ,
            "WEIQUAN_HOME": str(home),
            "WEIQUAN_PORT": str(web),
            "WEIQUAN_BOT_URL": f"http://127.0.0.1:{bot}",
            "WEIQUAN_MESSAGE_RATE": "2000 per minute",
            "WEIQUAN_TRIAL_QUESTIONS": "150",
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "WECHAT_APP_ID": platform.app_id,
            "WECHAT_APP_SECRET": platform.app_secret,
            "WECHAT_TOKEN": platform.token,
            "WECHAT_AES_KEY": platform.aes_key,
            "WECHAT_API_BASE": platform.api_base,
        }
        output = tmp_path_factory.mktemp("system") / "output.txt"
        with output.open("wb") as log:
            command = [sys.executable, "server.py", "run"]
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
            try:
                url = f"http://127.0.0.1:{web}"
                _await_ready(url, process, output)
                platform.webhook = f"{url}/wechat"
                yield System(url, home, output, process, platform)
            finally:
                process.terminate()
                process.wait(30)


def _await_ready(url: str, process: subprocess.Popen, output: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{url}/readyz", timeout=2).status_code == 200:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    pytest.fail(f"the system did not become ready:\n{output.read_text('utf-8', 'replace')[-3000:]}")
