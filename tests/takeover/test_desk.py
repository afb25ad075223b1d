"""Taking over at the desk, over HTTP: the queue, hand-over, whispers, photos, tickets, rosters, what waiters hear."""

from __future__ import annotations

import html
import io
import re
from datetime import datetime, timedelta, timezone

import pytest
from PIL import Image

from desk import attendance, canned, conversations, handover, history, queue_news, tickets
from desk.conversations import Message
from desk.queue_news import Told
from desk.staff import Role
from desk.store import conversations as rows
from tests.factories import make_conversation
from tests.web.site import Member, Site
from web.ticket_prefill import prefill
from web.urgencies import signals

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc)


def taken(site: Site, *roles: Role) -> tuple:
    """A visitor whose conversation a member of staff has taken, that member, and its page."""
    visitor = site.visitor()
    visitor.send("孩子充值三千")
    visitor.post("/api/chat/handoff")
    member = site.member(*(roles or (Role.OFFICER,)))
    page = f"/staff/conversations/{visitor.conversation}"
    member.submit(f"{page}/take", page=page)
    return visitor, member, page


def hand_over(member: Member, page: str, to: str, how: str) -> str:
    return member.submit(f"{page}/hand-over", page=page, to=to, how=how).text


def said(text: str, **body: object) -> Message:
    return Message(1, "c", "consumer", "text", {"text": text, **body}, None, None, NOW)


def test_the_demand_at_the_end_of_a_story_reaches_the_queue_without_the_assistant(site: Site) -> None:
    site.bot.mode = "drop"
    visitor = site.visitor()
    answer = visitor.send("我七十岁了，卡里还有三千块，店关门了，给我转人工！")
    assert answer["owner"] == "queue"
    assert "已为您转人工" in answer["replies"][0]["text"]


def test_everyone_who_waits_is_on_the_page_of_somebody_on_duty(site: Site) -> None:
    skilled, other = site.member(Role.OFFICER), site.member(Role.MEDIATOR)
    away = site.member(Role.OFFICER)
    away.submit("/staff/duty", page="/staff/conversations", to="away")
    attendance.set_limits(site.store, skilled.id, capacity=1, skills=["housing"], by="s")
    attendance.set_limits(site.store, other.id, capacity=1, skills=["travel"], by="s")
    topics = ["housing", "travel", "prepaid_card", ""] * 60
    ids = set()
    for topic in topics:
        id = make_conversation(site.store, said=["等"], owner="queue").id
        conversations.set_matter(site.store, id, topic=topic)
        ids.add(id)
    for load in range(2):
        pages = [_offered(member.get("/staff/conversations").text) for member in (skilled, other)]
        assert ids <= pages[0] | pages[1], (
            f"nobody on duty sees {len(ids - pages[0] - pages[1])}, load {load}"
        )
        for member in (skilled, other):
            conversations.take(site.store, make_conversation(site.store).id, staff=member.id)
    listed = away.get("/staff/conversations").text
    assert ids <= set(re.findall(r"/conversations/([\w-]+)", listed)), "nothing is hidden from who is away"


def _offered(html: str) -> set[str]:
    """The conversations a page offers outright, without those left to colleagues."""
    section = (
        html.split('id="group-waiting"')[1].split('<details class="elsewhere">')[0].split("</section>")[0]
    )
    return set(re.findall(r"/conversations/([\w-]+)", section))


def test_someone_in_distress_is_seen_while_the_assistant_still_talks_to_them(site: Site) -> None:
    officer = site.member(Role.OFFICER)
    site.visitor().send("我不想活了，钱都被骗了")
    site.visitor().send("鞋子不合脚")
    talks = officer.get("/staff/conversations").text.split('id="group-bot"')[1]
    first, second = talks.split("<li>")[1:3]
    assert "情绪很不好" in first
    assert "tag grave" not in second


def test_with_nobody_on_duty_everyone_sees_them_and_the_supervisor_is_alarmed(site: Site) -> None:
    officer, chief = site.member(Role.OFFICER), site.member(Role.SUPERVISOR)
    for member in (officer, chief):
        member.submit("/staff/duty", page="/staff/conversations", to="away")
    visitor = site.visitor()
    notice = visitor.post("/api/chat/handoff").json()["data"]["replies"][0]["text"]
    assert "没有人" not in notice
    assert "不在座位上" in notice, "nobody is promised who is not there"
    assert visitor.conversation in _offered(officer.get("/staff/conversations").text)
    assert "现在没有人在岗" in chief.get("/staff/tickets").text, "on every page of the supervisor"
    assert "现在没有人在岗" in chief.get("/staff/alarms").text
    assert "现在没有人在岗" not in officer.get("/staff/conversations").text
    assert officer.get("/staff/alarms").status_code == 403


