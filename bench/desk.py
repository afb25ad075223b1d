"""How quick is the desk when it is full? Fills a database and times every list and page staff open all day.

    python -m bench.desk [--tickets 1000000] [--messages 5000000] [--database URL] [--keep FOLDER] [--json FILE]

Pages are asked through the web application itself, signed in as a supervisor who sees thirteen offices, as
an officer who sees one, and as a curator, so that what is timed is permission, query, opening of sealed
fields and the template. Every page is opened once before it is timed. Without --database a throw-away
SQLite file is used; --keep keeps it for the next run, a PostgreSQL database is left as it is filled.
Ends with code 1 when a page is slower than wanted.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.table import Table as Shown
from sqlalchemy import select

import settings as settings_module
from desk.store import Store, open_store
from desk.store.tables import group_matters, group_members, tickets
from desk.ticket import OPEN
from desk.ticket_rows import merchant_key, place
from server import create_app
from web import memory

from .desk_filling import fill
from .desk_rows import CURATOR, OFFICER, PASSWORD, SECRET, SUPERVISOR

ROUNDS = 40
WANTED_P95_MS = 150
TICKETS = {
    "tickets, open": "/staff/tickets",
    "tickets, overdue": "/staff/tickets?due=overdue",
    "tickets, due soon": "/staff/tickets?due=soon",
    "tickets, all": "/staff/tickets?due=all",
    "tickets, target missed": "/staff/tickets?due=target_overdue",
    "tickets, target soon": "/staff/tickets?due=target_soon",
    "tickets, all, page 200": "/staff/tickets?due=all&offset=10000",
    "tickets, open, last page": "/staff/tickets?offset=9950",
    "tickets, one status": "/staff/tickets?status=mediating",
    "tickets, closed": "/staff/tickets?status=closed&due=all",
    "tickets, closed, by day": "/staff/tickets?status=closed",
    "tickets, mine": "/staff/tickets?mine=1",
    "tickets, all mine": "/staff/tickets?mine=1&due=all",
    "search, a common word": "/staff/tickets?due=all&q=退款",
    "search, two words": "/staff/tickets?due=all&q=健身 关门",
    "search, open with a word": "/staff/tickets?q=空调",
    "search, nothing found": "/staff/tickets?due=all&q=龙舟票",
    "search, a merchant": "/staff/tickets?due=all&q={merchant}",
    "search, a name": "/staff/tickets?due=all&q=吴桂芳",
    "search, a number": "/staff/tickets?due=all&q={number}",
    "search, a number begun": "/staff/tickets?due=all&q={begun}",
    "search, a phone": "/staff/tickets?due=all&q={phone}",
    "one ticket": "/staff/tickets/{number}",
}
WORK = {
    "work list": "/staff/work",
    "work list, page 20": "/staff/work?offset=950",
    "work list, my own": "/staff/work?view=mine",
    "work list, nobody's": "/staff/work?view=nobody",
    "work list, due soon": "/staff/work?view=soon",
    "work list, overdue": "/staff/work?view=overdue",
    "work list, urged": "/staff/work?view=urged",
    "work list, large sums": "/staff/work?view=large",
    "work list, one queue": "/staff/work?queue={queue}",
    "work list, one topic": "/staff/work?topic=travel",
    "work list, one merchant": "/staff/work?merchant={merchant}",
    "work list, one region": "/staff/work?region=310116",
    "work list, no such region": "/staff/work?region=320000",
    "work list, closed": "/staff/work?status=closed",
    "work list, my closed ones": "/staff/work?status=closed&assigned=mine",
    "work, people": "/staff/work/people",
    "group disputes": "/staff/groups",
    "one group dispute": "/staff/groups/{group}",
    "consultations": "/staff/consultations",
    "mentions": "/staff/mentions",
    "mentions, seen": "/staff/mentions?seen=1",
    "questions about tickets": "/staff/tickets/questions",
    "offices and disputes": "/staff/dispatch",
}
TALKS = {
    "conversations": "/staff/conversations",
    "conversations, any news?": "/staff/conversations/changes?version=older&wait=0",
    "one conversation": "/staff/conversations/{conversation}",
    "conversation of 500 messages": "/staff/conversations/c-long",
    "rosters": "/staff/roster",
}
OVERSIGHT = {
    "reports": "/staff/tickets?kind=report",
    "reports, all": "/staff/tickets?kind=report&due=all",
    "work list, reports": "/staff/work?kind=report",
    "alarms": "/staff/alarms",
    "history": "/staff/history",
    "history, far back": "/staff/history?before={half}",
    "history, of one ticket": "/staff/history?subject={number}",
    "history, of one person": "/staff/history?by={person}",
    "history, of one kind": "/staff/history?event=ticket:report:file",
    "history, of a rare kind": "/staff/history?event=staff:account:create",
    "history, one day long ago": "/staff/history?from={day}&to={day}",
    "history, one person that day": "/staff/history?by={person}&from={day}&to={day}",
    "history, one kind that day": "/staff/history?event=ticket:report:file&from={day}&to={day}",
}
QUESTIONS = {
    "unanswered, groups": "/staff/questions",
    "unanswered, of one kind": "/staff/questions?kind=refused",
    "unanswered, one group": "/staff/questions/groups/1",
    "unanswered, single": "/staff/questions/list",
    "unanswered, dealt with": "/staff/questions/list?handled=1",
    "unanswered, dealt with, one kind": "/staff/questions/list?handled=1&kind=safety",
}
ASKED_BY = {
    SUPERVISOR: TICKETS | WORK | TALKS | OVERSIGHT,
    OFFICER: TICKETS | WORK | TALKS,
    CURATOR: QUESTIONS,
}
CALLED = {SUPERVISOR: "supervisor", OFFICER: "officer", CURATOR: "curator"}
Figures = dict[str, dict[str, float]]


def measure(store: Store, home: Path, *, rounds: int = ROUNDS, only: str = "") -> Figures:
    """Median, p95 and worst of every page and the processor time of this process, in milliseconds."""
    app = create_app(_settings(home), store)
    figures: Figures = {}
    named = _look(store)
    for username, pages in ASKED_BY.items():
        client = app.test_client()
        _sign_in(client, username)
        memory.keep()  # as a process that serves does
        for name, path in pages.items():
            whole = f"{CALLED[username]}: {name}"
            if only in whole:
                figures[whole] = _timed(client, path.format(**named), rounds)
    return figures


def _timed(client: Any, path: str, rounds: int) -> dict[str, float]:
    times, busy = [], []
    for _ in range(rounds + 1):
        begin, working = time.perf_counter(), time.process_time()
        answer = client.get(path, base_url="http://localhost")
        times.append(1000 * (time.perf_counter() - begin))
        busy.append(1000 * (time.process_time() - working))
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
    return {
        "median_ms": round(median(times[1:]), 1),
        "p95_ms": round(quantiles(times[1:], n=20)[-1], 1),
        "worst_ms": round(max(times[1:]), 1),
        "processor_ms": round(median(busy[1:]), 1),
    }


def _look(store: Store) -> dict[str, str]:
    """Return what the paths name: an open complaint of the officer about the busiest merchant, and around it.

    The group is one the officer sees.
    """
    office, person = OFFICER.removeprefix("officer-").rpartition("-")[0], OFFICER.replace("officer-", "s-", 1)
    busiest = merchant_key("第1号美容有限公司")
    query = select(tickets).where(
        tickets.c.merchant_key == busiest,
        tickets.c.handling_office == office,
        tickets.c.status.in_([status.value for status in OPEN]),
        tickets.c.kind == "complaint",
    )
    with store.engine.connect() as connection:
        some = connection.execute(query.order_by(tickets.c.id.desc()).limit(1)).mappings().one()
        live = (
            select(group_matters.c.number)
            .join(group_members, group_members.c.group_number == group_matters.c.number)
            .join(tickets, tickets.c.number == group_members.c.number)
            .where(group_matters.c.state == "forming", tickets.c.handling_office == office)
        )
        group = connection.execute(live.order_by(group_matters.c.number).limit(1)).scalar_one()
    day = (some["created_at"] - timedelta(days=500)).date()
    named = {
        "merchant": some["merchant_name"],
        "number": some["number"],
        "begun": some["number"][:10],
        "phone": store.seal.open(some["phone_sealed"], place(some["number"], "phone")),
        "conversation": some["conversation_id"],
        "queue": f"{office}/prepaid",
        "person": person,
        "group": group,
        "half": str(some["id"] * 3 // 2),
        "day": day.isoformat(),
    }
    return {name: quote(value) for name, value in named.items()}


def _sign_in(client: Any, username: str) -> None:
    page = client.get("/staff/login", base_url="http://localhost").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "no login form"
    form = {"csrf_token": found[1], "username": username, "password": PASSWORD}
    answer = client.post("/staff/login", data=form, base_url="http://localhost")
    assert answer.status_code in (302, 303), answer.status_code


def _settings(home: Path) -> settings_module.Settings:
    """Return settings with a copy of the project's library, whose titles the pages show."""
    base = settings_module.load({"WEIQUAN_HOME": str(home)})
    library = settings_module.load().library_path
    if library.exists() and not base.library_path.exists():
        shutil.copy(library, base.library_path)
    return dataclasses.replace(base, secret_key=SECRET)


