"""Whose rows a transaction sees: every statement is narrowed to the offices it runs for.

The narrowing is done to the statement itself, whichever module wrote it, so that a new query
cannot forget it. Tables that hang on a conversation or a ticket are seen when that one is.
A conversation is seen by the office that handles it and by those that handle a ticket from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import and_, event, exists, literal, or_, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import ClauseElement, Select, visitors
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Alias, FromClause, Join, ReturnsRows, SelectBase, TableClause

from .tables import (
    consultations,
    conversations,
    dispatches,
    evidence,
    evidence_requests,
    group_matters,
    group_members,
    mentions,
    messages,
    notes,
    offers,
    office_disputes,
    ratings,
    ticket_events,
    ticket_links,
    ticket_notices,
    ticket_questions,
    ticket_ratings,
    tickets,
    whispers,
)

Statement = TypeVar("Statement", bound=Executable)

OPTION = "desk_offices"
KEPT = "desk_kept"
MOST_KEPT = 300  # conditions of a table, or statements, for a set of offices that are kept ready


def listen(engine: Engine) -> None:
    """Narrow what this engine executes on connections that `seen_by` has bound to offices."""
    event.listen(engine, "before_execute", _before_execute, retval=True)


@contextmanager
def seen_by(connection: Connection, offices: frozenset[str] | None) -> Iterator[None]:
    """Bind the connection to these offices for a while; None binds it to all of them."""
    before = connection.get_execution_options().get(OPTION)
    connection.execution_options(**{OPTION: offices})
    try:
        yield
    finally:
        connection.execution_options(**{OPTION: before})


def narrowed(statement: ClauseElement, offices: frozenset[str]) -> ClauseElement:
    """Return the statement such that it reads and changes only what these offices see."""
    own = tuple(sorted(offices))
    if isinstance(statement, Executable) and statement.get_execution_options().get(KEPT):
        return _narrowed_kept(statement, own)
    return _narrowed(statement, own)


def kept(statement: Statement) -> Statement:
    """Mark a statement its module keeps and executes again and again: it is narrowed once for each set of offices."""
    return statement.execution_options(**{KEPT: True})


@lru_cache(maxsize=MOST_KEPT)
def _narrowed_kept(statement: ClauseElement, own: tuple[str, ...]) -> ClauseElement:
    return _narrowed(statement, own)


def _narrowed(statement: ClauseElement, own: tuple[str, ...]) -> ClauseElement:
    if is_plain(statement):
        return _narrowed_plain(statement, own)
    return narrowed_throughout(statement, own)


def narrowed_throughout(statement: ClauseElement, own: tuple[str, ...]) -> ClauseElement:
    """Narrow a copy of the statement and of every query inside it. It holds for all shapes, and takes its time."""

    def narrow_select(select: Select) -> None:
        sources = select.get_final_froms()
        if _joins_outside(select):  # it would make these joins again, without what is put into their ON
            select._from_obj, select._setup_joins = tuple(sources), ()
        for source in sources:
            select._where_criteria += tuple(_conditions(source, own))

    def narrow_change(change: Update | Delete) -> None:
        change._where_criteria += tuple(_conditions(change.table, own))

    narrow = {"select": narrow_select, "update": narrow_change, "delete": narrow_change}
    return visitors.cloned_traverse(statement, {}, narrow)


def _narrowed_plain(statement: Any, own: tuple[str, ...]) -> ClauseElement:
    sources = statement.get_final_froms() if isinstance(statement, Select) else (statement.table,)
    conditions = [condition for source in sources for condition in _conditions(source, own)]
    return statement.where(*conditions) if conditions else statement


def is_plain(statement: ClauseElement) -> bool:
    """Return whether it reads or changes nothing but tables, with no query inside it and no outer join.

    Then conditions can be added to it as it is. What is not known to be plain is not.
    """
    if type(statement) not in (Select, Update, Delete):
        return False
    if isinstance(statement, Select) and _joins_outside(statement):
        return False
    return all(
        inside is statement or not isinstance(inside, ReturnsRows) or _plain_source(inside)
        for inside in visitors.iterate(statement)
    )


def _plain_source(source: ReturnsRows) -> bool:
    if type(source) is Join:
        return not (source.isouter or source.full)
    if isinstance(source, FunctionElement):
        return True  # what it is given is looked at by itself
    return isinstance(source.element if type(source) is Alias else source, TableClause)


def _joins_outside(select: Select) -> bool:
    """Return whether it was joined by `select().outerjoin()` or the like."""
    return any(flags["isouter"] or flags["full"] for *_, flags in select._setup_joins)


def _before_execute(
    connection: Connection, statement: Any, many: Any, one: Any, options: Any
) -> tuple[Any, Any, Any]:
    offices = connection.get_execution_options().get(OPTION)
    if offices is not None and isinstance(statement, (SelectBase, Update, Delete, Insert)):
        statement = narrowed(statement, offices)
    return statement, many, one


def _conditions(source: FromClause, own: tuple[str, ...]) -> Iterator[ClauseElement]:
    """Yield what must hold for the rows of `source`; of an outer join it goes into its ON."""
    if isinstance(source, Join):
        yield from _conditions(source.left, own)
        inner = list(_conditions(source.right, own))
        if source.isouter and inner:
            source.onclause = and_(source.onclause, *inner)
        else:
            yield from inner
        return
    table = source.element if isinstance(source, Alias) else source
    if isinstance(table, TableClause) and table.name in VISIBLE:
        yield _kept_condition(source, own) if source is table else VISIBLE[table.name](source, own)


@lru_cache(maxsize=MOST_KEPT)
def _kept_condition(table: TableClause, own: tuple[str, ...]) -> ClauseElement:
    """Return what must hold for the rows of a table; put together once, which takes longer than most queries."""
    return VISIBLE[table.name](table, own)


def _ticket(source: FromClause, own: tuple[str, ...]) -> ClauseElement:
    return source.c.handling_office.in_(own)


def _conversation(source: FromClause, own: tuple[str, ...]) -> ClauseElement:
    filed = tickets.alias()
    from_here = _there_is(filed.c.conversation_id == source.c.id, _ticket(filed, own))
    return or_(source.c.handling_office.in_(own), from_here)


def _of_conversation(source: FromClause, own: tuple[str, ...]) -> ClauseElement:
    theirs = conversations.alias()
    return exists().where(theirs.c.id == source.c.conversation_id, _conversation(theirs, own))


def _of_ticket(source: FromClause, own: tuple[str, ...]) -> ClauseElement:
    theirs = tickets.alias()
    return _there_is(theirs.c.number == source.c.number, _ticket(theirs, own))


def _of_either_ticket(source: FromClause, own: tuple[str, ...]) -> ClauseElement:
    theirs = tickets.alias()
    return exists().where(theirs.c.number.in_([source.c.number, source.c.other]), _ticket(theirs, own))


def _of_note(source: FromClause, own: tuple[str, ...]) -> ClauseElement:
    on, theirs = notes.alias(), tickets.alias()
    return _there_is(on.c.id == source.c.note_id, theirs.c.number == on.c.number, _ticket(theirs, own))


def _of_members(source: FromClause, own: tuple[str, ...]) -> ClauseElement:
    """A group is seen where one of its complaints is; that something is no group, by all."""
    inside, theirs = group_members.alias(), tickets.alias()
    here = (inside.c.group_number == source.c.number, theirs.c.number == inside.c.number)
    return or_(source.c.state == "dismissed", _there_is(*here, _ticket(theirs, own)))


def _there_is(*conditions: ClauseElement) -> ClauseElement:
    """What holds where there is a row of this kind: looked up for one row at a time.

    Of an EXISTS PostgreSQL makes a join, for which it may read all tickets of the offices first.
    """
    return select(literal(1)).where(*conditions).limit(1).scalar_subquery().isnot(None)


# A table of personal matters that is read by itself belongs here.
VISIBLE: dict[str, Callable[[FromClause, tuple[str, ...]], ClauseElement]] = {
    tickets.name: _ticket,
    conversations.name: _conversation,
    ticket_events.name: _of_ticket,
    messages.name: _of_conversation,
    evidence.name: _of_conversation,
    consultations.name: _of_ticket,
    dispatches.name: _of_ticket,
    evidence_requests.name: _of_ticket,
    group_matters.name: _of_members,
    group_members.name: _of_ticket,
    mentions.name: _of_note,
    notes.name: _of_ticket,
    offers.name: _of_conversation,
    office_disputes.name: _of_ticket,
    ratings.name: _of_conversation,
    ticket_links.name: _of_either_ticket,
    ticket_notices.name: _of_ticket,
    ticket_questions.name: _of_ticket,
    ticket_ratings.name: _of_ticket,
    whispers.name: _of_conversation,
}