def test_who_wrote_to_somebody_who_has_left_is_not_forgotten(site: Site) -> None:
    visitor, officer, page = taken(site)
    chief = site.member(Role.SUPERVISOR)
    visitor.send("在吗？")
    assert "没有回音" not in chief.get("/staff/alarms").text
    officer.submit("/staff/duty", page="/staff/conversations", to="away")
    assert "没有回音" not in chief.get("/staff/alarms").text, "a moment's patience"
    long_ago = datetime.now(timezone.utc) - timedelta(minutes=20)
    with site.store.write() as tx:
        rows.change_conversation(tx.connection, visitor.conversation, {"updated_at": long_ago})
    assert "没有回音" in chief.get("/staff/alarms").text
    assert officer.submit(f"{page}/requeue", page=page).status_code == 403
    chief.submit(f"{page}/requeue", page=page)
    assert conversations.get(site.store, visitor.conversation).owner == "queue"
    assert "重新为您安排" in visitor.history()[-1]["text"]
    assert "没有回音" not in chief.get("/staff/alarms").text


def test_a_waiting_consumer_hears_place_and_wait_truthfully(site: Site) -> None:
    site.member(Role.OFFICER)
    first, second = site.visitor(), site.visitor()
    first.post("/api/chat/handoff")
    told = second.post("/api/chat/handoff").json()["data"]["replies"][0]["text"]
    assert "前面还有 1 位" in told
    assert "说不准" in told, "without any experience nothing is promised"
    standing = second.post("/api/chat/presence", json={}).json()["data"]["standing"]
    assert (standing["ahead"], standing["minutes"]) == (1, None)
    _past_chats(site, lengths=[6, 8, 9, 10, 12, 14])
    third = site.visitor()
    told = third.post("/api/chat/handoff").json()["data"]["replies"][0]["text"]
    assert re.search(r"前面还有 2 位。大约要等 (一两分钟|\d+～\d+ 分钟)", told)
    assert first.post("/api/chat/presence", json={}).json()["data"]["standing"]["ahead"] == 0


def _past_chats(site: Site, lengths: list[int]) -> None:
    at = datetime.now(timezone.utc) - timedelta(days=1)
    for length in lengths:
        id = make_conversation(site.store, at=at).id
        conversations.request_person(site.store, id, reason="asked", by="consumer", at=at)
        conversations.take(site.store, id, staff="s_past", at=at + timedelta(minutes=1))
        conversations.give_back(site.store, id, staff="s_past", at=at + timedelta(minutes=1 + length))


@pytest.mark.parametrize(
    ("before", "ahead", "minutes", "times", "told"),
    [
        (4, 2, 6, 0, True),
        (4, 3, 6, 0, False),
        (1, 0, 6, 0, True),
        (4, 2, 2, 0, False),
        (4, 2, 60, 3, False),
        (2, 4, 60, 0, False),
    ],
    ids=["half", "one less", "first", "too soon", "often enough", "back"],
)
def test_a_better_place_is_told_seldom(before: int, ahead: int, minutes: int, times: int, told: bool) -> None:
    earlier = Told(NOW, before, NOW - timedelta(minutes=minutes), times)
    assert queue_news.worth_telling(earlier, ahead, NOW) is told


def test_who_waits_in_wechat_hears_that_they_moved_up(site: Site) -> None:
    officer = site.member(Role.OFFICER)
    ahead = [make_conversation(site.store, owner="queue").id for _ in range(4)]
    waiting = make_conversation(site.store, channel="wechat", owner="queue")
    before = datetime.now(timezone.utc) - timedelta(minutes=9)
    with site.store.write() as tx:
        assert waiting.waiting_since
        queue_news.note(
            tx, waiting.id, waiting_since=waiting.waiting_since, ahead=4, estimated=False, at=before
        )
    for id in ahead[:3]:
        officer.submit(f"/staff/conversations/{id}/take", page=f"/staff/conversations/{id}")
    told = [message.body["text"] for message in conversations.messages(site.store, waiting.id)]
    assert [text for text in told if "往前了" in text] == told[-1:]
    assert "前面还有 2 位" in told[-1], "told once, when half of those before had gone"


