"""Rows of the account on the channel: the access token all processes share, and what was learnt about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Connection

from .conversations import lock_name
from .tables import access_tokens, channel_notes

Row = Mapping[str, Any]


def token(connection: Connection, account: str) -> Row | None:
    query = select(access_tokens).where(access_tokens.c.account == account)
    return connection.execute(query).mappings().first()


def claim_refresh(connection: Connection, account: str, who: str, now: datetime, until: datetime) -> bool:
    """Let `who` alone fetch a new token until then; False if someone is at it."""
    lock_name(connection, f"access_token:{account}")
    if token(connection, account) is None:
        row = {"account": account, "token_sealed": "", "refreshing_by": who, "refreshing_until": until}
        connection.execute(insert(access_tokens).values(**row))
        return True
    free = or_(access_tokens.c.refreshing_until.is_(None), access_tokens.c.refreshing_until <= now)
    query = update(access_tokens).where(access_tokens.c.account == account, free)
    return connection.execute(query.values(refreshing_by=who, refreshing_until=until)).rowcount == 1


def change_token(connection: Connection, account: str, values: Row, **only_if: Any) -> bool:
    query = update(access_tokens).where(access_tokens.c.account == account)
    for name, value in only_if.items():
        query = query.where(access_tokens.c[name] == value)
    return connection.execute(query.values(**values)).rowcount == 1


def note(connection: Connection, name: str) -> Row | None:
    return connection.execute(select(channel_notes).where(channel_notes.c.name == name)).mappings().first()


def prune_notes(connection: Connection, prefix: str, before: datetime) -> int:
    """Forget the notes whose name begins with `prefix` and that were made before then; returns how many."""
    names = channel_notes.c.name.startswith(prefix, autoescape=True)
    return int(connection.execute(delete(channel_notes).where(names, channel_notes.c.at < before)).rowcount)


def put_note(connection: Connection, name: str, value: Any, at: datetime) -> None:
    """Keep the newest value under `name`."""
    lock_name(connection, f"channel_note:{name}")
    change = update(channel_notes).where(channel_notes.c.name == name).values(value=value, at=at)
    if connection.execute(change).rowcount == 0:
        connection.execute(insert(channel_notes).values(name=name, value=value, at=at))
