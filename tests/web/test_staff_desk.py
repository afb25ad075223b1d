"""What staff do at the desk, over HTTP: conversations, tickets, unanswered questions."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone

from desk import conversations, history, tickets
from desk.staff import Role
from desk.tickets import ComplaintDraft, TicketStatus

from .site import Site


def _waiting_visitor(site: Site):
    visitor = site.visitor()
    visitor.send("孩子充值三千")
    visitor.send("家长", choice="fact:parent")
    visitor.post("/api/chat/handoff")
    return visitor


def test_who_waits_is_listed_with_since_when_and_about_what(site: Site) -> None:
    visitor = _waiting_visitor(site)
    text = site.member(Role.OFFICER).get("/staff/conversations").text
    assert "等待人工" in text
    assert "刚来" in text
    assert "消费者要求转人工" in text
    assert visitor.conversation in text


def test_the_conversation_page_shows_what_the_bot_went_by(site: Site) -> None:
    visitor = _waiting_visitor(site)
    text = site.member(Role.OFFICER).get(f"/staff/conversations/{visitor.conversation}").text
    for shown in ("孩子充值三千", "minor-game-topup", "child_age", "民法典第一百四十五条", "已为您转人工"):
        assert shown in text


def test_taking_over_writing_and_giving_back(site: Site) -> None:
    visitor = _waiting_visitor(site)
    officer = site.member(Role.OFFICER)
    page = f"/staff/conversations/{visitor.conversation}"
    officer.submit(f"{page}/take", page=page)
    assert conversations.get(site.store, visitor.conversation).staff == officer.id
    asked = len(site.bot.asked)
    assert visitor.send("在吗")["replies"] == []
    assert len(site.bot.asked) == asked
    officer.submit(f"{page}/say", page=page, text="您好，我是小李。<b>粗</b>", client_id="s1.a")
    officer.submit(f"{page}/say", page=page, text="您好，我是小李。<b>粗</b>", client_id="s1.a")
    said = [message for message in visitor.history() if message["author"] == "staff"]
    assert [message["text"] for message in said] == ["您好，我是小李。<b>粗</b>"]
    assert "&lt;b&gt;粗" in officer.get(page).text
    officer.submit(f"{page}/give-back", page=page)
    assert conversations.get(site.store, visitor.conversation).owner == "bot"
    assert site.bot.asked[-1]["event"] == {"type": "returned"}
    assert visitor.history()[-1]["text"].startswith("我回来了")
    assert visitor.send("还有个问题")["owner"] == "bot"


def test_a_colleague_who_is_second_is_told_so(site: Site) -> None:
    visitor = _waiting_visitor(site)
    first, second = site.member(Role.OFFICER), site.member(Role.MEDIATOR)
    page = f"/staff/conversations/{visitor.conversation}"
    conversations.take(site.store, visitor.conversation, staff=first.id)
    assert "由别人负责" in second.submit(f"{page}/take", page=page).text
    assert "由别人负责" in second.submit(f"{page}/say", page=page, text="插一句").text
    assert conversations.get(site.store, visitor.conversation).staff == first.id


def test_giving_back_to_a_dead_bot_is_told(site: Site) -> None:
    visitor = _waiting_visitor(site)
    officer = site.member(Role.OFFICER)
    page = f"/staff/conversations/{visitor.conversation}"
    officer.submit(f"{page}/take", page=page)
    site.bot.mode = "error"
    assert "助手现在连接不上" in officer.submit(f"{page}/give-back", page=page).text


def test_the_list_hears_of_a_newcomer_at_once(site: Site) -> None:
    officer = site.member(Role.OFFICER)
    version = officer.get("/staff/conversations/changes?version=").json()["data"]["version"]
    heard: list[float] = []

    def listen() -> None:
        data = officer.get(f"/staff/conversations/changes?version={version}&wait=10").json()["data"]
        assert data["version"] != version
        heard.append(time.monotonic())

    thread = threading.Thread(target=listen)
    thread.start()
    time.sleep(0.3)
    began = time.monotonic()
    site.visitor().post("/api/chat/handoff")
    thread.join()
    assert heard[0] - began < 1.5


def test_personal_data_is_masked_until_shown_and_showing_is_recorded(site: Site) -> None:
    ticket = site.complaint()
    officer = site.member(Role.OFFICER)
    page = f"/staff/tickets/{ticket.number}"
    masked = officer.get(page).text
    assert "138****5678" in masked
    assert "13812345678" not in masked
    assert "王秀英" not in masked
    assert ticket.code not in masked
    shown = officer.submit(f"{page}/reveal", page=page).text
    assert "13812345678" in shown
    assert "王秀英" in shown
    reads = [
        event for event in history.of(site.store, ticket.number) if event.event == "ticket:personal:read"
    ]
    assert [event.by for event in reads] == [officer.id]


def test_a_summary_in_the_transcript_is_masked(site: Site) -> None:
    visitor = site.visitor()
    visitor.send("我要投诉")
    text = site.member(Role.OFFICER).get(f"/staff/conversations/{visitor.conversation}").text
    assert "138****5678" in text
    assert "13812345678" not in text


def test_a_ticket_moves_only_where_the_rules_let_it(site: Site) -> None:
    ticket = site.complaint()
    officer = site.member(Role.OFFICER)
    page = f"/staff/tickets/{ticket.number}"
    text = officer.get(page).text
    assert 'value="accepted"' in text
    assert 'value="refused"' in text
    assert 'value="performed"' not in text
    assert "不能这样处理" in officer.submit(f"{page}/advance", page=page, to="performed").text
    assert "不能这样处理" in officer.submit(f"{page}/advance", page=page, to="nonsense").text
    assert "补全" in officer.submit(f"{page}/advance", page=page, to="refused").text
    composed = officer.submit(f"{page}/advance", page=page, to="accepted").text
    assert "投诉受理告知书" in composed, "what the law wants told goes out with its letter"
    assert tickets.get(site.store, ticket.number).status is TicketStatus.RECEIVED
    done = officer.submit(f"{page}/step", page=page, to="accepted", text="已经受理，三天内联系您。").text
    assert "告知书已发给消费者" in done
    assert "已经受理，三天内联系您。" in done
    moved = officer.submit(f"{page}/advance", page=page, to="mediating", text="明天上午调解。").text
    assert "状态已更新" in moved
    assert "明天上午调解。" in moved
    assert tickets.get(site.store, ticket.number).status is TicketStatus.MEDIATING


def test_tickets_are_found_by_clock_status_number_and_phone(site: Site) -> None:
    fresh = site.complaint()
    old = conversations.open_conversation(site.store, channel="h5", visitor="v_old")
    draft = ComplaintDraft(
        name="李四",
        phone="13900001111",
        address="北京市海淀区某街道8号院3号楼",
        merchant_name="旧事商店",
        merchant_address="上海市金山区某路9号",
        request="退款500元",
        story="东西坏了不给修。",
    )
    late = tickets.file_ticket(
        site.store, conversation_id=old.id, draft=draft, at=datetime.now(timezone.utc) - timedelta(days=40)
    )
    officer = site.member(Role.OFFICER)

    def found(query: str) -> set[str]:
        text = officer.get(f"/staff/tickets?{query}").text
        return {number for number in (fresh.number, late.number) if number in text}

    assert found("") == {fresh.number, late.number}
    assert found("due=overdue") == {late.number}
    assert found("q=13900001111") == {late.number}
    assert found(f"q={fresh.number}") == {fresh.number}
    assert found("q=旧事商店") == {late.number}
    assert found("status=accepted") == set()
    assert found("due=nonsense&status=nonsense&offset=0") == {fresh.number, late.number}
    assert "没有符合条件" in officer.get("/staff/tickets?q=没有这家店").text


def test_reports_are_apart_and_not_for_everyone(site: Site) -> None:
    opened = conversations.open_conversation(site.store, channel="h5", visitor="v_report")
    draft = ComplaintDraft(
        kind="report",
        merchant_name="黑心作坊",
        merchant_address="上海市金山区某路7号",
        story="这家店用工业酒精勾兑假酒卖给附近的饭馆。",
    )
    report = tickets.file_ticket(site.store, conversation_id=opened.id, draft=draft)
    officer, mediator = site.member(Role.OFFICER), site.member(Role.MEDIATOR)
    assert report.number not in officer.get("/staff/tickets").text
    assert report.number in officer.get("/staff/tickets?kind=report").text
    assert report.number not in mediator.get("/staff/tickets?kind=report").text
    assert mediator.get(f"/staff/tickets/{report.number}").status_code == 403


def test_empty_pages_say_so(site: Site) -> None:
    officer = site.member(Role.OFFICER)
    assert "没有人在等" in officer.get("/staff/conversations").text
    assert "还没有单子" in officer.get("/staff/tickets").text
    assert "没有没答上来的问题" in officer.get("/staff/questions").text
    assert "动态码" in officer.get("/staff/account").text


def test_reading_a_file_is_recorded(site: Site) -> None:
    from .test_bot_failures import _png

    visitor = site.visitor()
    sent = visitor.post("/api/chat/evidence", files={"file": ("a.png", _png())}).json()["data"]["evidence"]
    other = site.visitor()
    assert other.get(f"/api/chat/evidence/{sent['id']}").status_code == 404
    officer = site.member(Role.OFFICER)
    answer = officer.get(f"/staff/evidence/{sent['id']}")
    assert answer.headers["Content-Type"] == "image/png"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert [event.by for event in history.of(site.store, sent["id"])] == [officer.id]
