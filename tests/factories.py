"""Things for tests, with sensible defaults: a test states only what matters to it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from desk import conversations, staff, tickets
from desk.complaint import ComplaintDraft
from desk.conversations import Conversation
from desk.roles import Role
from desk.staff import Staff
from desk.store import Store, open_store
from desk.store import staff as staff_rows
from desk.tickets import Ticket
from tests.databases import migrated_sqlite

SECRET = "a secret for tests only"
# A Saturday, midday in Beijing.
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)
PASSWORD = "correct horse battery"

_running = itertools.count(1)


def make_store(folder: Path) -> Store:
    """Open a fresh SQLite store in `folder`."""
    return open_store(migrated_sqlite(folder / "desk.db"), secret_key=SECRET)


def make_conversation(
    store: Store,
    *,
    channel: str = "h5",
    visitor: str | None = None,
    said: Iterable[str] = (),
    owner: str = "bot",
    at: datetime | None = None,
) -> Conversation:
    """Begin a conversation in which the consumer has `said` this; `owner` bot, queue or staff:<id>."""
    opened = conversations.open_conversation(
        store, channel=channel, visitor=visitor or f"v_{next(_running)}", at=at
    )
    for text in said:
        conversations.add_message(
            store, opened.id, author="consumer", kind="text", body={"text": text}, at=at
        )
    if owner != "bot":
        conversations.request_person(store, opened.id, reason="consumer_asked", by="consumer", at=at)
    if owner.startswith("staff:"):
        conversations.take(store, opened.id, staff=owner.removeprefix("staff:"), at=at)
    return conversations.get(store, opened.id)


def make_draft(**said: Any) -> ComplaintDraft:
    """Return a complaint that can be filed as it stands."""
    return ComplaintDraft(
        **{
            "name": "王小明",
            "phone": "13812341234",
            "address": "上海市金山区石化街道卫清路 1 号 101 室",
            "region_code": "310116",
            "merchant_name": "好身材健身有限公司",
            "merchant_address": "上海市金山区卫零路 2 号",
            "request": "退还预付卡余额 1500 元",
            "story": "办了年卡，三个月后门店关门，电话没人接，余额不退。",
            "amount": Decimal("1500.00"),
            "happened_on": date(2026, 10, 1),
            "topic": "prepaid_card",
            "case_id": "prepaid-shop-closed",
            "office": "market_regulation",
            "facts": {"paid": "2000.00", "used": "500.00"},
            **said,
        }
    )


def make_ticket(
    store: Store,
    *,
    conversation_id: str | None = None,
    at: datetime = NOW,
    **said: Any,
) -> Ticket:
    """File make_draft(**said) and return its ticket, code included."""
    conversation_id = conversation_id or make_conversation(store).id
    return tickets.file_ticket(store, conversation_id=conversation_id, draft=make_draft(**said), at=at)


def make_staff(
    store: Store,
    *,
    role: Role = Role.OFFICER,
    roles: Iterable[Role] = (),
    username: str | None = None,
    password: str | None = None,
    must_change_password: bool = False,
) -> Staff:
    """Make an account that may work at once; with `password` it is set, otherwise nobody knows it."""
    member, _ = staff.create(
        store,
        username=username or f"staff{next(_running)}",
        name="测试员",
        roles=tuple(roles) or (role,),
        by="system",
    )
    values: dict[str, Any] = {"must_change_password": must_change_password}
    if password is not None:
        values["password_hash"] = staff.passwords.hashed(password)
    with store.write() as tx:
        staff_rows.change_staff(tx.connection, member.id, values)
    return staff.get(store, member.id)