def test_a_colleague_accepts_or_declines_and_only_then_owns_it(site: Site) -> None:
    visitor, officer, page = taken(site)
    colleague = site.member(Role.MEDIATOR)
    assert "对方同意之前仍由您负责" in hand_over(officer, page, colleague.id, "offer")
    assert conversations.get(site.store, visitor.conversation).staff == officer.id
    (offer,) = handover.offered_to(site.store, colleague.id)
    assert "同事请您接手" in colleague.get("/staff/conversations").text
    colleague.submit(f"/staff/offers/{offer.id}", page="/staff/conversations", answer="decline")
    assert "暂时接不了" in officer.get(page).text
    hand_over(officer, page, colleague.id, "offer")
    (offer,) = handover.offered_to(site.store, colleague.id)
    assert "已经失效" in officer.submit(f"/staff/offers/{offer.id}", page=page, answer="accept").text
    colleague.submit(f"/staff/offers/{offer.id}", page=page, answer="accept")
    assert conversations.get(site.store, visitor.conversation).staff == colleague.id
    assert "由别人负责" in officer.submit(f"{page}/say", page=page, text="还在吗").text
    assert "接着为您服务" in visitor.history()[-1]["text"]
    events = [event.event for event in history.of(site.store, visitor.conversation)]
    assert "conversation:handover:decline" in events


def test_an_offer_lapses_when_the_conversation_goes_elsewhere(site: Site) -> None:
    visitor, officer, page = taken(site)
    colleague = site.member(Role.MEDIATOR)
    hand_over(officer, page, colleague.id, "offer")
    (offer,) = handover.offered_to(site.store, colleague.id)
    officer.submit(f"{page}/give-back", page=page)
    answer = colleague.submit(f"/staff/offers/{offer.id}", page="/staff/conversations", answer="accept")
    assert "已经失效" in answer.text
    assert conversations.get(site.store, visitor.conversation).owner == "bot"


def test_it_goes_directly_only_to_somebody_on_duty(site: Site) -> None:
    visitor, officer, page = taken(site)
    there, away = site.member(Role.MEDIATOR), site.member(Role.OFFICER)
    away.submit("/staff/duty", page="/staff/conversations", to="away")
    curator = site.member(Role.CURATOR)
    for nobody in (away.id, curator.id, "s_nobody", ""):
        assert "不在岗" in hand_over(officer, page, nobody, "direct")
    hand_over(officer, page, there.id, "direct")
    assert conversations.get(site.store, visitor.conversation).staff == there.id


def test_a_supervisor_watches_whispers_and_steps_in(site: Site) -> None:
    visitor, officer, page = taken(site)
    chief, colleague = site.member(Role.SUPERVISOR), site.member(Role.MEDIATOR)
    chief.submit(f"{page}/whisper", page=page, text="先问清年龄")
    assert "先问清年龄" in officer.get(page).text
    assert "先问清年龄" not in str(visitor.history()), "the consumer never sees it"
    assert "由别人负责" in colleague.submit(f"{page}/whisper", page=page, text="路过").text
    assert "路过" not in officer.get(page).text
    assert colleague.submit(f"{page}/step-in", page=page, owner=officer.id).status_code == 403
    assert "由别人负责" in chief.submit(f"{page}/step-in", page=page, owner=colleague.id).text
    chief.submit(f"{page}/step-in", page=page, owner=officer.id)
    assert conversations.get(site.store, visitor.conversation).staff == chief.id
    assert "主管已接手" in officer.get(page).text
    moves = [
        event.detail for event in history.of(site.store, visitor.conversation) if "reason" in event.detail
    ]
    assert moves[-1]["reason"] == "stepped_in"


def test_a_whisper_changes_the_page_of_who_owns_it_at_once(site: Site) -> None:
    _visitor, officer, page = taken(site)
    chief = site.member(Role.SUPERVISOR)
    version = officer.get(f"{page}/changes?version=").json()["data"]["version"]
    chief.submit(f"{page}/whisper", page=page, text="加油")
    assert officer.get(f"{page}/changes?version={version}").json()["data"]["version"] != version


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "#a33").save(file, "PNG")
    return file.getvalue()


def send_photo(site: Site, member: Member, page: str, data: bytes) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', member.get(page).text)
    assert token
    return member.http.post(
        f"{site.url}{page}/photo", data={"csrf_token": token[1]}, files={"file": ("凭证.png", data)}
    ).text


