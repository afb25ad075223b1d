"""A ticket's life at the desk over HTTP: letters, reopening, merging, splitting, what is due."""

from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone

from docx import Document

from desk import conversations, history, notices, ticket_links, tickets
from desk.complaint import ComplaintDraft
from desk.staff import Role
from desk.tickets import TicketKind, TicketStatus

from .site import Member, Site

LETTER = "您好：我局决定受理您的投诉。"


def _old(site: Site, days: int, **said: str) -> tickets.Ticket:
    opened = conversations.open_conversation(site.store, channel="h5", visitor="v_old")
    draft = ComplaintDraft(
        **{
            "name": "李四",
            "phone": "13900001111",
            "address": "北京市海淀区某街道8号院3号楼",
            "merchant_name": "旧事商店",
            "merchant_address": "上海市金山区某路9号",
            "request": "退款500元",
            "story": "东西坏了不给修。",
            **said,
        }
    )
    then = datetime.now(timezone.utc) - timedelta(days=days)
    return tickets.file_ticket(site.store, conversation_id=opened.id, draft=draft, at=then)


def _path(ticket: tickets.Ticket) -> str:
    return f"/staff/tickets/{ticket.number}"


def _status(site: Site, ticket: tickets.Ticket) -> TicketStatus:
    return tickets.get(site.store, ticket.number).status


def test_the_page_says_what_is_to_be_decided_by_when_and_on_what(site: Site) -> None:
    ticket = site.complaint()
    text = site.member(Role.OFFICER).get(_path(ticket)).text
    for shown in (
        "决定受不受理，并告知投诉人",
        "第十五条、第十六条",
        "内部目标",
        "第一次联系消费者",
        "七个工作日",
    ):
        assert shown in text
    mediator = site.member(Role.MEDIATOR).get(_path(ticket)).text
    assert "决定受不受理，并告知投诉人" in mediator


def test_a_letter_with_a_hole_comes_back_and_nothing_is_decided(site: Site) -> None:
    ticket, officer = site.complaint(), site.member(Role.OFFICER)
    composed = officer.get(f"{_path(ticket)}/step?to=refused&ground=handled_elsewhere").text
    assert "还有 1 处要填" in composed
    answer = officer.submit(
        f"{_path(ticket)}/step",
        page=_path(ticket),
        to="refused",
        ground="handled_elsewhere",
        text="理由：【请填写：哪个机构受理或者处理过】<b>",
    )
    assert answer.status_code == 422
    assert "还有没填的地方" in answer.text
    assert "处理过】&lt;b&gt;" in answer.text, "what was written is still there"
    assert _status(site, ticket) is TicketStatus.RECEIVED


def test_a_refusal_reaches_the_consumers_chat_and_status_page(site: Site) -> None:
    visitor = site.visitor()
    ticket, officer = site.complaint(visitor.conversation), site.member(Role.OFFICER)
    words = "您好：这一争议已经由金山区人民法院受理，不予受理。"
    officer.submit(
        f"{_path(ticket)}/step", page=_path(ticket), to="refused", ground="handled_elsewhere", text=words
    )
    assert words in visitor.history()[-1]["text"]
    page = officer.get(f"/tickets/{ticket.number}?code={ticket.code}").text
    assert words in page
    assert "起诉" in page


def test_a_letter_is_downloaded_with_the_name_and_that_is_recorded(site: Site) -> None:
    ticket, officer = site.complaint(), site.member(Role.OFFICER)
    officer.submit(f"{_path(ticket)}/step", page=_path(ticket), to="accepted", text=LETTER)
    [notice] = notices.told(site.store, ticket.number)
    answer = officer.get(f"{_path(ticket)}/notices/{notice.id}.docx")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    lines = [line.text for line in Document(io.BytesIO(answer.content)).paragraphs]
    assert "王秀英：" in lines
    assert LETTER in lines
    read = history.of(site.store, ticket.number)[-1]
    assert (read.event, read.detail) == ("ticket:personal:read", {"purpose": "notice"})
    assert officer.get(f"{_path(ticket)}/notices/{notice.id + 1}.docx").status_code == 404


def test_the_business_is_told_and_it_is_recorded_how(site: Site) -> None:
    ticket, officer = site.complaint(), site.member(Role.OFFICER)
    officer.submit(f"{_path(ticket)}/step", page=_path(ticket), to="accepted", text=LETTER)
    composed = officer.get(f"{_path(ticket)}/notices/new?kind=accepted_merchant").text
    assert "是否同意调解" in composed
    path, page = f"{_path(ticket)}/notices/new", _path(ticket)
    sent = {"kind": "accepted_merchant", "text": "请五日内回复。"}
    assert "请选择怎么告知的" in officer.submit(path, page=page, how="chat", **sent).text
    assert "已记录告知" in officer.submit(path, page=page, how="letter", **sent).text
    assert "书面送达或邮寄" in officer.get(page).text
    assert officer.get(f"{page}/notices/new?kind=nonsense").url.endswith(page)


