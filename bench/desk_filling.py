"""An invented office of three years for bench.desk: a million tickets and what belongs to them, laid down in bulk.

Rows go through the driver (executemany, COPY) without indices, which are made at the end; two processes
make them. The history is as long as a real one but its hashes are not chained: only pages read it.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from multiprocessing import get_context
from typing import Any

from rich.progress import track
from sqlalchemy import func, select
from sqlalchemy.schema import CreateIndex

from desk import assignment_rules, office_directory, passwords
from desk.roles import Role
from desk.store import Store
from desk.store import staff as staff_rows
from desk.store.engine import ROWS_LOOKED_AT
from desk.store.tables import metadata, tickets

from .desk_rows import (
    CURATOR,
    DAYS,
    HEAD,
    LONG_TALK,
    OFFICER,
    PASSWORD,
    PEOPLE_EACH,
    STATIONS,
    SUPERVISOR,
    Rows,
    asked_row,
    conversation_row,
    event_rows,
    history_rows,
    measuring_seal,
    mention_row,
    message_row,
    moment,
    note_row,
    number_of,
    question_row,
    started,
    talk_rows,
    ticket_row,
    words_told,
    work_row,
)

BATCH = 5000
GROUPS = 400  # of disputes, a quarter of them live
NUMBERED = ("tickets", "messages", "notes", "unanswered", "question_groups")  # rows come with their ids


def fill(store: Store, ticket_count: int, message_count: int) -> None:
    """Fill an empty store; one that holds this many tickets already is left alone."""
    with store.engine.connect() as connection:
        held = connection.execute(select(func.max(tickets.c.id))).scalar() or 0
    if held >= ticket_count:
        return
    began = datetime.now(timezone.utc).replace(microsecond=0)
    people = _offices_and_people(store, began)
    each = max(1, message_count // ticket_count)
    work = [
        (first, min(first + BATCH, ticket_count + 1), ticket_count, each, began, people)
        for first in range(1, ticket_count + 1, BATCH)
    ]
    with _bulk(store) as laying:
        with get_context("spawn").Pool(2) as pool:
            for rows in track(pool.imap(_batch, work), description="filling", total=len(work)):
                laying.load_all(rows)
        laying.load_all(_around(ticket_count, began, people))


def _batch(work: tuple[int, int, int, int, datetime, dict[str, list[str]]]) -> Rows:
    first, beyond, count, each, began, people = work
    dice, seal = random.Random(first), measuring_seal()
    rows: Rows = {name: [] for name in BULKY}
    for n in range(first, beyond):
        at = started(n, count, began)
        ticket = ticket_row(n, count, at, began, people, dice, seal)
        rows["tickets"].append(ticket)
        rows["conversations"].append(conversation_row(n, n * each, at, began, ticket, people, dice))
        rows["messages"] += talk_rows(n, each, at, began)
        rows["ticket_work"].append(work_row(ticket))
        rows["ticket_words"].append({"id": n, "words": words_told(ticket)})
        rows["ticket_events"] += event_rows(ticket, at)
        rows["history"] += history_rows(n, ticket, at, each)
        if n % 5 == 0:
            rows["notes"].append(note_row(n, ticket))
            rows["mentions"].append(mention_row(n, ticket, at, began, people))
        if n % 6 == 0:
            rows["unanswered"].append(question_row(n, at, began))
        if n % 10 == 0:
            rows["ticket_questions"].append(asked_row(ticket, at, began))
    return rows


def _offices_and_people(store: Store, began: datetime) -> dict[str, list[str]]:
    """Mark our offices, make their staff; returns the officers of each office."""
    for code in (HEAD, *STATIONS):
        name = "金山区市场监督管理局" if code == HEAD else f"金山区第{code[-1]}市场监督管理所"
        parent = {} if code == HEAD else {"parent": HEAD}
        office_directory.save(store, {"code": code, "name": name, "home": True, **parent}, by="bench")
    hashed = passwords.hashed(PASSWORD)
    people = {code: [f"s-{code}-{place_}" for place_ in range(PEOPLE_EACH)] for code in (HEAD, *STATIONS)}
    rows = [_member(f"s-{SUPERVISOR}", SUPERVISOR, [Role.SUPERVISOR], HEAD, hashed, began)]
    rows += [_member(f"s-{CURATOR}", CURATOR, [Role.CURATOR, Role.REVIEWER], HEAD, hashed, began)]
    for code, ids in people.items():
        rows += [
            _member(id, id.replace("s-", "officer-", 1), [Role.OFFICER], code, hashed, began) for id in ids
        ]
    with store.write() as tx:
        for row in rows:
            staff_rows.insert_staff(tx.connection, row)
    return people


def _member(
    id: str, username: str, roles: Sequence[Role], office: str, hashed: str, at: datetime
) -> dict[str, Any]:
    return {
        "id": id,
        "username": username,
        "name": "量" + username[-1],
        "roles": [role.value for role in roles],
        "password_hash": hashed,
        "must_change_password": False,
        "active": True,
        "epoch": 1,
        "created_at": at,
        "offices": [office],
    }


def _around(count: int, began: datetime, people: Mapping[str, list[str]]) -> Rows:
    """Return group matters, disputes, consultations, queues' people, questions' groups and the long conversation."""
    dice = random.Random(1)
    rows: Rows = {name: [] for name in FEW}
    chosen = [dice.randrange(1, count + 1) for _ in range(min(count, 3000))]
    for n in range(GROUPS):
        _group(rows, n, [chosen[(n * 6 + one) % len(chosen)] for one in range(6)], count, began)
    for place_, n in enumerate(chosen):
        _dispute(rows, place_, number_of(n, count, began), began)
        _consultation(rows, place_, number_of(n, count, began), began, people)
    for office, ids in people.items():
        for skill in assignment_rules.policy().skills:
            rows["queue_staff"] += [{"office": office, "skill": skill, "staff_id": id} for id in ids]
    for n in range(1, 601):
        rows["question_groups"].append(
            {
                "id": n,
                "terms": '["退卡", "门店"]',
                "typical": n,
                "made_at": moment(began),
                "grouped_at": moment(began),
            }
        )
    _long_talk(rows, began)
    rows["history_head"] = [{"id": 1, "seq": count * 3, "hash": f"{count * 3:064x}"}]
    return rows


def _group(rows: Rows, n: int, members: Sequence[int], count: int, began: datetime) -> None:
    live, number = n % 4 == 0, f"QT20260101-{n:03d}"
    at = moment(began - timedelta(days=n))
    rows["group_matters"].append(
        {
            "number": number,
            "merchant_key": f"第{n}号健身有限公司",
            "merchant_name": f"第{n}号健身有限公司",
            "problem": "prepaid_card",
            "state": "forming" if live else "closed",
            "consumers": len(members),
            "reason": "" if live else "settled",
            "election_on": None,
            "mediation_at": None,
            "mediation_place": "",
            "host": "",
            "opened_by": f"s-{SUPERVISOR}",
            "opened_at": at,
            "closed_at": None if live else at,
        }
    )
    for one in sorted(set(members)):
        rows["group_members"].append(
            {
                **{"group_number": number, "number": number_of(one, count, began), "consent": "unasked"},
                **{"accord": "unasked", "representative": 0, "joined_at": at, "left_at": None},
            }
        )


def _dispute(rows: Rows, n: int, number: str, began: datetime) -> None:
    at = began - timedelta(days=n % 900)
    closed = None if n < 40 else moment(at)
    rows["office_disputes"].append(
        {
            **{"number": number, "office": HEAD, "other": "310115", "arbiter": "310000", "reason": "住所"},
            **{"opened_by": f"s-{SUPERVISOR}", "opened_at": moment(at)},
            **{"due_on": (at + timedelta(days=9)).date().isoformat(), "referred_at": None},
            **{"decided": HEAD if closed else "", "closed_by": "", "closed_at": closed},
        }
    )


def _consultation(rows: Rows, n: int, number: str, began: datetime, people: Mapping[str, list[str]]) -> None:
    at = began - timedelta(days=n % 900)
    closed = None if n < 50 else moment(at)
    rows["consultations"].append(
        {
            **{"number": number, "kind": "difficult", "question": "是否属于本办法调整范围？"},
            **{"members": json.dumps(people[HEAD]), "due_on": (at + timedelta(days=5)).date().isoformat()},
            **{"minutes": "", "conclusion": "proceed" if closed else "", "advice": ""},
            **{"called_by": f"s-{SUPERVISOR}", "called_at": moment(at), "concluded_by": ""},
            "concluded_at": closed,
        }
    )


def _long_talk(rows: Rows, began: datetime) -> None:
    """A conversation of five hundred messages in the hands of the measured officer."""
    at = began - timedelta(hours=5)
    office = OFFICER.removeprefix("officer-").rpartition("-")[0]
    ticket = {"conversation_id": "c-long", "handling_office": office, "topic": "prepaid_card"}
    dice, first, nobody = random.Random(1), 1_000_000_000, {office: ["nobody"]}
    row = conversation_row(
        0, first + LONG_TALK - 1, began - timedelta(days=DAYS), began, ticket, nobody, dice
    )
    row |= {"owner": "staff:" + OFFICER.replace("officer-", "s-", 1), "updated_at": moment(began)}
    rows["conversations"] = [row]
    rows["messages"] = [
        message_row(first + turn, "c-long", turn, at + timedelta(seconds=turn * 30), True)
        for turn in range(LONG_TALK)
    ]


BULKY = (
    *("conversations", "messages", "tickets", "ticket_work", "ticket_words", "ticket_events", "history"),
    *("notes", "mentions", "unanswered", "ticket_questions"),
)
FEW = (
    *("group_matters", "group_members", "office_disputes", "consultations", "queue_staff"),
    *("question_groups", "conversations", "messages", "history_head"),
)


@dataclass(frozen=True)
class Laying:
    """A cursor of the driver, outside the store's own transactions and checks."""

    cursor: Any
    sqlite: bool

    def run(self, *statements: str) -> None:
        for statement in statements:
            self.cursor.execute(statement)

    def load_all(self, rows: Rows) -> None:
        """Lay the rows of some tables down in one transaction."""
        self.run("BEGIN")
        for name, found in rows.items():
            if name == "ticket_words":
                self._load_words(found)
            elif found:
                columns = ", ".join(f'"{column}"' for column in found[0])
                self._load(f"{name} ({columns})", [tuple(row.values()) for row in found])
        self.run("COMMIT")

    def _load(self, into: str, values: Sequence[Sequence[Any]]) -> None:
        if self.sqlite:
            places = ", ".join("?" * len(values[0]))
            self.cursor.executemany(f"INSERT INTO {into} VALUES ({places})", values)
            return
        sheet = io.StringIO()
        csv.writer(sheet).writerows([["\\N" if value is None else value for value in row] for row in values])
        sheet.seek(0)
        self.cursor.copy_expert(f"COPY {into} FROM STDIN WITH (FORMAT csv, NULL '\\N')", sheet)

    def _load_words(self, rows: Sequence[Mapping[str, Any]]) -> None:
        key = "rowid" if self.sqlite else "id"
        kept = " ".join if self.sqlite else _lexemes
        self._load(f"ticket_words ({key}, words)", [(row["id"], kept(row["words"])) for row in rows])


