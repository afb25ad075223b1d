"""What belongs to one of our offices given to another: tickets, conversations, queues and people."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from .tables import conversations, invitations, queue_staff, staff, tickets
from .worklist import set_staff, staff_of


def move_all(connection: Connection, gone: str, to: str) -> None:
    """Give everything of the office `gone` to the office `to`."""
    for table in (conversations, tickets):
        mine = table.c.handling_office == gone
        connection.execute(update(table).where(mine).values(handling_office=to))
    _move_queues(connection, gone, to)
    for table in (staff, invitations):
        for row in connection.execute(select(table.c.id, table.c.offices)).all():
            if gone in row.offices:
                belongs = list(dict.fromkeys(to if code == gone else code for code in row.offices))
                connection.execute(update(table).where(table.c.id == row.id).values(offices=belongs))


def _move_queues(connection: Connection, gone: str, to: str) -> None:
    query = select(queue_staff.c.skill).where(queue_staff.c.office == gone).distinct()
    for (skill,) in connection.execute(query).all():
        working = {*staff_of(connection, gone, skill), *staff_of(connection, to, skill)}
        set_staff(connection, gone, skill, [])
        set_staff(connection, to, skill, sorted(working))
