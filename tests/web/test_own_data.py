"""A consumer looks at, takes away and erases their own data; the desk does it for them; the terminal keeps house."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import requests

from desk import history, tickets
from desk.roles import Role
from desk.ticket import TicketStatus

from .site import CSRF, Site

ROOT = Path(__file__).resolve().parents[2]


def page_of(site: Site, ticket: tickets.Ticket) -> str:
    return f"{site.url}/tickets/{ticket.number}/data?code={ticket.code}"


def erase(site: Site, ticket: tickets.Ticket, **fields: str) -> requests.Response:
    browser = requests.Session()
    token = CSRF.search(browser.get(f"{site.url}/tickets").text)[1]
    address = f"{site.url}/tickets/{ticket.number}/erase"
    return browser.post(address, data={"csrf_token": token, "code": ticket.code, "sure": "yes", **fields})


def test_the_status_page_leads_to_everything_that_is_kept(site: Site) -> None:
    visitor = site.visitor()
    visitor.send("我买的手表走不准")
    ticket = site.complaint(visitor.conversation)
    status = requests.get(f"{site.url}/tickets/{ticket.number}?code={ticket.code}").text
    assert f"/tickets/{ticket.number}/data?code={ticket.code}" in status
    page = requests.get(page_of(site, ticket)).text
    for kept in (
        "王秀英",
        "13812345678",
        "江苏省盐城市亭湖区建军东路1号3幢",
        "我买的手表走不准",
        "2026-09-30",
    ):
        assert kept in page
    assert "办结或者您撤回以后" in page
    file = requests.get(f"{site.url}/tickets/{ticket.number}/data.json?code={ticket.code}")
    assert file.json()["person"]["phone"] == "13812345678"
    assert "attachment" in file.headers["Content-Disposition"]
    assert file.headers["Cache-Control"] == "no-store"


def test_without_the_right_code_there_is_nothing(site: Site) -> None:
    ticket = site.complaint()
    wrong = f"{(int(ticket.code) + 1) % 1_000_000:06d}"
    for path in ("data", "data.json"):
        answer = requests.get(f"{site.url}/tickets/{ticket.number}/{path}?code={wrong}")
        assert (answer.status_code, "13812345678" in answer.text) == (404, False)
    tickets.withdraw(site.store, ticket.number)
    assert erase(site, ticket, code=wrong).status_code == 404
    assert tickets.get(site.store, ticket.number).name == "王**"


def test_erasing_waits_for_the_end_asks_twice_and_reaches_the_bot(site: Site) -> None:
    visitor = site.visitor()
    visitor.send("我叫王秀英，电话 13812345678，手表走不准")
    ticket = site.complaint(visitor.conversation)
    assert "还在办理" in erase(site, ticket).text
    tickets.withdraw(site.store, ticket.number)
    assert "请先勾选" in erase(site, ticket, sure="").text
    assert "已经删除" in erase(site, ticket).text
    assert site.bot.forgotten == [visitor.conversation]
    page = requests.get(page_of(site, ticket)).text
    assert "王秀英" not in page
    assert "13812345678" not in page
    assert "手表走不准" in page
    status = requests.get(f"{site.url}/tickets/{ticket.number}?code={ticket.code}").text
    assert "已撤回" in status or "撤回" in status
    by = [e.by for e in history.of(site.store, visitor.conversation) if e.event == "consumer:data:erase"]
    assert by == ["consumer"]


def test_erasing_does_not_wait_for_a_bot_that_is_away(site: Site) -> None:
    visitor = site.visitor()
    ticket = site.complaint(visitor.conversation)
    tickets.withdraw(site.store, ticket.number)
    site.bot.mode = "error"
    assert "已经删除" in erase(site, ticket).text
    assert site.bot.forgotten == []
    site.bot.mode = "ok"
    other = site.complaint(site.visitor().conversation, story="另一件事情，钱没退。")
    tickets.withdraw(site.store, other.number)
    erase(site, other)
    assert len(site.bot.forgotten) == 2, "the one that was missed is made up for"


def test_the_desk_copies_for_the_consumer_and_only_a_supervisor_erases(site: Site) -> None:
    ticket = site.complaint()
    page = f"/staff/tickets/{ticket.number}"
    officer, supervisor = site.member(Role.OFFICER), site.member(Role.SUPERVISOR)
    copy = officer.submit(f"{page}/personal/copy", page=page)
    assert copy.json()["person"]["name"] == "王秀英"
    assert "删除个人信息" not in officer.get(page).text
    assert officer.submit(f"{page}/personal/erase", page=page, sure="yes").status_code == 403
    assert "办结以后才能删除" in supervisor.get(page).text
    assert "还在办理" in supervisor.submit(f"{page}/personal/erase", page=page, sure="yes").text
    tickets.withdraw(site.store, ticket.number)
    assert "个人信息已删除" in supervisor.submit(f"{page}/personal/erase", page=page, sure="yes").text
    kept = tickets.get(site.store, ticket.number)
    assert (kept.name, kept.status) == ("", TicketStatus.WITHDRAWN)
    assert "未留" in supervisor.get(page).text


def test_a_report_is_not_copied_by_who_may_not_see_reports(site: Site) -> None:
    ticket = site.complaint(kind="report")
    mediator = site.member(Role.MEDIATOR)
    assert (
        mediator.submit(f"/staff/tickets/{ticket.number}/personal/copy", page="/staff/account").status_code
        == 403
    )


def test_staff_find_a_ticket_by_the_whole_name(site: Site) -> None:
    ticket = site.complaint()
    officer = site.member(Role.OFFICER)
    assert ticket.number in officer.get("/staff/tickets?q=王 秀英").text
    assert ticket.number not in officer.get("/staff/tickets?q=王秀").text
    assert ticket.number in officer.get("/staff/tickets?q=某某网络科技有限公司").text


def server(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "server.py", *command],
        cwd=ROOT,
        env={**os.environ, "WEIQUAN_HOME": str(home), "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_history_keys_and_retention_from_the_terminal(tmp_path: Path) -> None:
    home = tmp_path / "home"
    site = Site(home)
    ticket = site.complaint()
    head = server(home, "history", "head").stdout.strip()
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", head)
    whole = server(home, "history", "verify", "--noted", head)
    assert (whole.returncode, "与记下的位置一致" in whole.stdout) == (0, True)
    dry = server(home, "retention", "run", "--dry-run")
    assert (dry.returncode, "什么都没有改" in dry.stdout) == (0, True)
    assert server(home, "retention", "run").returncode == 0
    rotated = server(home, "keys", "rotate")
    assert (rotated.returncode, "1 行" in rotated.stdout) == (0, True), rotated.stdout + rotated.stderr
    site.close()
    with Reopened(home) as again:
        assert tickets.reveal(again.store, ticket.number, by="s", purpose="desk").name == "王秀英"
        with again.store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE history SET subject = 'x' WHERE seq = 1")
    broken = server(home, "history", "verify")
    assert (broken.returncode, "从第 1 条起对不上" in broken.stdout) == (1, True)


class Reopened:
    """The store of a data folder, opened as the program opens it."""

    def __init__(self, home: Path) -> None:
        import settings
        from desk.opening import open_desk

        self.store = open_desk(settings.load({"WEIQUAN_HOME": str(home)}))

    def __enter__(self) -> Reopened:
        return self

    def __exit__(self, *error: object) -> None:
        self.store.close()


def test_retention_runs_once_in_the_night(site: Site) -> None:
    from datetime import datetime, timedelta, timezone

    from web.upkeep import DailyRetention

    nightly = DailyRetention(site.settings, site.store)
    night = datetime(2026, 11, 21, 19, 10, tzinfo=timezone.utc)  # ten past three in Beijing
    assert not nightly.tick(night - timedelta(hours=2))
    assert nightly.tick(night)
    assert not nightly.tick(night + timedelta(minutes=20))
    assert nightly.tick(night + timedelta(days=1))


def test_in_the_night_the_database_sees_how_it_has_grown(site: Site) -> None:
    from datetime import datetime, timezone

    from sqlalchemy import text

    from web.upkeep import DailyRetention

    site.complaint()
    DailyRetention(site.settings, site.store).tick(datetime(2026, 11, 21, 19, 10, tzinfo=timezone.utc))
    with site.store.read() as tx:
        seen = tx.connection.execute(text("SELECT tbl FROM sqlite_stat1")).scalars().all()
    assert "tickets" in seen
