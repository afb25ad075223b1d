"""Menu, greeting, notices: the setup command says what is wrong, and ticket news reaches the consumer."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import conversations, followers, outbox, tickets
from desk.staff import Role
from tests.factories import make_draft
from tests.web import bot_script
from web.wechat import menu as menus
from web.wechat import setup

from .office import SECRET, MakeOffice, Office
from .test_ledger import settled
from .test_overload import until

TEMPLATE = "单号：{{character_string1.DATA}}\n进展：{{thing2.DATA}}\n时间：{{time3.DATA}}"


def setup_of(office: Office, **change: Any) -> tuple[int, str]:
    """Run the command; its exit code and what it printed."""
    lines: list[str] = []
    values = dataclasses.replace(office.site.settings, **{"public_url": office.site.url, **change})
    code = setup.run(values, office.store, lines.append)
    return code, "\n".join(lines)


def test_setup_puts_the_menu_there_and_says_all_is_well(office: Office) -> None:
    code, printed = setup_of(office)
    assert code == 0, printed
    assert "公众号可以用了" in printed
    assert [button["name"] for button in office.platform.menu["button"]] == ["我要维权", "我的投诉", "转人工"]


WRONG = {
    "app id": ({"wechat_app_id": "wx0000000000000000"}, "WECHAT_APP_ID"),
    "secret": ({"wechat_app_secret": "wrong" * 6}, "WECHAT_APP_SECRET"),
    "no secret": ({"wechat_app_secret": ""}, "WECHAT_APP_SECRET"),
    "key too short": ({"wechat_aes_key": "short"}, "43 个"),
    "token of another": ({"wechat_token": "another"}, "WECHAT_TOKEN"),
    "nobody there": ({"wechat_api_base": "http://127.0.0.1:9"}, "没有连上微信"),
    "no address of our own": ({"public_url": ""}, "WEIQUAN_PUBLIC_URL"),
    "hours": ({"duty_hours": "nine to five"}, "WEIQUAN_DUTY_HOURS"),
    "template": ({"wechat_template": "unknown"}, "WECHAT_TEMPLATE"),
}


@pytest.mark.parametrize(("change", "told"), WRONG.values(), ids=WRONG)
def test_setup_says_what_is_wrong(office: Office, change: dict[str, str], told: str) -> None:
    code, printed = setup_of(office, **change)
    assert code == 1
    assert told in printed
    assert SECRET not in printed


def test_setup_knows_an_address_that_is_not_on_the_white_list(office: Office) -> None:
    office.platform.ip_refused = True
    code, printed = setup_of(office)
    assert code == 1
    assert "白名单" in printed


def test_an_offices_own_menu_is_checked_before_it_is_sent(office: Office) -> None:
    office.home.joinpath(menus.OWN_FILE).write_text(
        "buttons: [{name: 名字太长太长太长太长, key: A, text: x}]", "utf-8"
    )
    code, printed = setup_of(office)
    assert code == 1
    assert "名字太长" in printed


@pytest.mark.parametrize(
    "broken", ["buttons: []", "buttons: 3", "x: [", "buttons: [{name: a}]", "buttons: [{key: a}]"]
)
def test_a_broken_menu_file_is_refused_with_a_reason(tmp_path: Path, broken: str) -> None:
    tmp_path.joinpath(menus.OWN_FILE).write_text(broken, "utf-8")
    with pytest.raises(menus.MenuRefused, match=r"\S"):
        menus.load(tmp_path)


def file_ticket(office: Office, li) -> Any:
    li.say("在吗")
    ticket = tickets.file_ticket(
        office.store, conversation_id=office.conversation(li).id, draft=make_draft(region_code="")
    )
    time.sleep(0.1)
    return ticket


def test_ticket_news_comes_as_a_template_message(make_office: MakeOffice) -> None:
    office = make_office(wechat_template="T1")
    office.platform.templates.add("T1", "投诉进展", TEMPLATE)
    li = office.platform.follower()
    ticket = file_ticket(office, li)
    tickets.advance(office.store, ticket.number, "accepted", by="staff:s1")
    seen = li.wait_for(lambda seen: seen.kind == "template", timeout=30)
    assert ticket.number in seen.words
    assert "已受理" in seen.words
    assert "/wechat/t/" in seen.words
    assert office.left(li) == 5, "a notice takes nothing from the ledger"


def test_a_subscription_notice_is_sent_once_for_each_agreement(make_office: MakeOffice) -> None:
    office = make_office(wechat_subscription="S1")
    office.platform.templates.add("S1", "投诉进展", TEMPLATE, subscription=True)
    li = office.platform.follower()
    ticket = file_ticket(office, li)
    li.answer_subscription("S1")
    tickets.advance(office.store, ticket.number, "accepted", by="staff:s1")
    li.wait_for(lambda seen: seen.kind == "subscription", timeout=30)
    tickets.advance(office.store, ticket.number, "mediating", by="staff:s1")
    li.wait_for(lambda seen: seen.kind == "customer-service" and "调解中" in seen.words, timeout=30)
    assert office.platform.record.rejected == []


def test_the_notice_is_asked_for_when_the_ticket_is_there(make_office: MakeOffice) -> None:
    office = make_office(wechat_subscription="S1")
    li = office.platform.follower()
    office.site.bot.script = lambda turn: {
        "replies": [bot_script._replies({**turn, "choice": "confirm:yes"})[0]],
        "decision": None,
    }
    li.say("确认提交")
    url = re.findall(r'href="([^"]+/wechat/n/[^"]+)"', li.texts[0])[0]
    page = li.open(url)
    assert page.status_code == 200
    assert 'template="S1"' in page.text
    assert "https://res.wx.qq.com" in page.headers["Content-Security-Policy"]
    config = json.loads(re.search(r'id="wechat-config">(.*?)</script>', page.text)[1])
    ticket = office.site.app.extensions["weiquan.wechat"].page_ticket()
    signed = f"jsapi_ticket={ticket}&noncestr={config['nonceStr']}&timestamp={config['timestamp']}&url={url}"
    assert config["signature"] == hashlib.sha1(signed.encode()).hexdigest()
    assert sum("getticket" in call.path for call in office.platform.record.calls) == 1


def test_without_a_subscription_nobody_is_asked(office: Office) -> None:
    li = office.platform.follower()
    li.say("我要投诉")
    li.say("1")
    assert not any("/wechat/n/" in text for text in li.texts)


def test_a_refused_or_withdrawn_agreement_sends_no_notice(make_office: MakeOffice) -> None:
    office = make_office(wechat_subscription="S1")
    office.platform.templates.add("S1", "投诉进展", TEMPLATE, subscription=True)
    li = office.platform.follower()
    li.answer_subscription("S1", accept=False)
    li.answer_subscription("S1", accept=True)
    li.change_subscription("S1", accept=False)
    found = followers.find(office.store, li.openid)
    assert found is not None
    assert found.accepted == {"S1": 0}


def test_without_notices_ticket_news_goes_within_the_ledger_or_waits(office: Office) -> None:
    li = office.platform.follower()
    ticket = file_ticket(office, li)
    tickets.advance(office.store, ticket.number, "accepted", by="staff:s1")
    seen = li.wait_for("有了进展：已受理", timeout=30)
    assert "/wechat/t/" in seen.words


def test_news_out_of_the_window_waits_for_the_next_message(office: Office) -> None:
    li = office.platform.follower()
    ticket = file_ticket(office, li)
    settled(office, li)
    outbox.close_ledger(
        office.store, office.conversation(li).id, at=office.site.app.extensions["weiquan.wechat"].now()
    )
    tickets.advance(office.store, ticket.number, "accepted", by="staff:s1")
    assert settled(office, li)[0] == outbox.NEXT
    li.say("有进展吗")
    assert any("已受理" in text for text in li.texts)


def test_the_keeper_forgets_verifications_no_message_can_come_with_any_more(office: Office) -> None:
    channel = office.site.app.extensions["weiquan.wechat"]
    assert office.platform.verify().accepted
    assert channel.account.forget_verifications() == 0, "a fresh one is still refused as a message's"
    later = channel.now() + timedelta(hours=1)
    channel._pruned = later - timedelta(hours=1)
    channel.now = channel.account._now = lambda: later
    channel._look_after_claims()
    with office.store.read() as tx:
        left = tx.connection.exec_driver_sql(
            "SELECT count(*) FROM channel_notes WHERE name LIKE 'verified:%'"
        )
        assert left.scalar() == 0


@pytest.mark.parametrize(("code", "words"), [(40164, "IP 白名单"), (40125, "密钥（AppSecret）不对")])
def test_the_desk_sounds_an_alarm_while_wrong_settings_keep_messages_waiting(
    office: Office, code: int, words: str
) -> None:
    li = office.platform.follower()
    li.say("转人工")
    mediator = office.site.member(Role.MEDIATOR)
    conversation = office.conversation(li).id
    assert "微信消息现在发不出去" not in mediator.get("/staff/conversations").text
    office.platform.fail_next("/cgi-bin/message/custom/send", code, times=3)
    conversations.take(office.store, conversation, staff=mediator.id, text="工作人员已接入。")
    until(lambda: "微信消息现在发不出去" in mediator.get("/staff/conversations").text)
    page = mediator.get(f"/staff/conversations/{conversation}").text
    assert words in page
    assert "有 1 条在等" in page
    assert "WECHAT_" not in page
    li.wait_for("工作人员已接入。", timeout=20)
    until(lambda: "微信消息现在发不出去" not in mediator.get("/staff/conversations").text)


def test_a_page_conversation_gets_no_ticket_messages(office: Office) -> None:
    from tests.factories import make_conversation

    conversation = make_conversation(office.store)
    ticket = tickets.file_ticket(office.store, conversation_id=conversation.id, draft=make_draft())
    tickets.advance(office.store, ticket.number, "accepted", by="staff:s1")
    assert conversations.messages(office.store, conversation.id) == []
