"""Values of a person sent through chat, WeChat, tickets, desk and failures: none in a log, the history or an error page."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
import requests

from desk import conversations, history, tickets
from desk.staff import Role

from .office import Office

NAME, PHONE, ADDRESS = "欧阳慕容", "13987654321", "朱泾镇人民路七号"
IDENTITY, WORDS = "310228198702142319", "昨天夜里跟邻居吵了一架"
SEEDS = (NAME, PHONE, ADDRESS, IDENTITY, WORDS)
TOLD = f"我叫{NAME}，电话{PHONE}，住{ADDRESS}，身份证{IDENTITY}。{WORDS}"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything any logger of the process says at its lowest level, tracebacks included."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def through_every_door(office: Office) -> tickets.Ticket:
    """Tell it all in the chat and in WeChat, file it, work on it at the desk."""
    site = office.site
    visitor = site.visitor()
    visitor.send(TOLD)
    li = office.platform.follower()
    li.say(TOLD)
    li.speak(recognised=TOLD)
    ticket = site.complaint(
        visitor.conversation,
        name=NAME,
        phone=PHONE,
        address=f"上海市金山区{ADDRESS}",
        story=TOLD,
        request="退款500元",
    )
    tickets.add_supplement(site.store, ticket.number, TOLD)
    officer = site.member(Role.OFFICER)
    page = f"/staff/tickets/{ticket.number}"
    officer.get(f"/staff/conversations/{visitor.conversation}")
    assert NAME in officer.submit(f"{page}/reveal", page=page).text
    officer.submit(f"{page}/assign", page=page)
    officer.submit(f"{page}/advance", page=page, to="accepted", text=TOLD)
    officer.submit(f"{page}/advance", page=page, to="refused", ground="nonsense", text=TOLD)
    supervisor = site.member(Role.SUPERVISOR)
    supervisor.submit(f"{page}/personal/copy", page=page)
    return ticket


def failures(office: Office, ticket: tickets.Ticket, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make things go wrong with the person's words in the very error; returns the pages that came."""
    site, told = office.site, []
    visitor = site.visitor()
    for mode in ("error", "garbage", "empty", "drop"):
        site.bot.mode = mode
        visitor.send(TOLD)  # answered with the consumer's own words, which is no error page
    site.bot.mode = "ok"
    officer = site.member(Role.OFFICER)

    def break_down(*args: object, **named: object) -> None:
        raise RuntimeError(TOLD)

    with monkeypatch.context() as patch:
        patch.setattr(tickets, "get", break_down)
        told.append(officer.get(f"/staff/tickets/{ticket.number}").text)
        patch.setattr(tickets, "by_number", break_down)
        told.append(requests.get(f"{site.url}/api/tickets/{ticket.number}?code={ticket.code}").text)
        patch.setattr(conversations, "add_message", break_down)
        told.append(visitor.post("/api/chat/messages", json={"text": TOLD}).text)
    told.append(visitor.post("/api/chat/messages", data=TOLD.encode()).text)
    told.append(requests.post(f"{site.url}/wechat", data=TOLD.encode()).text)
    told.append(requests.get(f"{site.url}/{NAME}").text)
    told.append(officer.get(f"/staff/tickets/{PHONE}").text)
    return told


def test_nothing_of_a_person_reaches_log_history_or_error_pages(
    office: Office, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = through_every_door(office)
    pages = failures(office, ticket, monkeypatch)
    for page in pages:
        assert [seed for seed in SEEDS if seed in page] == [], page[:400]
    said = log.getvalue()
    assert "weiquan" in said, "the log must have been listened to"
    assert "RuntimeError" in said
    assert [seed for seed in SEEDS if seed in said] == []
    events = str(history.newest(office.store, limit=1000))
    assert [seed for seed in SEEDS if seed in events] == []
    assert "ticket:personal:read" in events
