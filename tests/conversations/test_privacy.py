"""With the real bot: nothing personal in the logs of either process, and erasing reaches the bot's memory."""

from __future__ import annotations

import re
import time

import requests

from tests.conversations.consumer import Consumer
from tests.conversations.test_complaint import begin

NAME, PHONE, STREET = "欧阳慕容", "13987654321", "金山区朱泾镇人民路77号"
SEEDS = (NAME, PHONE, STREET)


def everything(system, *patterns: str) -> str:
    """The content of these files of the data folder, however it is encoded."""
    found = []
    for pattern in patterns:
        for path in system.home.rglob(pattern):
            raw = path.read_bytes().decode("utf-8", "replace")
            found.append(raw)
            found.append(re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), raw))
    return "\n".join(found)


def form(session: requests.Session, page: str, address: str, **fields: str) -> requests.Response:
    token = re.search(r'name="csrf_token" value="([^"]+)"', session.get(page).text)[1]
    return session.post(address, data={"csrf_token": token, **fields})


def test_a_filed_complaint_is_in_no_log_and_gone_from_the_bot_when_erased(system) -> None:
    consumer = Consumer(system.url)
    begin(consumer)
    consumer.says("一兆健身，上海市金山区卫清西路100号")
    consumer.says(f"我叫{NAME}，{PHONE}，上海市{STREET}")
    consumer.taps("提交")
    ticket = next(reply["ticket"] for reply in consumer.last if reply.get("ticket"))
    logs = everything(system, "*.log") + system.printed()
    assert "weiquan" in logs or "rasa" in logs.lower()
    assert [seed for seed in SEEDS if seed in logs] == []
    assert NAME in everything(system, "tracker.db*"), "the bot remembers, or the next line proves nothing"

    site, page = requests.Session(), f"{system.url}/tickets/{ticket['number']}"
    here = f"{page}?code={ticket['code']}"
    form(site, here, f"{page}/withdraw", code=ticket["code"])
    own = f"{page}/data?code={ticket['code']}"
    assert NAME in site.get(own).text
    done = form(site, own, f"{page}/erase", code=ticket["code"], sure="yes")
    assert "已经删除" in done.text
    until = time.monotonic() + 10
    while time.monotonic() < until and _turns_with(system, NAME):
        time.sleep(0.2)
    assert _turns_with(system, NAME) == 0
    assert NAME not in site.get(own).text


def _turns_with(system, words: str) -> int:
    """How many rows of the bot's memory hold these words, read as the bot's store writes them."""
    import sqlite3

    with sqlite3.connect(f"file:{system.home / 'tracker.db'}?mode=ro", uri=True) as database:
        found = database.execute(
            "select (select count(*) from turns where events like ?) + (select count(*) from replies where body like ?)",
            (f"%{words}%", f"%{words}%"),
        ).fetchone()
    return int(found[0])
