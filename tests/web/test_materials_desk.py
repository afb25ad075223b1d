"""Materials over HTTP: ticking, asking, the answer landing from chat and status page, files of reports kept apart."""

from __future__ import annotations

import requests

from desk import conversations, evidence, history, materials
from desk.staff import Role

from .hostile_files import png
from .site import CSRF, Site


def _filed(site: Site):
    visitor = site.visitor()
    return visitor, site.complaint(visitor.conversation)


def test_ticking_raises_the_score_and_the_rest_is_asked_for_in_one_step(site: Site) -> None:
    visitor, ticket = _filed(site)
    officer = site.member(Role.OFFICER)
    page = f"/staff/tickets/{ticket.number}"
    file = {"file": ("小票.png", png())}
    token = CSRF.search(officer.get(page).text)
    assert token
    form = {"csrf_token": token[1]}
    added = officer.http.post(f"{site.url}{page}/materials", data=form, files=file)
    assert "材料已放进" in added.text
    kept = evidence.for_ticket(site.store, ticket.number)[0]
    assert kept.added_by == officer.id
    assert "0%" in added.text
    text = officer.submit(f"{page}/materials/marks", page=page, mark=f"0:{kept.id}").text
    assert "25%" in text
    form = {"csrf_token": token[1], "item": ["订单、合同或小票", "和商家沟通的记录"], "words": "越快越好"}
    assert "已在对话里请消费者补充" in officer.http.post(f"{site.url}{page}/materials/ask", data=form).text
    heard = visitor.history()[-1]["text"]
    assert "1. 订单、合同或小票" in heard
    assert "2. 和商家沟通的记录" in heard
    assert "越快越好" in heard
    assert "请至少勾一项" in officer.submit(f"{page}/materials/ask", page=page, words="").text


def test_marks_of_nothing_known_change_nothing(site: Site) -> None:
    _, ticket = _filed(site)
    officer = site.member(Role.OFFICER)
    page = f"/staff/tickets/{ticket.number}"
    for mark in ("99:e_x", "x:e_x", ":"):
        assert "已记下" in officer.submit(f"{page}/materials/marks", page=page, mark=mark).text
    assert "没有找到这份材料" in officer.submit(f"{page}/materials/marks", page=page, mark="0:e_x").text
    assert materials.marks(site.store, ticket.number) == {}


def test_a_file_sent_while_a_person_owns_the_chat_lands_on_the_ticket(site: Site) -> None:
    visitor, ticket = _filed(site)
    officer = site.member(Role.OFFICER)
    items = site.app.extensions["weiquan"].titles.evidence("")
    materials.ask(site.store, ticket.number, items[:1], by=officer.id)
    visitor.post("/api/chat/handoff")
    conversations.take(site.store, visitor.conversation, staff=officer.id)
    visitor.post("/api/chat/evidence", files={"file": ("账单.png", png())})
    assert [file.name for file in evidence.for_ticket(site.store, ticket.number)] == ["账单.png"]
    assert f"已放进投诉单 {ticket.number}" in visitor.history()[-1]["text"]
    assert "已补" in officer.get(f"/staff/tickets/{ticket.number}").text


def test_a_file_sent_on_the_status_page_lands_on_ticket_and_in_the_chat(site: Site) -> None:
    visitor, ticket = _filed(site)
    materials.ask(site.store, ticket.number, site.app.extensions["weiquan"].titles.evidence("")[:1], by="s_1")
    browser = requests.Session()
    page = f"{site.url}/tickets/{ticket.number}?code={ticket.code}"
    text = browser.get(page).text
    assert "请您补充这些材料" in text
    assert "账单截图" in text
    token = CSRF.search(text)
    assert token
    fields = {"csrf_token": token[1], "code": ticket.code}
    path = f"{site.url}/tickets/{ticket.number}/evidence"
    data = png()
    text = browser.post(path, data=fields, files={"file": ("账单.png", data)}).text
    assert "材料已收到" in text
    assert "请您补充这些材料" not in text
    assert "之前传过" in browser.post(path, data=fields, files={"file": ("账单.png", data)}).text
    kept = evidence.for_ticket(site.store, ticket.number)
    assert [file.added_by for file in kept] == ["consumer"]
    assert visitor.history()[-1]["kind"] == "evidence"
    own = f"{site.url}/tickets/{ticket.number}/evidence/{kept[0].id}"
    assert browser.get(f"{own}?code={ticket.code}").headers["Content-Type"] == "image/png"
    assert browser.get(f"{own}?code=000000x").status_code == 404
    assert browser.post(path, data={**fields, "code": "999999"}, files={"file": png()}).status_code in (
        404,
        429,
    )


def test_another_tickets_files_do_not_open_with_my_code(site: Site) -> None:
    mine, (_, other) = site.complaint(), _filed(site)
    data = png()
    file = evidence.add(
        site.store, site.settings.evidence_dir, other.conversation_id, filename="a.png", data=data
    )
    path = f"{site.url}/tickets/{mine.number}/evidence/{file.id}?code={mine.code}"
    assert requests.get(path).status_code == 404


def test_a_reports_files_are_for_those_who_may_read_reports(site: Site) -> None:
    visitor = site.visitor()
    sent = visitor.post("/api/chat/evidence", files={"file": ("a.png", png())}).json()["data"]["evidence"]
    site.complaint(
        visitor.conversation, kind="report", name="", phone="", address="", request="", evidence=(sent["id"],)
    )
    officer, mediator = site.member(Role.OFFICER), site.member(Role.MEDIATOR)
    for path in (f"/staff/evidence/{sent['id']}", f"/staff/evidence/{sent['id']}/view"):
        assert officer.get(path).status_code == 200
        assert mediator.get(path).status_code == 403
    assert {event.by for event in history.of(site.store, sent["id"])} == {officer.id}
