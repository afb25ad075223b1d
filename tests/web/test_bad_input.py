"""What people and programs send that they should not: each gets a clear answer and breaks nothing."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from .site import Chatter, Site

MESSAGES = "/api/chat/messages"

BODIES: dict[str, tuple[bytes, int]] = {
    "not json": (b"{text: 1", 400),
    "half a string": (b'{"text": "\xff\xfe"}', 400),
    "a list": (b"[]", 400),
    "a number": (b"3", 400),
    "null": (b"null", 400),
    "nothing": (b"", 422),
    "no text": (b"{}", 422),
    "text a number": (b'{"text": 5}', 422),
    "text a list": (b'{"text": ["x"]}', 422),
    "text null": (b'{"text": null}', 422),
    "text empty": (b'{"text": ""}', 422),
    "text white": (b'{"text": " \\n\\u3000 "}', 422),
    "only control characters": (b'{"text": "\\u0000\\u0007\\u200f\\ufeff"}', 422),
    "half a surrogate pair": (b'{"text": "\\ud83d"}', 422),
    "choice a number": (b'{"text": "x", "choice": 5}', 422),
    "choice too long": (json.dumps({"text": "x", "choice": "c" * 600}).encode(), 422),
    "client id odd": (b'{"text": "x", "client_id": "a b"}', 422),
    "client id a number": (b'{"text": "x", "client_id": 7}', 422),
    "ten thousand characters": (json.dumps({"text": "维" * 10_000}).encode(), 413),
    "three hundred kilobytes": (json.dumps({"text": "x" * 300_000}).encode(), 413),
    "nested too deep": (b"[" * 100_000, 400),
    "nan": (b'{"text": NaN}', 422),
}


@pytest.mark.parametrize(("body", "status"), BODIES.values(), ids=BODIES)
def test_a_bad_body_gets_a_clear_answer(site: Site, visitor: Chatter, body: bytes, status: int) -> None:
    answer = visitor.post(MESSAGES, data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    _is_error(answer, status)
    assert visitor.history() == []
    assert site.bot.asked == []


def test_a_message_of_another_type_is_refused(visitor: Chatter) -> None:
    answer = visitor.post(MESSAGES, data="text=hello", headers={"Content-Type": "text/plain"})
    _is_error(answer, 415)


GOOD = {
    "emoji only": ("😭😭😭", "😭😭😭"),
    "control characters inside": ("孩\x00子\x1b[31m充\u202e值", "孩子[31m充值"),
    "half a surrogate pair inside": ("充值\ud83d三千", "充值三千"),
    "markup": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "a template": ("{{7*7}} {% raw %}", "{{7*7}} {% raw %}"),
    "a command of rasa": ('/choose{"choice": "x"}', '/choose{"choice": "x"}'),
    "sql": ("'; DROP TABLE messages; --", "'; DROP TABLE messages; --"),
    "windows lines": ("一\r\n二\r三", "一\n二\n三"),
    "full width": ("ＡＢＣ１２３", "ＡＢＣ１２３"),
    "three thousand characters": ("维" * 3000, "维" * 3000),
}


@pytest.mark.parametrize(("sent", "kept"), GOOD.values(), ids=GOOD)
def test_odd_text_is_kept_as_text(visitor: Chatter, sent: str, kept: str) -> None:
    body = json.dumps({"text": sent}).encode("utf-8", "surrogatepass")
    answer = visitor.post(MESSAGES, data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["message"]["text"] == kept
    assert visitor.history()[0]["text"] == kept


QUERIES = [
    "after=-1",
    "after=x",
    "after=99999999999999999999",
    "wait=26",
    "wait=-1",
    "wait=1e3",
    "after=%00",
    "after=１",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_bad_parameter_is_refused(visitor: Chatter, query: str) -> None:
    _is_error(visitor.get(f"{MESSAGES}?{query}"), 422)


def test_fifty_messages_in_a_second_break_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path / "home", message_rate="40 per minute")
    try:
        visitor = site.visitor()
        answers: list[requests.Response] = []

        def send(number: int) -> None:
            answers.append(visitor.post(MESSAGES, json={"text": f"第{number}条", "client_id": f"n{number}"}))

        threads = [threading.Thread(target=send, args=(number,)) for number in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        counts = {status: sum(a.status_code == status for a in answers) for status in (200, 429)}
        assert counts == {200: 40, 429: 10}
        refused = next(answer for answer in answers if answer.status_code == 429)
        _is_error(refused, 429)
        assert int(refused.headers["Retry-After"]) > 0
        kept = [message for message in visitor.history() if message["author"] == "consumer"]
        assert len(kept) == 40
        assert len(site.bot.asked) == 40
        assert site.visitor().send("别人不受影响")["owner"] == "bot"
    finally:
        site.close()


def test_a_locked_database_is_told_and_the_message_can_be_sent_again(site: Site, visitor: Chatter) -> None:
    file = site.settings.home / "desk.db"
    lock = sqlite3.connect(file, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        began = time.monotonic()
        answer = visitor.post(MESSAGES, json={"text": "锁住了", "client_id": "l1"})
        _is_error(answer, 503)
        assert answer.json()["error"] == "store_locked"
        assert time.monotonic() - began < 15
        assert requests.get(f"{site.url}/readyz").json()["data"]["store"]["ready"] is False
        assert requests.get(f"{site.url}/healthz").status_code == 200
        assert visitor.get(f"{MESSAGES}?after=0").status_code == 200
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    assert visitor.send("锁住了", client_id="l1")["replies"]
    assert len(visitor.history()) == 2


def test_a_read_only_database_is_told(site: Site, visitor: Chatter) -> None:
    visitor.send("先说一句")
    _make_read_only(site)
    answer = visitor.post(MESSAGES, json={"text": "写不进去"})
    _is_error(answer, 503)
    assert next(message["text"] for message in visitor.history()) == "先说一句"


def _make_read_only(site: Site) -> None:
    """Every connection from now on may only read, as on a disk mounted read-only."""
    from sqlalchemy import event

    site.store.engine.dispose()
    event.listen(site.store.engine, "connect", lambda raw, record: raw.execute("PRAGMA query_only = 1"))


UPLOADS: dict[str, tuple[str, bytes, int]] = {
    "empty": ("a.jpg", b"", 422),
    "a script": ("a.jpg", b"<script>alert(1)</script>", 415),
    "a program": ("a.png", b"MZ\x90\x00" + b"\x00" * 200, 415),
    "svg": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", 415),
    "half a picture": ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, 415),
    "eleven megabytes": ("a.jpg", b"\xff\xd8\xff" + b"\x00" * 11 * 1024 * 1024, 413),
    "a path for a name": ("../../etc/passwd", b"nothing", 415),
}


@pytest.mark.parametrize(("name", "data", "status"), UPLOADS.values(), ids=UPLOADS)
def test_an_unfit_file_is_refused(visitor: Chatter, name: str, data: bytes, status: int) -> None:
    answer = visitor.post("/api/chat/evidence", files={"file": (name, data)})
    _is_error(answer, status)
    assert visitor.history() == []


def test_an_upload_without_a_file_is_refused(visitor: Chatter) -> None:
    _is_error(visitor.post("/api/chat/evidence", data={"client_id": "a"}), 422)


def test_what_people_write_is_not_logged(
    site: Site, visitor: Chatter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "我叫赵铁柱电话13912345678"
    visitor.send(secret)
    site.bot.mode = "error"
    visitor.send(secret + "二")
    visitor.post(MESSAGES, json={"text": secret * 500})
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert visitor.conversation in told
    for word in ("赵铁柱", "13912345678", visitor.token):
        assert word not in told


def _is_error(answer: requests.Response, status: int) -> None:
    body: dict[str, Any] = answer.json()
    assert answer.status_code == status, answer.text
    assert body["ok"] is False
    assert body["status"] == status
    assert body["error"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["message"]), body
