"""Questions about a ticket and ratings of its stages, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk import conversations, history, ticket_questions, ticket_ratings, tickets
from desk.errors import QuestionRefused, RatingRefused
from desk.store import Store
from desk.ticket import TicketStatus
from desk.ticket_ratings import Stage
from tests.factories import NOW, make_conversation, make_ticket


def test_a_question_waits_until_it_is_answered_once(store: Store) -> None:
    ticket = make_ticket(store)
    asked = ticket_questions.ask(store, ticket.number, "要到现场吗？", at=NOW)
    assert ticket_questions.waiting(store) == [asked]
    done = ticket_questions.answer(
        store, ticket.number, asked.id, "不用。", by="s_1", at=NOW + timedelta(hours=1)
    )
    assert (done.answer, done.answered_by) == ("不用。", "s_1")
    assert ticket_questions.waiting(store) == []
    with pytest.raises(QuestionRefused, match="answered"):
        ticket_questions.answer(store, ticket.number, asked.id, "要。", by="s_2")
    said = [(message.author, message.by) for message in conversations.messages(store, ticket.conversation_id)]
    assert said == [("consumer", None), ("staff", "s_1")]
    assert [event.event for event in history.of(store, ticket.number)][-2:] == [
        "ticket:question:ask",
        "ticket:question:answer",
    ]


def test_a_question_of_another_ticket_is_not_answered_here(store: Store) -> None:
    one, other = make_ticket(store), make_ticket(store, phone="13900001111")
    asked = ticket_questions.ask(store, one.number, "要到现场吗？")
    with pytest.raises(QuestionRefused):
        ticket_questions.answer(store, other.number, asked.id, "不用。", by="s_1")
    assert ticket_questions.of_ticket(store, one.number)[0].answered_at is None


def test_an_answer_is_sent_to_a_consumer_in_wechat(store: Store) -> None:
    ticket = make_ticket(store, conversation_id=make_conversation(store, channel="wechat").id)
    asked = ticket_questions.ask(store, ticket.number, "问" * 100)
    ticket_questions.answer(store, ticket.number, asked.id, "答复在这里。", by="s_1")
    with store.read() as tx:
        owed = tx.connection.exec_driver_sql("SELECT messages FROM outbox").all()
    last = conversations.messages(store, ticket.conversation_id)[-1]
    assert len(owed) == 1
    assert str(last.id) in str(owed[0][0])
    assert "问" * 41 not in last.body["text"]


def test_a_stage_is_rated_when_it_is_reached_and_may_be_rated_anew(store: Store) -> None:
    ticket = make_ticket(store)
    with pytest.raises(RatingRefused, match="stage"):
        ticket_ratings.rate(store, ticket.number, Stage.DECISION, 5)
    tickets.advance(store, ticket.number, TicketStatus.REFUSED, by="s_1", ground="too_late")
    ticket_ratings.rate(store, ticket.number, "decision", 2, text="太慢", at=NOW)
    ticket_ratings.rate(store, ticket.number, Stage.DECISION, 3, at=NOW)
    assert [
        (found.stage, found.score, found.text) for found in ticket_ratings.of_ticket(store, ticket.number)
    ] == [(Stage.DECISION, 3, "")]
    with pytest.raises(RatingRefused, match="stage"):
        ticket_ratings.rate(store, ticket.number, Stage.OUTCOME, 3)


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_is_one_to_five(sqlite_store: Store, score: int) -> None:
    ticket = make_ticket(sqlite_store)
    tickets.advance(sqlite_store, ticket.number, TicketStatus.ACCEPTED, by="s_1")
    with pytest.raises(RatingRefused, match="score"):
        ticket_ratings.rate(sqlite_store, ticket.number, Stage.DECISION, score)
