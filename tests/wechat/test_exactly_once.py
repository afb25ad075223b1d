"""Five seconds, three tries: one handling, one answer, whatever WeChat and the bot do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone

from desk import inbound, outbox
from desk.conversations import messages
from tests.wechat_platform.follower import Follower

from .office import MakeOffice, Office

SLOW = {"wechat_budget": 0.5}


def test_a_message_is_kept_before_the_bot_is_asked(make_office: MakeOffice) -> None:
    office = make_office()
    office.site.bot.mode = "hang"
    li = office.platform.follower()
    delivery = li.say("孩子充值", wait=False)
    while not office.site.bot.asked:
        time.sleep(0.01)
    assert office.said(li) == [("consumer", "孩子充值")]
    office.site.bot.released.set()
    delivery.wait()


def test_a_quick_answer_is_the_passive_reply_and_nothing_follows(office: Office) -> None:
    li = office.platform.follower()
    li.say("你们管快递吗")
    time.sleep(0.8)
    assert [seen.kind for seen in li.seen] == ["passive"]
    assert office.platform.record.sends == []


def test_a_slow_answer_comes_by_itself_once(make_office: MakeOffice) -> None:
    office = make_office(**SLOW)
    office.site.bot.delay = 1.2
    li = office.platform.follower()
    delivery = li.say("想问个事")
    assert delivery.tries[0].outcome == "answered"
    assert delivery.tries[0].answer == b"success"
    seen = li.wait_for("您说的是：想问个事", timeout=30)
    assert seen.kind == "customer-service"
    time.sleep(0.6)
    assert li.texts == ["您说的是：想问个事"]


def test_the_same_message_delivered_many_times_at_once_is_handled_once(make_office: MakeOffice) -> None:
    office = make_office()
    office.site.bot.delay = 0.6
    li = office.platform.follower()
    threads = [threading.Thread(target=lambda: li.say("只说一次", msg_id=4242)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert office.said(li) == [("consumer", "只说一次"), ("bot", "您说的是：只说一次")]
    assert office.site.bot.texts() == ["只说一次"]
    assert not [reply for reply in office.platform.record.surplus_replies if reply.differs]


def test_redelivery_after_the_answer_gets_the_same_answer(office: Office) -> None:
    li = office.platform.follower()
    li.say("再来一次", msg_id=77)
    li.say("再来一次", msg_id=77)
    assert office.site.bot.texts() == ["再来一次"]
    assert len(office.said(li)) == 2


def test_a_message_known_before_a_restart_is_not_handled_again(make_office: MakeOffice) -> None:
    first = make_office()
    li = first.platform.follower()
    li.say("重启前说的", msg_id=99)
    home, platform = first.home, first.platform
    second = restarted(first)
    platform.webhook = f"{second.url}/wechat"
    li.say("重启前说的", msg_id=99)
    assert second.bot.texts() == []
    assert len(messages(second.store, first.conversation(li).id)) == 2
    second.close()
    assert home.exists()


def restarted(office: Office):
    """A second web process over the same data, with a bot of its own."""
    from tests.web.site import Site

    return Site(office.home, **office.values)


def test_what_a_dead_process_left_is_answered_by_another_once(make_office: MakeOffice) -> None:
    office = make_office(**SLOW, bot_timeout=20.0)
    office.site.bot.mode = "hang"
    li = office.platform.follower()
    li.say("进程死了也要答", wait=False)
    while not office.site.bot.asked:
        time.sleep(0.01)
    channel = office.site.app.extensions["weiquan.wechat"]
    channel._stopping.set()  # its claims are not renewed any more, as after kill -9
    channel.sender.stop()
    second = restarted(office)
    office.platform.webhook = f"{second.url}/wechat"
    li.wait_for("您说的是：进程死了也要答", timeout=25)
    office.site.bot.mode = "ok"
    office.site.bot.released.set()
    time.sleep(1.5)
    assert li.texts == ["您说的是：进程死了也要答"], "the first process found its claim gone"
    assert [author for author, _ in office.said(li)] == ["consumer", "bot"]
    second.close()


def test_two_processes_at_work_handle_a_message_once(make_office: MakeOffice) -> None:
    office = make_office()
    second = restarted(office)
    office.site.bot.delay = second.bot.delay = 0.8
    li = office.platform.follower()
    for number in range(4):
        deliveries = []
        for site in (office.site, second, office.site, second):
            office.platform.webhook = f"{site.url}/wechat"
            deliveries.append(li.say(f"第{number}条", msg_id=5000 + number, wait=False))
            time.sleep(0.05)
        assert all(delivery.wait().answered for delivery in deliveries)
    assert len(office.site.bot.asked) + len(second.bot.asked) == 4
    assert len(office.said(li)) == 8
    assert not [reply for reply in office.platform.record.surplus_replies if reply.differs]
    second.close()


def _nothing_owed_after(office: Office, li: Follower, text: str) -> None:
    """Said once, and on a machine too busy for the short budget until nothing is left over."""
    for number in range(1, 20):
        li.say(text)
        _until(lambda number=number: len(office.said(li)) == 2 * number)
        if all(owed.state != outbox.NEXT for owed in office.owed(li)):
            return
    raise AssertionError("every answer was late")


def _until(true: Callable[[], object], patience: float = 20) -> None:
    """Wait until `true()` holds."""
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def test_an_account_without_the_right_answers_with_the_next_message(make_office: MakeOffice) -> None:
    office = make_office(**SLOW)
    office.platform.customer_service_allowed = False
    li = office.platform.follower()
    office.site.bot.delay = 1.2
    li.say("第一个问题")
    _until(lambda: office.owed(li) and office.owed(li)[0].state == outbox.NEXT)  # 48001 is learnt here
    assert li.texts == []
    office.site.bot.delay = 0
    li.say("还在吗")
    _until(lambda: len(office.said(li)) == 4)
    li.say("好的")  # brings what a busy machine was late with
    shown = "\n".join(li.texts)
    assert li.texts[0].startswith("您说的是：第一个问题")
    assert [shown.count(f"您说的是：{text}") for text in ("第一个问题", "还在吗")] == [1, 1]
    assert len(office.platform.record.rejected) == 1, "48001 is believed after once"


def test_without_the_right_a_slow_answer_says_when_it_comes(make_office: MakeOffice) -> None:
    office = make_office(**SLOW, wechat_customer_service="no")
    li = office.platform.follower()
    office.site.bot.delay = 1.2
    li.say("慢问题")
    assert "过十几秒" in li.texts[0]
    time.sleep(1.5)
    office.site.bot.delay = 0
    li.say("好")
    assert li.texts[1].startswith("您说的是：慢问题")
    assert office.platform.record.calls == []


def test_a_store_that_takes_nothing_is_owned_up_to(office: Office, monkeypatch) -> None:
    from desk.errors import StoreBusy

    li = office.platform.follower()

    def busy(*args, **kwargs):
        raise StoreBusy("another writer holds the database")

    monkeypatch.setattr(inbound, "accept", busy)
    office.platform.rules.wait_after_failure = 0.1
    delivery = li.say("存不下")
    assert [attempt.outcome for attempt in delivery.tries] == ["http-error", "http-error", "answered"]
    assert "再发一次" in li.texts[0]


def test_a_bot_that_starts_again_is_waited_for(make_office: MakeOffice) -> None:
    office = make_office(**SLOW)
    li = office.platform.follower()
    office.site.bot.mode = "drop"
    li.say("机器人重启中")
    time.sleep(1)
    office.site.bot.mode = "ok"
    li.wait_for("您说的是：机器人重启中", timeout=30)
    assert office.conversation(li).owner == "bot"


def test_the_consumer_never_sees_the_fault_sentence(make_office: MakeOffice) -> None:
    office = make_office(**SLOW)
    people = [office.platform.follower() for _ in range(5)]
    for mode in ("ok", "empty", "error", "garbage"):
        office.site.bot.mode = mode
        for person in people:
            assert person.say(f"试试{mode}").answered
    assert office.platform.record.failures_shown in (0, [])


def test_without_the_right_the_rest_of_an_answer_comes_with_the_next(make_office: MakeOffice) -> None:
    office = make_office(wechat_customer_service="no")
    li = office.platform.follower()
    li.say("在吗")
    conversation = office.conversation(li).id
    said = messages(office.store, conversation)[-1].id
    parts = [{"type": "text", "content": f"第{number}部分"} for number in (1, 2, 3)]
    with office.store.write() as tx:
        outbox.put(
            tx, conversation, [said], state=outbox.NEXT, at=datetime.now(timezone.utc), parts=parts, done=1
        )
    li.say("后面呢")
    assert li.texts[-1] == "第2部分\n\n第3部分\n\n您说的是：后面呢"
    assert {delivery.state for delivery in office.owed(li)} <= {outbox.SENT, outbox.JOINED}


def test_what_waited_and_shows_nothing_breaks_nothing(make_office: MakeOffice) -> None:
    office = make_office(**SLOW, wechat_customer_service="no")
    li = office.platform.follower()
    _nothing_owed_after(office, li, "在吗")
    conversation = office.conversation(li).id
    with office.store.write() as tx:
        outbox.put(tx, conversation, [], state=outbox.NEXT, at=datetime.now(timezone.utc))
    office.site.bot.delay = 1.2
    delivery = li.say("慢问题")
    assert delivery.answered
    assert "过十几秒" in li.texts[-1]
