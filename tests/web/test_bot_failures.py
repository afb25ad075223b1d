"""Whatever happens to the bot: the message is kept, the consumer is told, a person sees it."""

from __future__ import annotations

import threading
import time

import pytest

from desk import conversations
from web.wording import say

from .site import Chatter, Site

FAILURES = {
    "empty": "bot_said_nothing",
    "error": "bot_refused",
    "garbage": "bot_refused",
    "crowd": "bot_refused",
    "drop": "bot_unreachable",
}


@pytest.mark.parametrize(("mode", "reason"), FAILURES.items(), ids=FAILURES)
def test_a_bot_that_fails_loses_nothing(site: Site, visitor: Chatter, mode: str, reason: str) -> None:
    site.bot.mode = mode
    data = visitor.send("孩子充值三千")
    assert data["owner"] == "queue"
    assert [reply["text"] for reply in data["replies"]] == [say("system.bot_failed")]
    assert data["replies"][0]["author"] == "system"
    assert [message["text"] for message in visitor.history()] == ["孩子充值三千", say("system.bot_failed")]
    waiting = conversations.waiting(site.store)
    assert [(found.id, found.reason) for found in waiting] == [(visitor.conversation, reason)]


def test_a_bot_that_takes_too_long_is_not_waited_for(tmp_path) -> None:
    site = Site(tmp_path / "home", bot_timeout=0.4)
    try:
        visitor = site.visitor()
        site.bot.mode = "hang"
        began = time.monotonic()
        data = visitor.send("在吗")
        assert time.monotonic() - began < 3
        assert data["owner"] == "queue"
        assert "工作人员" in data["replies"][0]["text"]
    finally:
        site.bot.released.set()
        site.close()


def test_a_bot_killed_in_mid_turn_loses_nothing(site: Site, visitor: Chatter) -> None:
    site.bot.mode = "hang"
    answers: list[dict] = []
    asking = threading.Thread(target=lambda: answers.append(visitor.send("正说着话")))
    asking.start()
    while not site.bot.asked:
        time.sleep(0.01)
    site.bot.mode = "drop"
    site.bot.stop()
    asking.join()
    assert next(message["text"] for message in visitor.history()) == "正说着话"
    if answers[0]["owner"] == "bot":  # the stand-in finished its answer before it went
        answers.append(visitor.send("还在吗"))
    assert answers[-1]["owner"] == "queue"
    assert "转给工作人员" in visitor.history()[-1]["text"]


def test_with_no_bot_at_all_people_are_reached(site: Site, visitor: Chatter) -> None:
    site.bot.stop()
    assert visitor.send("有人吗")["owner"] == "queue"
    more = visitor.send("再补充一点")
    assert more["replies"] == []
    assert more["owner"] == "queue"
    assert [message["author"] for message in visitor.history()] == ["consumer", "system", "consumer"]


def test_after_a_failure_the_same_message_is_not_stored_twice(site: Site, visitor: Chatter) -> None:
    site.bot.mode = "error"
    visitor.send("孩子充值", client_id="x1")
    site.bot.mode = "ok"
    visitor.send("孩子充值", client_id="x1")
    assert [message["author"] for message in visitor.history()] == ["consumer", "system"]


def test_a_web_process_that_died_before_the_answer_asks_again_when_the_message_is_resent(
    site: Site, visitor: Chatter
) -> None:
    conversations.add_message(
        site.store,
        visitor.conversation,
        author="consumer",
        kind="text",
        body={"text": "孩子充值", "choice": None, "to": "bot"},
        client_id="y1",
    )
    data = visitor.send("孩子充值", client_id="y1")
    assert data["replies"][0]["text"].startswith("孩子这种情况")
    assert len(visitor.history()) == 2


def test_a_photo_that_the_bot_does_not_hear_of_is_still_kept(site: Site, visitor: Chatter) -> None:
    site.bot.mode = "error"
    data = visitor.post("/api/chat/evidence", files={"file": ("证据.png", _png(), "image/png")}).json()[
        "data"
    ]
    assert data["message"]["evidence"]["id"] == data["evidence"]["id"]
    assert visitor.get(f"/api/chat/evidence/{data['evidence']['id']}").status_code == 200


def _png() -> bytes:
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (40, 30), "white").save(file, "PNG")
    return file.getvalue()