def _lexemes(words: Sequence[str]) -> str:
    return " ".join(f"'{word}'" for word in words)


@contextmanager
def _bulk(store: Store) -> Iterator[Laying]:
    """Write fast and check nothing, without indices; they are made at the end."""
    raw = store.engine.raw_connection()
    laying = Laying(raw.cursor(), store.engine.dialect.name == "sqlite")
    if laying.sqlite:
        quick = ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -1500000", "temp_store = MEMORY")
        laying.run(*(f"PRAGMA {setting}" for setting in quick))
    else:
        raw.driver_connection.set_session(autocommit=True)
        laying.run("SET session_replication_role = replica")  # foreign keys are not checked
        laying.run("SET synchronous_commit = off", "SET maintenance_work_mem = '512MB'")
        laying.run("DROP INDEX ix_ticket_words_words")
    laying.run("DELETE FROM history", "DELETE FROM history_head")
    indices = sorted(
        (index for name in set(BULKY) & set(metadata.tables) for index in metadata.tables[name].indexes),
        key=lambda index: str(index.name),
    )
    laying.run(*(f"DROP INDEX {index.name}" for index in indices))
    yield laying
    for index in track(indices, description="indexing"):
        laying.run(str(CreateIndex(index).compile(store.engine)))
    if not laying.sqlite:
        laying.run("CREATE INDEX ix_ticket_words_words ON ticket_words USING gin (words)")
    _settle(laying)
    laying.cursor.close()
    raw.invalidate()


def _settle(laying: Laying) -> None:
    """Let the planner know what there is, and give numbers that come next their place."""
    if laying.sqlite:
        laying.run(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}", "ANALYZE")  # as the desk does it every night
        laying.run("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    for name in NUMBERED:
        newest = f"(SELECT max(id) FROM {name})"
        laying.run(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {newest})")
    laying.run("VACUUM ANALYZE")