def test_a_duplicate_is_merged_and_its_status_page_follows_the_one_that_stays(site: Site) -> None:
    officer = site.member(Role.OFFICER)
    stays, duplicate = site.complaint(), site.complaint(request="退款3200元")
    done = officer.submit(
        f"{_path(duplicate)}/merge", page=_path(duplicate), other=stays.number.lower(), reason="同一件事"
    )
    assert done.url.endswith(stays.number)
    assert "同一件事" in done.text
    api = f"/api/tickets/{duplicate.number}?code={duplicate.code}"
    data = officer.get(api).json()["data"]
    assert (data["number"], data["status"]) == (duplicate.number, "received")
    assert stays.number in data["next"]
    public = f"/tickets/{duplicate.number}"
    officer.submit(
        f"{public}/supplement", page=f"{public}?code={duplicate.code}", code=duplicate.code, text="还有截图"
    )
    assert tickets.timeline(site.store, stays.number)[-1].text == "还有截图"
    [link] = ticket_links.links(site.store, stays.number)
    undone = officer.submit(f"{_path(stays)}/links/{link.id}/undo", page=_path(stays)).text
    assert "已撤销" in undone
    assert _status(site, duplicate) is TicketStatus.RECEIVED


def test_what_cannot_be_merged_or_linked_says_why(site: Site) -> None:
    officer = site.member(Role.OFFICER)
    ticket, other = site.complaint(), _old(site, 1)
    merge, relate, page = f"{_path(ticket)}/merge", f"{_path(ticket)}/relate", _path(ticket)
    assert "不是同一个消费者" in officer.submit(merge, page=page, other=other.number).text
    assert "没有找到这个单号" in officer.submit(merge, page=page, other="WQ2026").text
    assert "没有找到这个单号" in officer.submit(relate, page=page, other="").text
    assert "已关联" in officer.submit(relate, page=page, other=other.number, reason="同一批货").text
    assert "已经有关联" in officer.submit(relate, page=page, other=other.number).text
    assert "同一批货" in officer.get(_path(other)).text
    assert "已经取消" in officer.submit(f"{page}/links/999/undo", page=page).text


def test_a_letter_about_two_shops_and_a_tip_is_split(site: Site) -> None:
    officer, ticket = site.member(Role.OFFICER), site.complaint(merchant_name="甲店、乙店")
    path = f"{_path(ticket)}/split"
    assert "至少写一张" in officer.submit(path).text
    wrong = officer.submit(path, merchant_name_1="乙店", amount_1="很多")
    assert wrong.status_code == 422
    assert "金额请写数字" in wrong.text
    assert 'value="乙店"' in wrong.text
    done = officer.submit(
        path,
        kind_1="complaint",
        merchant_name_1="乙店",
        request_1="退款200元",
        amount_1="200元",
        kind_2="report",
        merchant_name_2="乙店",
        merchant_name_0="甲店",
    ).text
    assert "已分开" in done
    parts = [link.number for link in ticket_links.links(site.store, ticket.number)]
    kinds = [tickets.get(site.store, number).kind for number in parts]
    assert kinds == [TicketKind.COMPLAINT, TicketKind.REPORT]
    assert str(tickets.get(site.store, parts[0]).amount) == "200.00"
    assert tickets.get(site.store, ticket.number).merchant_name == "甲店"
    mediator = site.member(Role.MEDIATOR).get(_path(ticket)).text
    assert parts[0] in mediator
    family = mediator[mediator.index("family-title") : mediator.index('id="course"')]
    assert parts[1] not in family, "a report is not shown to those who may not read reports (art. 37)"


def test_a_refused_complaint_is_taken_up_again_by_rule(site: Site) -> None:
    officer, ticket = site.member(Role.OFFICER), site.complaint()
    tickets.advance(site.store, ticket.number, "refused", by=officer.id, ground="papers_missing")
    page = officer.get(_path(ticket)).text
    assert "补齐了材料" in page
    assert "第十六条第（五）项" in page
    path = f"{_path(ticket)}/reopen"
    assert "请写明" in officer.submit(path, page=_path(ticket), rule="papers_complete", text=" ").text
    assert "不能按这个理由" in officer.submit(path, page=_path(ticket), rule="new_facts", text="字").text
    done = officer.submit(path, page=_path(ticket), rule="papers_complete", text="补交了付款记录").text
    assert "已重新办理" in done
    assert _status(site, ticket) is TicketStatus.RECEIVED
    assert "补交了付款记录" in officer.get(f"/tickets/{ticket.number}?code={ticket.code}").text


