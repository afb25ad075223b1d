"""Chatting with the service from a terminal, and the simulator under load."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from wechatpy import create_reply, parse_message

from tests.wechat_platform import FAILURE_WORDS
from tests.wechat_platform.drawing import WIDTH, boxed, drawn, width
from tests.wechat_platform.replies import Article
from tests.wechat_platform.scripted_webhook import (
    AES_KEY,
    APP_ID,
    APP_SECRET,
    TOKEN,
    quick_platform,
    serving,
)
from tests.wechat_platform.seen import Seen
from tests.wechat_platform.terminal import main

ROOT = Path(__file__).resolve().parents[2]


def echo(asked):
    if asked.method == "GET":
        return asked.query["echostr"].encode()
    message = parse_message(asked.body)
    words = getattr(message, "content", None) or getattr(message, "recognition", None) or message.type
    return create_reply(f"收到：{words}", message).render().encode()


def typed(webhook, *lines, options=()):
    out = io.StringIO()
    given = ["--webhook", webhook, "--app-id", APP_ID, "--app-secret", APP_SECRET, "--token", TOKEN]
    given += ["--aes-key", AES_KEY, "--mode", "plain", "--port", "0", *options]
    assert main(given, lines, out) == 0
    return out.getvalue()


def test_a_person_at_the_terminal_sees_settings_answers_and_mistakes(tmp_path):
    picture = tmp_path / "receipt.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    with serving(echo) as webhook:
        printed = typed(
            webhook.url,
            "商家不给退\n",
            "/voice 我要退货\n",
            f"/image {picture}\n",
            "/image nowhere.jpg\n",
            "/location 31.2,121.5 人民广场\n",
            "/dance\n",
            "/tap\n",
            "/menu\n",
            "/choose 1\n",
            "/quota\n",
            "/record\n",
            "/unfollow\n",
            "还在吗\n",
            "/quit\n",
            "没人听\n",
        )
    for setting in (f"WECHAT_APP_ID={APP_ID}", f"WECHAT_TOKEN={TOKEN}", f"WECHAT_AES_KEY={AES_KEY}"):
        assert setting in printed
    assert "地址验证通过" in printed
    assert printed.count("── 回复") == 4
    for words in ("收到：商家不给退", "收到：我要退货", "收到：image", "收到：location"):
        assert words in printed
    for mistake in ("没有这个命令", "后面要写内容", "No such file", "还没有创建", "no menu message"):
        assert mistake in printed
    assert "还能发 5 条" in printed
    assert "does not follow" in printed
    assert "没人听" not in printed


def test_the_terminal_says_when_the_service_cannot_be_reached():
    printed = typed("http://127.0.0.1:9/wechat")
    assert "连不上" in printed


def test_the_command_of_the_documentation_starts(tmp_path):
    with serving(echo) as webhook:
        command = [sys.executable, "-m", "tests.wechat_platform", "--webhook", webhook.url, "--mode", "plain"]
        done = subprocess.run(
            [*command, "--port", "0"],
            input="你好\n/quit\n".encode(),
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            timeout=60,
            check=True,
        )
    assert "收到：你好" in done.stdout.decode()


def test_cards_and_menus_are_drawn_within_their_frame():
    card = Seen(
        "passive", "news", articles=(Article("七天无理由退货" * 6, "怎么退", "https://example.org", ""),)
    )
    lines = drawn(card, "回复").split("\n")
    assert lines[0] == "── 回复"
    assert {width(line) for line in lines[1:]} == {WIDTH + 4}
    menu = Seen("customer-service", "msgmenu", "您要：\n退货\n换货", choices=(("1", "退货"), ("2", "换货")))
    assert drawn(menu, "客服消息").split("\n")[1:] == ["您要：", "   [1] 退货", "   [2] 换货"]
    assert len(boxed(["一"])) == 3


def test_many_followers_at_once_with_everything_going_wrong_are_all_accounted_for():
    with quick_platform(seed=7) as platform, serving(echo) as webhook:
        platform.webhook = webhook.url
        platform.rules.try_timeout = 5
        platform.rules.concurrency = 40
        faults = platform.faults
        faults.duplicates, faults.disorder, faults.drops, faults.overlaps = 0.1, 0.2, 0.05, 0.05
        faults.max_delay = 0.2
        people = [platform.follower() for _ in range(100)]

        def chat(person):
            for number in range(5):
                person.say(f"{person.openid} {number}", wait=False)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(chat, people))
        assert platform.settle(120)
        report = platform.record.report()
        assert report["deliveries"] == 500
        assert report["answered"] + report["lost"] == 500
        assert report["tries"]["dropped"] >= 5
        assert report["tries"]["answered"] > report["answered"], "duplicates and overlaps are answered too"
        assert report["surplus_replies_that_differ"] == 0
        for person in people:
            answers = {f"收到：{person.openid} {number}" for number in range(5)}
            assert len(person.texts) == 5
            assert set(person.texts) <= answers | {FAILURE_WORDS}
