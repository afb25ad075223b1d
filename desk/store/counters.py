"""Numbers that only grow, such as the running number of a day's tickets."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from .conversations import lock_name
from .tables import counters


def next_value(connection: Connection, name: str) -> int:
    """Return the next value of `name`, from 1; given back if the transaction does not commit."""
    lock_name(connection, f"counter:{name}")
    bump = update(counters).where(counters.c.name == name).values(value=counters.c.value + 1)
    if connection.execute(bump).rowcount == 0:
        connection.execute(insert(counters).values(name=name, value=1))
        return 1
    return int(connection.execute(select(counters.c.value).where(counters.c.name == name)).scalar_one())