def test_contact_and_leads_are_recorded(site: Site) -> None:
    officer, ticket = site.member(Role.OFFICER), site.complaint()
    page = _path(ticket)
    assert "已记录联系" in officer.submit(f"{page}/contact", page=page, how="phone").text
    assert "第一次联系消费者" not in officer.get(page).text
    officer.submit(f"{page}/contact", page=page, how="pigeon")
    assert [event.event for event in history.of(site.store, ticket.number)].count("ticket:contact:add") == 1
    tickets.advance(site.store, ticket.number, "accepted", by=officer.id)
    assert "线索已记录" in officer.submit(f"{page}/lead", page=page, step="find").text
    assert "核查线索（十五个工作日）" in officer.get(page).text


def _numbers(officer: Member, query: str, *found: tickets.Ticket) -> list[str]:
    text = officer.get(f"/staff/tickets?{query}").text
    listed = text[text.index('class="chips"') :]
    return sorted((one.number for one in found if one.number in listed), key=listed.index)


def test_lists_by_law_and_by_target_are_apart_and_urgent_first(site: Site) -> None:
    officer = site.member(Role.OFFICER)
    fresh, late, later = site.complaint(), _old(site, 40), _old(site, 60, request="退款600元")
    slack = _old(site, 6, request="退款700元")
    everything = (fresh, late, later, slack)
    assert _numbers(officer, "due=overdue", *everything) == [later.number, late.number]
    assert _numbers(officer, "due=target_overdue", *everything) == [later.number, late.number, slack.number]
    assert fresh.number in _numbers(officer, "due=target_soon", *everything)
    assert slack.number not in _numbers(officer, "due=overdue", *everything)


def test_the_box_of_today_holds_what_is_mine_and_counts_what_nobody_has(site: Site) -> None:
    officer = site.member(Role.OFFICER)
    assert "今天没有到期的" in officer.get("/staff/tickets").text
    late, slack = _old(site, 40), _old(site, 6, merchant_name="慢慢来商行", request="退款700元")
    assert "还有 1 件没有人承办" in officer.get("/staff/tickets").text
    for ticket in (late, slack):
        tickets.assign(site.store, ticket.number, to=officer.id, by=officer.id)
    text = officer.get("/staff/tickets").text
    box = text[text.index("today-title") : text.index('class="chips"')]
    assert "法定期限已过 1 件" in box
    assert "内部目标到了 1 件" in box
    assert box.index("旧事商店") < box.index("慢慢来商行"), "the law's period comes first"
    assert "没有人承办" not in box


def test_the_box_of_today_of_a_supervisor_holds_what_everybody_has_their_own_first(site: Site) -> None:
    chief, officer = site.member(Role.SUPERVISOR), site.member(Role.OFFICER)
    assert "今天没有到期的单子" in chief.get("/staff/tickets").text
    others, nobodys, own = _old(site, 60), _old(site, 50, request="退80元"), _old(site, 40, request="退90元")
    tickets.assign(site.store, others.number, to=officer.id, by=officer.id)
    tickets.assign(site.store, own.number, to=chief.id, by=chief.id)
    text = chief.get("/staff/tickets").text
    box = text[text.index("today-title") : text.index('class="chips"')]
    assert "法定期限已过 3 件" in box
    order = [box.index(ticket.number) for ticket in (own, others, nobodys)]
    assert order == sorted(order), "their own first, then by how late it is"
    marks = [box[place : box.index("</a>", place)] for place in order]
    for mark, found in zip(("我<", "小李<", "没人承办<"), marks, strict=True):
        assert mark in found
    seen = officer.get("/staff/tickets").text
    theirs = seen[seen.index("today-title") : seen.index('class="chips"')]
    assert others.number in theirs
    assert nobodys.number not in theirs
    assert own.number not in theirs


def test_a_mediator_without_a_report_permission_decides_on_no_report(site: Site) -> None:
    opened = conversations.open_conversation(site.store, channel="h5", visitor="v_tip")
    draft = ComplaintDraft(
        kind="report",
        merchant_name="黑心作坊",
        merchant_address="上海市金山区某路7号",
        story="用工业酒精勾兑假酒卖给附近的饭馆。",
    )
    tip = tickets.file_ticket(site.store, conversation_id=opened.id, draft=draft)
    mediator, officer = site.member(Role.MEDIATOR), site.member(Role.OFFICER)
    assert mediator.get(f"{_path(tip)}/step?to=accepted").status_code == 403
    assert "举报立案告知书" in officer.get(f"{_path(tip)}/step?to=accepted").text