def show(figures: Figures, title: str) -> list[str]:
    """Print the figures; returns the pages that were slower than wanted."""
    table = Shown(title=title)
    for column in ("page", "median ms", "p95 ms", "worst ms", "processor ms", "wanted ms"):
        table.add_column(column, justify="left" if column == "page" else "right")
    late = [name for name, row in figures.items() if row["p95_ms"] > WANTED_P95_MS]
    for name, row in figures.items():
        mark = "[bold]slower[/bold]" if name in late else str(WANTED_P95_MS)
        table.add_row(name, *(str(value) for value in row.values()), mark)
    Console(width=120).print(table)
    print(f"slower than {WANTED_P95_MS} ms (p95): {', '.join(late) or 'none'} of {len(figures)} pages")
    return late


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--messages", type=int, default=5_000_000)
    parser.add_argument("--database", default="", help="address of an empty PostgreSQL database")
    parser.add_argument("--keep", type=Path, help="folder of the SQLite file, used again by the next run")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each page is timed")
    parser.add_argument("--only", default="", help="time only pages whose name holds this")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        home = chosen.keep or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        store = open_store(chosen.database or f"sqlite:///{home / 'desk.db'}", secret_key=SECRET)
        fill(store, chosen.tickets, chosen.messages)
        before = os.getloadavg()[0]
        figures = measure(store, home, rounds=chosen.rounds, only=chosen.only)
        store.close()
    load = f"load of the machine {before:.1f} to {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores"
    title = f"{store.engine.dialect.name}, {chosen.tickets:,} tickets, {chosen.messages:,} messages; {load}"
    late = show(figures, title)
    if chosen.json:
        chosen.json.write_text(
            json.dumps({"what": title, "pages": figures}, ensure_ascii=False, indent=1), "utf-8"
        )
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