def test_a_photo_of_staff_arrives_and_only_the_owner_may_send_one(site: Site) -> None:
    visitor, officer, page = taken(site)
    other = site.member(Role.MEDIATOR)
    send_photo(site, officer, page, picture())
    shown = visitor.history()[-1]
    assert (shown["author"], shown["kind"]) == ("staff", "evidence")
    assert visitor.get(f"/api/chat/evidence/{shown['evidence']['id']}").status_code == 200
    count = len(visitor.history())
    assert "由别人负责" in send_photo(site, other, page, picture())
    assert "图片没有发出去" in send_photo(site, officer, page, b"<svg onload=alert(1)>")
    assert len(visitor.history()) == count


def test_both_sides_see_that_the_other_writes_and_a_bystander_leaves_no_mark(site: Site) -> None:
    visitor, officer, page = taken(site)
    other = site.member(Role.MEDIATOR)
    other.submit(f"{page}/typing", page=page, typing="yes")
    assert visitor.post("/api/chat/presence", json={"typing": True}).json()["data"]["typing"] is False
    answer = officer.submit(f"{page}/typing", page=page, typing="yes").json()
    assert answer["data"]["typing"] is True
    assert visitor.post("/api/chat/presence", json={"typing": False}).json()["data"]["typing"] is True
    officer.submit(f"{page}/typing", page=page, typing="no")
    heard = visitor.post("/api/chat/presence", json={}).json()["data"]
    assert heard == {"owner": "staff", "typing": False, "standing": None}


def test_a_chat_becomes_a_complaint_with_what_was_said(site: Site) -> None:
    visitor = site.visitor()
    visitor.send("2026年9月孩子拿我的手机给游戏充值3200元，客服不肯退")
    visitor.send("我要投诉")
    visitor.post("/api/chat/handoff")
    officer = site.member(Role.OFFICER)
    page = f"/staff/conversations/{visitor.conversation}"
    assert "由别人负责" in officer.get(f"{page}/ticket").text, "first it must be one's own"
    officer.submit(f"{page}/take", page=page)
    form = officer.get(f"{page}/ticket").text
    for known in ("王秀英", "13812345678", "某某网络科技有限公司", "退还充值款3200元", "3200.00"):
        assert known in form
    reads = [event.by for event in history.of(site.store, visitor.conversation) if "personal" in event.event]
    assert reads == [officer.id], "who reads personal data in full is recorded"
    given = dict(re.findall(r'<input name="(\w+)" value="([^"]*)"', form))
    fields = {**given, "request": "退款", "story": "孩子充值，客服不肯退款。", "happened_on": ""}
    assert "先和消费者核对" in officer.submit(f"{page}/ticket", **fields).text
    short = officer.submit(f"{page}/ticket", **{**fields, "checked": "yes"}).text
    assert "通讯地址" in short
    assert tickets.for_conversation(site.store, visitor.conversation) == []
    whole = {
        **fields,
        "checked": "yes",
        "merchant_address": "上海市金山区某路8号",
        "address": "江苏省盐城市亭湖区建军路1号",
    }
    assert "金额看不懂" in officer.submit(f"{page}/ticket", **{**whole, "amount": "三千"}).text
    done = officer.submit(f"{page}/ticket", **whole).text
    (ticket,) = tickets.for_conversation(site.store, visitor.conversation)
    assert ticket.number in done
    shown = visitor.history()[-1]
    assert (shown["author"], shown["kind"]) == ("staff", "ticket")
    assert visitor.get(shown["ticket"]["status_url"]).status_code == 200
    assert ticket.code not in officer.get(f"/staff/tickets/{ticket.number}").text


def test_what_a_chat_says_is_prefilled_and_nothing_is_invented() -> None:
    assert set(prefill([]).values()) == {""}
    found = prefill(
        [said("转人工"), said("健身房关门了，卡里还有1500元"), said("13912345678"), said("是", choice="x")]
    )
    assert found["story"] == "健身房关门了，卡里还有1500元"
    assert (found["phone"], found["amount"], found["merchant_name"]) == ("13912345678", "1500.00", "")
    twice = prefill([said("交了1500元"), said("后来又交了2000元")])
    assert twice["amount"] == "", "of two sums neither is guessed"


def test_signals_are_read_from_words_facts_and_acts() -> None:
    decision = {"act": "distress", "facts": {"child_age": 9, "elder_age": 71, "amount": "52000.00"}}
    found = signals([said("我妈六十八岁，被骗三万"), said("x", decision=decision)], "misses")
    assert {68, 9, 71} <= set(found.ages)
    assert {30000, 52000} <= {int(amount) for amount in found.amounts}
    assert "distress" in found.acts
    assert found.handoff == "misses"


