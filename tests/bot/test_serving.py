"""The real process: starts, answers over HTTP, survives kill -9 with its form, stops when asked."""

from __future__ import annotations

import signal
import sqlite3
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.bot.conftest import Server

TEXTS = [
    "你好",
    "健身房跑路了卡里还有三千怎么办",
    "外卖里吃出头发丝",
    "老板拖欠工资怎么办",
    "今天天气怎么样",
    "我要投诉商家",
    "孩子偷偷给游戏充了三千二",
    "前天在淘宝买的手机坏了",
    "x",
    "？？",
    "😡",
    "退" * 6,
    "a b c",
    "谢谢您" * 50,
]
MANY = 128


def texts() -> list[str]:
    """TEXTS and evenly drawn lines of the real training data: MANY in all, from every act and topic."""
    lines = []
    for path in sorted((Path(__file__).parents[2] / "data" / "nlu").rglob("*.yml")):
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            lines += [line[2:] for line in block["examples"].splitlines() if line.startswith("- ")]
    wanted = MANY - len(TEXTS)
    return TEXTS + [lines[number * len(lines) // wanted] for number in range(wanted)]


def test_state_survives_kill_nine_and_serving_needs_no_tensorflow(fresh_home, bot):
    server = Server(fresh_home)
    try:
        assert server.wait() < 30
        assert server.turn("c_1", "m1", "我要投诉商家").json()["data"]["replies"][0]["text"] == "怎么称呼您"
        answered = server.turn("c_1", "m2", "张三").json()
        assert answered["data"]["replies"][0]["text"] == "电话多少"
        assert _maps(server.process.pid).count("libtensorflow") == 0
        for text in texts():
            ours = _parsed(server, text)
            reference = bot.parse(text)
            for key in ("intent", "intent_ranking", "topic_ranking", "referral_ranking"):
                assert ours[key] == reference[key], text
            assert [(item["entity"], item["start"]) for item in ours["entities"]] == [
                (item["entity"], item["start"]) for item in reference["entities"]
            ]
        refused = server.turn("c_1", "", "你好")
        assert (refused.status_code, refused.json()["ok"], refused.json()["error"]) == (
            400,
            False,
            "turn_refused",
        )
        failed = server.turn("c_9", "m1", "垃圾机器人")
        assert (failed.status_code, failed.json()["error"]) == (500, "action_failed")
        server.kill()
    finally:
        server.kill()
    assert "secret words" not in server.log.read_text()
    with sqlite3.connect(fresh_home / "tracker.db") as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)

    second = Server(fresh_home)
    try:
        second.wait()
        assert second.turn("c_1", "m2", "张三").json() == answered, (
            "the reply to a repeated message survives, too"
        )
        assert (
            second.turn("c_1", "m3", "13800138000").json()["data"]["replies"][0]["text"]
            == "已提交 张三 13800138000"
        )
        second.process.send_signal(signal.SIGTERM)
        assert second.process.wait(timeout=10) == 0
    finally:
        second.kill()


def _parsed(server: Server, text: str) -> dict[str, Any]:
    url = f"http://127.0.0.1:{server.port}/model/parse"
    assert requests.post(url, json={"text": text}, timeout=30).status_code == 401, (
        "Rasa's own API needs the token"
    )
    from bot.server import api_token  # imports Rasa: only once a server is being tested

    answer = requests.post(url, params={"token": api_token("test")}, json={"text": text}, timeout=30)
    return answer.json()


def _maps(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text()
