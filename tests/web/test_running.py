"""Running the processes: ports, supervision, readiness, the command line."""

from __future__ import annotations

import dataclasses
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

import settings as settings_module
from web import hosting
from web.supervision import Supervised

from .bot_standin import StandInBot
from .site import Site

ROOT = settings_module.ROOT


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until(holds, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_a_taken_port_is_told_in_two_languages() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(hosting.PortTaken) as refused:
            hosting.require_free_port("127.0.0.1", port, "WEIQUAN_PORT")
    for words in (str(port), "已被占用", "is taken", "WEIQUAN_PORT"):
        assert words in str(refused.value)


def test_a_child_that_dies_is_started_again_and_stopped_with_us(tmp_path: Path) -> None:
    child = Supervised(
        "child", [sys.executable, "-c", "import time; time.sleep(60)"], cwd=tmp_path, first_pause=0.1
    )
    child.start()
    _until(lambda: child.pid is not None)
    first = child.pid
    os.kill(first, signal.SIGKILL)
    _until(lambda: child.pid not in (None, first))
    second = child.pid
    child.stop()
    assert child.starts == 2
    assert child.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


def test_a_child_that_cannot_run_is_tried_with_growing_pauses(tmp_path: Path) -> None:
    child = Supervised("child", [sys.executable, "-c", "raise SystemExit(3)"], cwd=tmp_path, first_pause=0.2)
    child.start()
    time.sleep(2.0)
    child.stop()
    assert 2 <= child.starts <= 5


def test_readiness_names_each_part(site: Site) -> None:
    answer = requests.get(f"{site.url}/readyz")
    assert answer.status_code == 503
    data = answer.json()["data"]
    assert data["bot"]["ready"] is True
    assert data["bot"]["model"] == "stand-in"
    assert data["store"]["ready"] is True
    assert data["library"] == {"ready": False, "release": None}
    site.bot.mode = "error"
    assert requests.get(f"{site.url}/readyz").json()["data"]["bot"]["ready"] is False
    assert requests.get(f"{site.url}/healthz").json() == {"ok": True, "data": {"alive": True}}


def test_the_web_process_loads_neither_rasa_nor_tensorflow() -> None:
    code = "import server, sys; print(sorted({'rasa', 'rasa_sdk', 'tensorflow', 'spacy', 'sklearn'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).strip() == "[]"


def test_the_web_command_serves_prints_its_addresses_and_stops_on_sigterm(tmp_path: Path) -> None:
    bot = StandInBot()
    port = _free_port()
    environment = {
        **os.environ,
        "WEIQUAN_HOME": str(tmp_path / "home"),
        "WEIQUAN_PORT": str(port),
        "WEIQUAN_BOT_URL": bot.url,
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    out = tmp_path / "out"
    with out.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "server.py", "web"], cwd=ROOT, env=environment, stdout=file, stderr=file
        )
    try:
        _until(lambda: f"http://127.0.0.1:{port}/" in out.read_text("utf-8"))
        assert requests.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        printed = out.read_text("utf-8")
        assert "一次性密码" in printed
        assert "officer" in printed
        second = subprocess.run(
            [sys.executable, "server.py", "web"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert second.returncode == 1
        assert "已被占用" in second.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
        bot.stop()


def test_the_check_of_the_machine_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = settings_module.load({"WEIQUAN_HOME": str(tmp_path)})
    fine = dataclasses.replace(loaded, port=_free_port(), bot_url=f"http://127.0.0.1:{_free_port()}")
    assert hosting.setup_check(fine) == 0
    assert "可以运行" in capsys.readouterr().out
    monkeypatch.setattr(hosting, "NEEDED_BYTES", 1 << 60)
    monkeypatch.setattr(hosting, "NEEDED_PYTHON", (3, 9))
    assert hosting.setup_check(fine) == 1
    said = capsys.readouterr().out
    assert "磁盘" in said
    assert "Python 3.10" in said


def test_the_help_names_every_command() -> None:
    shown = subprocess.check_output([sys.executable, "server.py", "--help"], cwd=ROOT, text=True)
    for command in ("run", "web", "bot", "train", "library", "setup-check"):
        assert f"    {command}" in shown


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    environment = {**os.environ, "WEIQUAN_PORT": "eighty", "WEIQUAN_HOME": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "server.py", "setup-check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    assert "WEIQUAN_PORT" in ended.stderr