def test_suggestions_carry_their_articles_and_fit_the_last_words(site_with_library: Site) -> None:
    site = site_with_library
    visitor = site.visitor()
    visitor.send("孩子六岁拿手机给游戏充了三千")
    visitor.post("/api/chat/handoff")
    officer = site.member(Role.OFFICER)
    page = f"/staff/conversations/{visitor.conversation}"
    text = officer.get(f"{page}/suggestions").text
    assert "未成年人游戏充值退款" in text
    assert re.search(r'data-insert="[^"]+（《民法典》第二十条）"', text), "the outcome for a six-year-old"
    visitor.send("定金不退怎么办，我交了定金商家不退")
    assert "定金" in officer.get(f"{page}/suggestions").text
    assert site.member(Role.CURATOR).get(f"{page}/suggestions").status_code == 403


def test_without_a_library_there_are_no_suggestions_and_no_error(site: Site) -> None:
    _visitor, officer, page = taken(site)
    assert "对不上" in officer.get(f"{page}/suggestions").text


def test_a_chat_offers_the_texts_for_chats_filled_from_what_is_known(site: Site) -> None:
    visitor, officer, page = taken(site)
    site.complaint(visitor.conversation)
    text = html.unescape(officer.get(page).text)
    ticket = tickets.latest_for(site.store, visitor.conversation)
    assert f"您的投诉单号是 {ticket.number}" in text
    assert "我是工作人员小李" in text
    assert "打不通您的电话" not in text, "a text for tickets only"


def test_a_chat_text_with_a_place_nobody_filled_is_not_sent(site: Site) -> None:
    visitor, officer, page = taken(site)
    assert "您的投诉单号是 {单号}" in html.unescape(officer.get(page).text)
    before = len(visitor.history())
    told = officer.submit(f"{page}/say", page=page, text="您的投诉单号是 {单号}，请记好。")
    assert "还有没填的：单号" in told.text
    assert len(visitor.history()) == before
    officer.submit(f"{page}/say", page=page, text="您的投诉单号是 WQ1，请记好。")
    assert visitor.history()[-1]["text"] == "您的投诉单号是 WQ1，请记好。"


def test_a_supervisor_changes_a_chat_text_on_the_one_page_there_is(site: Site) -> None:
    _visitor, officer, page = taken(site)
    chief = site.member(Role.SUPERVISOR)
    fields = {"key": "calm", "title": "安抚", "text": "您别急，我在。", "used_in": "chat", "active": "1"}
    assert "常用语已保存" in chief.submit("/staff/canned", page="/staff/canned", **fields).text
    assert "您别急，我在。" in officer.get(page).text
    chief.submit("/staff/canned", page="/staff/canned", **{**fields, "used_in": "ticket"})
    assert "您别急，我在。" not in officer.get(page).text
    assert (
        "请选择用在" in chief.submit("/staff/canned", page="/staff/canned", **{**fields, "used_in": ""}).text
    )
    assert canned.get(site.store, "calm").used_in == "ticket"


def test_only_a_supervisor_changes_rosters_and_everyone_at_work_sees_them(site: Site) -> None:
    officer, chief = site.member(Role.OFFICER), site.member(Role.SUPERVISOR)
    mine = f"/staff/roster/{officer.id}"
    assert officer.get("/staff/roster").status_code == 200
    assert officer.get(mine).status_code == 403
    assert site.member(Role.CURATOR).get("/staff/roster").status_code == 403
    week = {f"begins{day}": "08:30" for day in range(1, 6)} | {f"ends{day}": "17:00" for day in range(1, 6)}
    assert "已保存" in chief.submit(f"{mine}/week", page=mine, **week).text
    assert "08:30–17:00" in officer.get("/staff/roster?week=2026-11-23").text
    assert "假" in officer.get("/staff/roster?week=2026-10-01").text
    assert "时间不对" in chief.submit(f"{mine}/week", page=mine, **{**week, "ends1": "07:00"}).text
    assert "0 到 20" in chief.submit(f"{mine}/limits", page=mine, capacity="99").text
    assert "日期不对" in chief.submit(f"{mine}/day", page=mine, day="2099-01-01", what="off").text
    assert "已保存" in chief.submit(f"{mine}/day", page=mine, day="2026-12-25", what="off").text
    assert "2026年12月25日" in chief.get(mine).text
    assert chief.get("/staff/roster/s_nobody").status_code == 404
    assert chief.get("/staff/roster?week=oops").status_code == 200
