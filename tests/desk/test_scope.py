"""Offices in the store itself: no statement reaches another office's tickets and conversations."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import case, delete, exists, func, insert, lateral, literal, select, text, tuple_, update
from sqlalchemy.sql import ClauseElement

from desk import (
    consultation,
    conversations,
    evidence,
    group_matters,
    history,
    notes,
    office_disputes,
    ratings,
    ticket_questions,
    ticket_ratings,
    tickets,
    whispers,
)
from desk.clock import beijing_day
from desk.errors import ConversationNotFound, GroupNotFound, TicketNotFound
from desk.store import Store, scope
from desk.store import consultations as consultation_rows
from desk.store import conversations as conversation_rows
from desk.store import dispatch as dispatch_rows
from desk.store import followup as followup_rows
from desk.store import tickets as ticket_rows
from desk.store.persons import PLACES
from desk.store.tables import conversations as conversation_table
from desk.store.tables import messages, metadata, ticket_events
from desk.store.tables import tickets as ticket_table
from tests.factories import make_conversation, make_staff, make_ticket


def handled_by(store: Store, office: str) -> tuple[str, str]:
    """A conversation and a ticket from it that this office handles."""
    conversation = make_conversation(store, said=[f"在{office}说的"])
    ticket = make_ticket(store, conversation_id=conversation.id)
    with store.write() as tx:
        ticket_rows.change_ticket(tx.connection, ticket.number, {"handling_office": office})
        conversation_rows.change_conversation(tx.connection, conversation.id, {"handling_office": office})
    return conversation.id, ticket.number


def rows_seen(store: Store, query) -> int:
    with store.read() as tx:
        return len(tx.connection.execute(query).all())


@pytest.fixture
def two(store: Store) -> tuple[Store, tuple[str, str], tuple[str, str]]:
    return store, handled_by(store, "east"), handled_by(store, "west")


def test_lists_counts_and_single_ones_are_the_offices_own(two) -> None:
    store, (talk, number), (other_talk, other_number) = two
    east = store.within({"east"})
    assert [ticket.number for ticket in tickets.list_tickets(east)] == [number]
    assert tickets.count_tickets(east) == 1
    assert sum(tickets.counts_by_status(east).values()) == 1
    assert [found.id for found in conversations.recent(east)] == [talk]
    assert tickets.get(east, number).number == number
    with pytest.raises(TicketNotFound):
        tickets.get(east, other_number)
    with pytest.raises(ConversationNotFound):
        conversations.get(east, other_talk)
    assert conversations.messages(east, other_talk) == []
    assert conversations.messages(east, talk)
    assert tickets.count_tickets(store) == 2


def test_nothing_of_another_office_can_be_changed(two) -> None:
    store, _, (other_talk, other_number) = two
    east = store.within({"east"})
    for attempt in (
        lambda: tickets.advance(east, other_number, "accepted", by="s_east"),
        lambda: tickets.assign(east, other_number, to="s_east", by="s_east"),
        lambda: tickets.reveal(east, other_number, by="s_east", purpose="desk"),
    ):
        with pytest.raises(TicketNotFound):
            attempt()
    with pytest.raises(ConversationNotFound):
        conversations.take(east, other_talk, staff="s_east")
    with east.write() as tx:
        change = update(ticket_table).where(ticket_table.c.number == other_number).values(topic="x")
        assert tx.connection.execute(change).rowcount == 0
        assert tx.connection.execute(delete(ticket_events)).rowcount == 1  # its own only
    assert tickets.events(store, other_number)


def test_no_office_at_all_sees_nothing(two) -> None:
    store, (talk, _), _ = two
    nobody = store.within(())
    assert tickets.count_tickets(nobody) == 0
    assert conversations.recent(nobody) == []
    with pytest.raises(ConversationNotFound):
        evidence.for_conversation(nobody, talk) or conversations.get(nobody, talk)


T, C = ticket_table, conversation_table
QUERIES = {
    "join": select(T.c.number, C.c.id).join(C, C.c.id == T.c.conversation_id),
    "alias": select(T.alias("one").c.number),
    "outer join": select(messages.c.id, T.c.number).select_from(
        messages.outerjoin(T, T.c.conversation_id == messages.c.conversation_id)
    ),
    "subquery": select(select(T.c.number).subquery().c.number),
    "exists": select(C.c.id).where(exists().where(T.c.conversation_id == C.c.id)),
    "in a list": select(messages.c.id).where(messages.c.conversation_id.in_(select(C.c.id))),
    "union": select(T.c.number).union_all(select(T.c.number)),
    "grouped": select(T.c.handling_office, func.count()).group_by(T.c.handling_office),
    "locked": select(T.c.number).with_for_update(),
    "nested": select(C.c.id).where(C.c.id.in_(select(T.c.conversation_id).where(T.c.urged == 0))),
}


@pytest.mark.parametrize("shape", QUERIES)
def test_whatever_the_query_looks_like_it_is_narrowed(two, shape: str) -> None:
    store, _, _ = two
    query = QUERIES[shape]
    both, one, none = (
        rows_seen(seen, query) for seen in (store, store.within({"east"}), store.within({"south"}))
    )
    assert none == 0
    assert one > 0
    assert both == 2 * one


E, M = ticket_events, messages
ONE, OTHER = T.alias("one"), T.alias("other")
NEWEST = select(T.c.number, T.c.conversation_id).limit(3)
PLAIN: dict[str, ClauseElement] = {
    "a table": select(T),
    "columns": select(T.c.number, T.c.topic).where(T.c.status.in_(["filed", "closed"]), T.c.urged > 0),
    "either": select(M.c.id).where((M.c.id > 3) | M.c.conversation_id.like("c%")).order_by(M.c.id).limit(2),
    "count": select(func.count()).select_from(T),
    "grouped": select(E.c.number, func.count()).group_by(E.c.number).having(func.count() > 1),
    "case": select(case((T.c.urged > 0, literal("urged")), else_=T.c.topic)).distinct(),
    "function": select(func.coalesce(func.max(M.c.id), 0)).where(M.c.conversation_id == "c"),
    "pairs": select(T.c.id).where(tuple_(T.c.topic, T.c.status).in_([("a", "b")])),
    "joined": select(T.c.number, C.c.id).join(C, C.c.id == T.c.conversation_id),
    "joined in from": select(T.c.id).select_from(T.join(C, C.c.id == T.c.conversation_id)),
    "three joined": select(T.c.id)
    .join(C, C.c.id == T.c.conversation_id)
    .join(M, M.c.conversation_id == C.c.id),
    "two without a join": select(T.c.id, M.c.id).where(M.c.conversation_id == T.c.conversation_id),
    "alias": select(ONE.c.number),
    "joined with itself": select(ONE.c.id, OTHER.c.id).join(OTHER, ONE.c.topic == OTHER.c.topic),
    "locked": select(T.c.number).with_for_update(),
    "open to all": select(metadata.tables["staff"].c.id),
    "update": update(T).where(T.c.number == "x").values(topic="y", urged=T.c.urged + 1),
    "update of what hangs on it": update(M).values(kind="text"),
    "delete": delete(E).where(E.c.number.in_(["x", "y"])),
}
NOT_PLAIN: dict[str, ClauseElement] = {
    "subquery": select(func.count()).select_from(NEWEST.subquery()),
    "column of a subquery": select(NEWEST.subquery().c.number),
    "joined subquery": select(C.c.id).join(NEWEST.subquery(), text("true")),
    "cte": select(NEWEST.cte("newest").c.number),
    "cte beside": select(C.c.id).add_cte(NEWEST.cte("newest")),
    "lateral": select(C.c.id, lateral(NEWEST).c.number),
    "exists": select(C.c.id).where(exists().where(T.c.conversation_id == C.c.id)),
    "exists not": select(C.c.id).where(~exists().where(T.c.conversation_id == C.c.id)),
    "in a list": select(M.c.id).where(M.c.conversation_id.in_(select(T.c.conversation_id))),
    "in a list among others": select(M.c.id).where(
        (M.c.id < 3) | M.c.conversation_id.in_(select(T.c.conversation_id))
    ),
    "as a column": select(M.c.id, select(func.count(T.c.id)).scalar_subquery()),
    "as a labelled column": select(select(T.c.id).limit(1).scalar_subquery().label("first")),
    "in a function": select(func.coalesce(select(func.max(T.c.id)).scalar_subquery(), 0)),
    "in a case": select(case((C.c.id.in_(select(T.c.conversation_id)), 1), else_=0)),
    "in the order": select(C.c.id).order_by(select(func.max(T.c.id)).scalar_subquery()),
    "in having": select(C.c.id).group_by(C.c.id).having(select(func.max(T.c.id)).scalar_subquery() > 1),
    "in the limit": select(C.c.id).limit(select(func.count(T.c.id)).scalar_subquery()),
    "in a join": select(C.c.id).join(M, M.c.id.in_(select(T.c.id))),
    "union": select(T.c.number).union_all(select(T.c.number)),
    "outer joined": select(C.c.id).outerjoin(T, T.c.conversation_id == C.c.id),
    "outer joined in from": select(C.c.id).select_from(C.outerjoin(T, T.c.conversation_id == C.c.id)),
    "fully joined": select(C.c.id).join(T, T.c.conversation_id == C.c.id, full=True),
    "update by a query": update(T).where(T.c.number.in_(select(E.c.number))).values(topic="y"),
    "update to a query": update(T).values(topic=select(C.c.topic).limit(1).scalar_subquery()),
    "delete by a query": delete(M).where(~exists().where(T.c.conversation_id == M.c.conversation_id)),
    "insert from a query": insert(E).from_select(["number"], select(T.c.number)),
}


def spelled(statement: ClauseElement) -> str:
    return str(statement.compile(compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize("shape", PLAIN)
def test_the_quick_way_narrows_to_the_same_statement_as_the_thorough_one(shape: str) -> None:
    quick = scope.narrowed(PLAIN[shape], frozenset({"east", "west"}))
    assert scope.is_plain(PLAIN[shape])
    assert spelled(quick) == spelled(scope.narrowed_throughout(PLAIN[shape], ("east", "west")))
    assert ("handling_office IN ('east', 'west')" in spelled(quick)) == (shape != "open to all")


@pytest.mark.parametrize("shape", NOT_PLAIN)
def test_with_a_query_inside_or_an_outer_join_the_thorough_way_is_taken(shape: str) -> None:
    statement = NOT_PLAIN[shape]
    narrowed = scope.narrowed(statement, frozenset({"east"}))
    assert not scope.is_plain(statement)
    assert spelled(narrowed) == spelled(scope.narrowed_throughout(statement, ("east",)))
    if shape != "fully joined":
        assert re.search(r"tickets\.handling_office IN \('east'\)", spelled(narrowed)), spelled(narrowed)


@pytest.mark.parametrize("shape", PLAIN | NOT_PLAIN)
def test_narrowing_leaves_the_statement_itself_as_it_was(shape: str) -> None:
    statement = (PLAIN | NOT_PLAIN)[shape]
    before = spelled(statement)
    scope.narrowed(statement, frozenset({"east"}))
    assert spelled(statement) == before


def test_an_outer_join_keeps_its_left_side(two) -> None:
    store, _, (other_talk, other_number) = two
    with store.write() as tx:
        ticket_rows.change_ticket(tx.connection, other_number, {"handling_office": "north"})
    west = store.within({"west"})
    columns, hangs = (C.c.id, T.c.number), T.c.conversation_id == C.c.id
    for query in (select(*columns).select_from(C.outerjoin(T, hangs)), select(*columns).outerjoin(T, hangs)):
        with west.read() as tx:
            assert [tuple(row) for row in tx.connection.execute(query)] == [(other_talk, None)]


def test_the_office_of_a_ticket_sees_the_conversation_it_came_from(two) -> None:
    store, (talk, number), _ = two
    with store.write() as tx:
        ticket_rows.change_ticket(tx.connection, number, {"handling_office": "north"})
    north = store.within({"north"})
    assert conversations.get(north, talk).id == talk
    assert conversations.messages(north, talk)


def test_a_view_inside_another_transaction_is_narrowed_and_the_outer_one_is_not_after(two) -> None:
    store, _, (_, other_number) = two
    east = store.within({"east"})
    with store.write():
        with east.write():
            assert tickets.count_tickets(east) == 1
            with store.read() as whole:
                assert whole.connection.execute(select(func.count()).select_from(T)).scalar() == 2
        assert tickets.get(store, other_number).number == other_number
    with east.write():
        with pytest.raises(TicketNotFound):
            tickets.get(east, other_number)
        assert tickets.get(east.everywhere(), other_number).number == other_number


def test_handing_a_ticket_on_is_kept_and_recorded_although_it_is_out_of_sight_then(two) -> None:
    store, (_, number), _ = two
    east = store.within({"east"})
    with east.write() as tx:
        ticket_rows.change_ticket(tx.connection, number, {"handling_office": "west"})
        history.record(tx, "ticket:office:change", number, by="s_east", to="west")
    with pytest.raises(TicketNotFound):
        tickets.get(east, number)
    assert tickets.get(store.within({"west"}), number).handling_office == "west"
    assert history.of(store, number)[-1].event == "ticket:office:change"


def test_a_pool_connection_forgets_whose_it_was(two) -> None:
    store, _, _ = two
    for _ in range(20):
        assert tickets.count_tickets(store.within({"east"})) == 1
        assert tickets.count_tickets(store) == 2


def test_what_is_filed_belongs_to_the_default_office(store: Store) -> None:
    ticket = make_ticket(store)
    assert ticket.handling_office == "local"
    assert conversations.get(store, ticket.conversation_id).handling_office == "local"


def test_rows_from_before_there_were_offices_are_the_default_offices(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO conversations (id, channel, visitor, owner, reason, bot_may_finish, bot_since, "
                "topic, case_id, last_text, last_message_id, unread, created_at, updated_at) VALUES "
                "('c_old','h5','v','bot','',false,0,'','','',0,0,'2026-01-01 00:00:00','2026-01-01 00:00:00')"
            )
        )
    assert conversations.get(store.within({"local"}), "c_old").id == "c_old"


ACROSS_OFFICES = {
    "evidence_marks": "ids only",
    "followers": "the channel's, no page lists them",
    "inbound": "the channel's",
    "outbox": "the channel's",
    "question_groups": "curation, for all offices",
    "unanswered": "curation, for all offices",
    "utterance_labels": "curation, for all offices",
    "utterances": "curation, for all offices",
}


def test_whatever_holds_persons_is_narrowed_or_says_why_not() -> None:
    wide = {place.table.name for place in PLACES} - scope.VISIBLE.keys()
    assert wide == ACROSS_OFFICES.keys(), "desk/store/scope.py: VISIBLE, or say here why not"


HANGS_BUT_NOT_NARROWED = {
    "erasures": "that and when, for all",
    "followers": "the channel's, no page lists them",
    "handlings": "figures of how long taking over took, for all",
    "inbound": "the channel's",
    "outbox": "the channel's",
    "queue_told": "the channel's",
    "unanswered": "curation, for all offices",
    "utterances": "curation, for all offices",
    "evidence_marks": "ids only, read with evidence or a ticket",
    "presence": "ids only, read by the number of a ticket that is looked up first",
    "ticket_locks": "ids only, read by the number of a ticket that is looked up first",
    "ticket_work": "ids only, read with tickets",
}


def test_whatever_hangs_on_a_ticket_or_conversation_is_narrowed_or_says_why_not() -> None:
    hangs = {
        table.name
        for table in metadata.sorted_tables
        if "conversation_id" in table.c or ("number" in table.c and "release" not in table.name)
    }
    assert hangs - scope.VISIBLE.keys() == HANGS_BUT_NOT_NARROWED.keys(), "desk/store/scope.py: VISIBLE"


def said_in(store: Store, talk: str, number: str) -> None:
    """Leave in every list what belongs to this conversation and ticket."""
    at = tickets.get(store, number).created_at
    day = beijing_day(at)
    notes.add(store, number, "请看 @reader", by="s_one", mention=[])
    card = conversations.add_message(store, talk, author="bot", kind="card", body={"card": {"case": "x"}})
    ratings.rate(store, talk, card.id, good=False, reason="unclear")
    between = {"office": "310116", "other": "310115", "arbiter": "310000", "decided": "", "closed_by": ""}
    opened = {"reason": "谁管", "opened_by": "s_one", "opened_at": at, "due_on": day}
    asked = {"kind": "difficult", "question": "怎么办", "members": ["s_two"], "due_on": day}
    left_open = {"minutes": "", "conclusion": "", "advice": "", "concluded_by": "", "concluded_at": None}
    with store.write() as tx:
        dispatch_rows.insert_dispute(tx.connection, {"number": number, **between, **opened})
        called = {"called_by": "s_one", "called_at": at}
        consultation_rows.insert_consultation(
            tx.connection, {"number": number, **asked, **left_open, **called}
        )
        rating = {"number": number, "stage": "decision", "score": 5, "text": "好", "at": at}
        followup_rows.save_rating(tx.connection, rating)


def test_every_list_of_work_is_the_offices_own(two) -> None:
    store, (talk, number), (other_talk, other_number) = two
    reader = make_staff(store, username="reader").id
    for conversation, ticket, office in ((talk, number, "east"), (other_talk, other_number, "west")):
        said_in(store, conversation, ticket)
        second = make_ticket(store, phone="13900000001").number
        with store.write() as tx:
            ticket_rows.change_ticket(tx.connection, second, {"handling_office": office})
        group_matters.confirm(store, [ticket, second], by="s_one")
    east, south = store.within({"east"}), store.within({"south"})
    lists = {
        "disputes": lambda seen: [found.number for found in office_disputes.running(seen)],
        "mentions": lambda seen: [note.number for note in notes.inbox(seen, reader)],
        "unseen mentions": lambda seen: [number] * notes.count_unseen(seen, reader),
        "consultations": lambda seen: [found.number for found in consultation.listed(seen)],
        "groups": lambda seen: [
            group_matters.members(seen, group.number)[0].ticket.number
            for group, _ in group_matters.listed(seen, ["forming", "joint"])
        ],
    }
    for name, of in lists.items():
        assert len(of(store)) == 2, name
        assert of(east) == [number], name
        assert of(south) == [], name
    for of in (office_disputes.of_ticket, consultation.of_ticket, ticket_ratings.of_ticket):
        assert len(of(east, number)) == 1, of
        assert of(east, other_number) == [], of
    assert len(ratings.of_conversation(east, talk)) == 1
    assert ratings.of_conversation(east, other_talk) == []
    assert group_matters.of_ticket(east, other_number) is None


def test_what_hangs_on_a_ticket_or_conversation_is_seen_where_that_is(two) -> None:
    store, (talk, number), (other_talk, other_number) = two
    for conversation, ticket in ((talk, number), (other_talk, other_number)):
        notes.add(store, ticket, "看看", by="s_one")
        ticket_questions.ask(store, ticket, "怎么样了")
        whispers.whisper(store, conversation, "小心", by="s_one")
    east = store.within({"east"})
    assert [question.number for question in ticket_questions.waiting(east)] == [number]
    with pytest.raises(TicketNotFound):
        notes.of_ticket(east, other_number)
    assert whispers.of(east, other_talk) == []
    assert whispers.of(east, talk)
    assert notes.of_ticket(east, number)


def test_a_group_is_seen_by_each_office_with_the_complaints_of_its_own(store: Store) -> None:
    filed = [make_ticket(store, phone=f"1381234000{n}").number for n in range(3)]
    group = group_matters.confirm(store, filed, by="s_one").number
    with store.write() as tx:
        for number, office in zip(filed, ("east", "east", "west"), strict=True):
            ticket_rows.change_ticket(tx.connection, number, {"handling_office": office})
    counted = {
        office: [member.ticket.number for member in group_matters.members(store.within({office}), group)]
        for office in ("east", "west")
    }
    assert counted == {"east": filed[:2], "west": filed[2:]}
    assert group_matters.get(store.within({"west"}), group).number == group
    with pytest.raises(GroupNotFound):
        group_matters.get(store.within({"south"}), group)
