"""Many people, a bot that is down or slow, a store that is busy: who needs no bot never waits for one, nothing is lost."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from desk import inbound
from web.wechat import handling

from .office import MakeOffice, Office

CROWD = 40


def channel_of(office: Office) -> Any:
    return office.site.app.extensions["weiquan.wechat"]


def until(true: Callable[[], object], patience: float = 60) -> None:
    """Wait until `true()` holds."""
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def crowd(office: Office, words: str = "有个问题", count: int = CROWD) -> list[Any]:
    """Let many people ask at once; returns their deliveries, not waited for."""
    return [office.platform.follower().say(words, wait=False) for _ in range(count)]


@pytest.mark.parametrize("mode", ["drop", "hang"])
def test_a_wish_for_a_person_never_waits_behind_a_bot_that_is_down_or_slow(
    make_office: MakeOffice, mode: str
) -> None:
    office = make_office(bot_timeout=20.0)
    office.site.bot.mode = mode
    deliveries = crowd(office)
    until(lambda: len(office.site.bot.asked) >= 20)
    for act in (
        lambda person: person.say("转人工"),
        lambda person: person.tap("STATION"),
        lambda person: person.follow(),
        lambda person: person.send_video(b"\x00\x00\x00\x18ftypmp42"),
    ):
        person = office.platform.follower()
        tried = act(person).tries[0]
        assert tried.outcome == "answered"
        assert tried.ms < 2000, f"{tried.ms} ms behind a bot in mode {mode}"
        assert person.seen[0].kind == "passive"
    office.site.bot.mode = "ok"
    office.site.bot.released.set()
    for delivery in deliveries:
        delivery.wait(60)


def test_ones_own_question_at_a_slow_bot_does_not_hold_up_ones_wish_for_a_person(office: Office) -> None:
    office.site.bot.mode = "hang"
    li = office.platform.follower()
    stuck = li.say("这个问题要想很久", wait=False)
    until(lambda: office.site.bot.asked)
    tried = li.say("转人工").tries[0]
    assert tried.ms < 1500
    assert "已为您转人工" in "\n".join(li.texts)
    office.site.bot.mode = "ok"
    office.site.bot.released.set()
    stuck.wait()
    time.sleep(0.5)
    assert not any("您说的是" in text for text in li.texts), "the bot's late word is not shown"


def test_beyond_its_seats_a_message_is_acknowledged_at_once_and_answered_later(
    make_office: MakeOffice,
) -> None:
    office = make_office(wechat_waiting=3)
    office.site.bot.delay = 1.6
    people = [office.platform.follower() for _ in range(9)]
    deliveries = [person.say("慢问题", wait=False) for person in people]
    for delivery in deliveries:
        delivery.wait()
    at_once = [delivery for delivery in deliveries if delivery.tries[0].ms < 1200]
    assert len(at_once) == 6
    assert all(delivery.tries[0].answer == b"success" for delivery in at_once)
    for person in people:
        person.wait_for("您说的是：慢问题", timeout=30)
    assert [person.texts for person in people] == [["您说的是：慢问题"]] * 9


def test_a_message_waits_for_a_bot_that_is_down_without_a_thread_and_in_order(
    make_office: MakeOffice,
) -> None:
    office = make_office(wechat_budget=0.5)
    office.site.bot.mode = "drop"
    people = [office.platform.follower() for _ in range(6)]
    for number in range(3):
        for person in people:
            assert person.say(f"第{number}问").answered
    mailboxes = channel_of(office).mailboxes
    until(lambda: not mailboxes.in_hand(), patience=20)  # all put back, no thread is held
    office.site.bot.mode = "ok"
    for person in people:
        until(lambda person=person: "第2问" in "\n".join(person.texts), patience=30)
        shown = "\n".join(person.texts)
        assert [shown.count(f"第{number}问") for number in range(3)] == [1, 1, 1]
        assert shown.index("第0问") < shown.index("第1问") < shown.index("第2问")
        assert office.conversation(person).owner == "bot"


def test_a_bot_that_stays_down_leaves_the_message_to_a_person(office: Office, monkeypatch) -> None:
    monkeypatch.setattr(handling, "BOT_AWAITED", timedelta(seconds=2))
    office.site.bot.mode = "drop"
    li = office.platform.follower()
    li.say("机器人回不来了")
    until(lambda: office.conversation(li).owner == "queue")
    until(lambda: any("转人工" in text or "工作人员" in text for text in li.texts))


def test_a_conversation_busy_on_the_page_still_answers_the_message_from_wechat(
    make_office: MakeOffice,
) -> None:
    office = make_office(wechat_budget=0.5)
    li = office.platform.follower()
    li.say("在吗")
    locks = office.site.app.extensions["weiquan"].locks
    with locks.turn(office.conversation(li).id, patience=1, lasts=30) as held:
        assert held
        assert li.say("页面上正忙时说的").tries[0].answer == b"success"
        time.sleep(4)
        assert not any("正忙时说的" in text for text in li.texts)
    li.wait_for("您说的是：页面上正忙时说的", timeout=30)
    assert sum("正忙时说的" in text for text in li.texts) == 1


@pytest.mark.parametrize("seconds", [3.0])
def test_a_store_too_busy_to_keep_a_message_lets_wechat_try_again(office: Office, seconds: float) -> None:
    li = office.platform.follower()
    li.say("在吗")
    office.platform.rules.wait_after_failure = 0.2
    other = sqlite3.connect(office.store.engine.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    delivery = li.say("库正忙时说的", wait=False)
    time.sleep(seconds)
    other.execute("ROLLBACK")
    other.close()
    delivery.wait()
    assert [attempt.outcome for attempt in delivery.tries] == ["http-error", "answered"]
    assert 1500 < delivery.tries[0].ms < 3000, "given up in time for WeChat to hear of it"
    until(lambda: sum("库正忙时说的" in text for text in li.texts) == 1)
    assert office.site.bot.texts().count("库正忙时说的") == 1


def test_what_was_put_back_by_a_process_that_died_is_answered_by_another(make_office: MakeOffice) -> None:
    from .test_exactly_once import restarted

    office = make_office(wechat_budget=0.5)
    office.site.bot.mode = "drop"
    li = office.platform.follower()
    li.say("留给下一个进程")
    until(lambda: inbound.get(office.store, 1).claimed_by == inbound.NOBODY, patience=30)
    channel = channel_of(office)
    channel._stopping.set()
    channel.sender.stop()
    second = restarted(office)
    li.wait_for("您说的是：留给下一个进程", timeout=20)
    second.close()
