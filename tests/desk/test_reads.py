"""Reads inside reads: one transaction for all of a page, narrowed for each, and never older than one's own writes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from desk import conversations, tickets
from desk.errors import ConversationNotFound, StoreError, TicketNotFound
from desk.store import Store
from desk.store import conversations as conversation_rows
from desk.store import tickets as ticket_rows
from tests.factories import make_conversation, make_ticket


def handled_by(store: Store, office: str) -> str:
    number = make_ticket(store).number
    with store.write() as tx:
        ticket_rows.change_ticket(tx.connection, number, {"handling_office": office})
    return number


def test_a_read_inside_a_read_is_part_of_it(store: Store) -> None:
    with store.read() as outer, store.read() as inner:
        assert inner.connection is outer.connection
    with store.read() as outer:
        tickets.count_tickets(store)
        assert outer.connection.execute(text("SELECT 1")).scalar_one() == 1  # it goes on


def test_each_read_sees_its_own_offices_whatever_is_around_it(store: Store) -> None:
    east, west = handled_by(store, "east"), handled_by(store, "west")
    in_east, in_west = store.within({"east"}), store.within({"west"})
    with in_east.read():
        assert [found.number for found in tickets.list_tickets(in_west)] == [west]
        assert [found.number for found in tickets.list_tickets(in_east)] == [east]
        assert tickets.count_tickets(store) == 2
        assert tickets.count_tickets(store.within(())) == 0
        assert tickets.get(in_west, west).number == west
        with pytest.raises(TicketNotFound):
            tickets.get(in_east, west)
        assert tickets.get(store, west).handling_office == "west"
        assert [found.number for found in tickets.list_tickets(in_east)] == [east]
    with store.read():
        assert tickets.count_tickets(in_east) == 1
        assert tickets.count_tickets(store) == 2


def test_after_a_write_inside_a_read_what_was_written_is_read(store: Store) -> None:
    talk = make_conversation(store).id
    with store.read() as outer:
        assert conversation_rows.conversation(outer.connection, talk)["topic"] == ""
        with store.write() as tx:
            conversation_rows.change_conversation(tx.connection, talk, {"topic": "travel"})
            assert conversations.get(store, talk).topic == "travel"
        assert conversations.get(store, talk).topic == "travel"
        with store.read() as later:
            assert later.connection is not outer.connection
        assert conversations.get(store, talk).topic == "travel"
    assert conversations.get(store, talk).topic == "travel"


def test_a_ticket_read_before_is_read_anew_after_a_write(store: Store) -> None:
    number = handled_by(store, "east")
    with store.read():
        assert tickets.get(store, number).handling_office == "east"
        with store.write() as tx:
            assert tickets.get(store, number).handling_office == "east"
            ticket_rows.change_ticket(tx.connection, number, {"handling_office": "west"})
            assert tickets.get(store, number).handling_office == "west"
        assert tickets.get(store, number).handling_office == "west"
    assert tickets.get(store, number).handling_office == "west"


def test_a_write_that_fails_inside_a_read_leaves_nothing(store: Store) -> None:
    talk = make_conversation(store).id

    def fail() -> None:
        with store.write() as tx:
            conversation_rows.change_conversation(tx.connection, talk, {"topic": "travel"})
            raise ZeroDivisionError

    with store.read():
        with pytest.raises(ZeroDivisionError):
            fail()
        assert conversations.get(store, talk).topic == ""


def test_threads_read_by_themselves(store: Store) -> None:
    def connection() -> int:
        with store.read() as tx:
            return id(tx.connection)

    with store.read() as outer, ThreadPoolExecutor(1) as threads:
        assert threads.submit(connection).result() != id(outer.connection)


def test_after_an_error_of_the_database_the_next_read_is_one_of_its_own(store: Store) -> None:
    with store.read() as outer:
        with pytest.raises(StoreError), store.read() as inner:
            inner.connection.execute(text("SELECT nothing FROM nowhere"))
        assert tickets.count_tickets(store) == 0
        with store.read() as later:
            assert later.connection is not outer.connection


def test_a_read_that_ended_with_an_error_is_not_joined(store: Store) -> None:
    with pytest.raises(ConversationNotFound), store.read() as ended:
        conversations.get(store, "c_nowhere")
    with store.read() as tx:
        assert tx is not ended
        assert tx.connection.execute(text("SELECT 1")).scalar_one() == 1
