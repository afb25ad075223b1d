"""Materials: how complete they are, what is asked for, and that answers land on the ticket whoever owns the chat."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import conversations, evidence, history, materials, tickets
from desk.completeness import Item, basics, measure
from desk.errors import EvidenceNotFound, RequestRefused
from desk.store import Store
from desk.ticket import TicketStatus
from tests.factories import NOW, make_conversation, make_ticket

from .test_evidence import picture

PAID, CHAT = Item("付款记录", "付了多少钱", "账单截图", 3), Item("聊天记录", "商家怎么说", "连着截", 1)


def send(store: Store, dir: Path, conversation: str, *, at=NOW, size: int = 40) -> evidence.Evidence:
    data = picture("PNG", size=(size, 30))
    return evidence.add(store, dir, conversation, filename="a.png", data=data, at=at)


def test_the_score_is_the_weight_that_files_prove() -> None:
    found = measure([PAID, CHAT], {"付款记录": {"e_1"}, "别的": {"e_2"}})
    assert (found.score, found.missing) == (75, (CHAT,))
    assert measure([PAID, CHAT], {}).missing == (PAID, CHAT)
    assert measure([], {}).score == 100


@given(st.lists(st.integers(1, 5), max_size=8), st.data())
def test_another_file_never_makes_it_less_complete(weights: list[int], data: st.DataObject) -> None:
    items = [Item(f"第{n}项", "", "", weight) for n, weight in enumerate(weights)]
    names = [item.item for item in items]
    some = data.draw(st.sets(st.sampled_from(names))) if names else set()
    more = some | (data.draw(st.sets(st.sampled_from(names))) if names else set())
    less, most = (
        measure(items, {name: {"e"} for name in some}),
        measure(items, {name: {"e"} for name in more}),
    )
    assert 0 <= less.score <= most.score <= 100
    assert len(less.missing) + len(some) == len(items)


def test_there_is_a_list_for_tickets_without_a_case() -> None:
    assert sum(item.weight for item in basics()) > 0
    assert all(item.how and item.proves for item in basics())


def test_marks_are_kept_by_item_and_only_for_files_of_the_ticket(store: Store, tmp_path: Path) -> None:
    ticket = make_ticket(store)
    file = send(store, tmp_path, ticket.conversation_id)
    tickets.add_supplement(store, ticket.number, "", evidence=[file.id])
    materials.mark(store, ticket.number, {"付款记录": {file.id}, "聊天记录": set()}, by="s_1")
    assert materials.marks(store, ticket.number) == {"付款记录": {file.id}}
    materials.mark(store, ticket.number, {"聊天记录": {file.id}}, by="s_1")
    assert set(materials.marks(store, ticket.number)) == {"付款记录", "聊天记录"}
    materials.mark(store, ticket.number, {"付款记录": set()}, by="s_1")
    assert set(materials.marks(store, ticket.number)) == {"聊天记录"}
    foreign = send(store, tmp_path, make_conversation(store).id, size=50)
    with pytest.raises(EvidenceNotFound):
        materials.mark(store, ticket.number, {"付款记录": {foreign.id}}, by="s_1")
    assert history.of(store, ticket.number)[-1].event == "ticket:evidence:mark"


@pytest.mark.parametrize("channel", ["h5", "wechat"])
def test_asking_tells_the_consumer_which_items_and_how_to_get_them(store: Store, channel: str) -> None:
    conversation = make_conversation(store, channel=channel).id
    ticket = make_ticket(store, conversation_id=conversation)
    materials.ask(store, ticket.number, [PAID, CHAT], by="s_1", words="最好今天发。", at=NOW)
    text = conversations.messages(store, conversation)[-1].body["text"]
    for words in (ticket.number, "付款记录", "账单截图", "聊天记录", "连着截", "最好今天发"):
        assert words in text
    asked = materials.open_request(store, ticket.number)
    assert asked is not None
    assert asked.items == ("付款记录", "聊天记录")


def test_nothing_is_asked_for_without_items_or_on_an_ended_ticket(sqlite_store: Store) -> None:
    ticket = make_ticket(sqlite_store)
    with pytest.raises(RequestRefused, match="empty"):
        materials.ask(sqlite_store, ticket.number, [], by="s_1", words=" ")
    tickets.advance(sqlite_store, ticket.number, TicketStatus.REFUSED, by="s_1", ground="too_late")
    with pytest.raises(RequestRefused, match="closed"):
        materials.ask(sqlite_store, ticket.number, [PAID], by="s_1")
    assert conversations.messages(sqlite_store, ticket.conversation_id) == []


def test_what_is_sent_in_the_chat_lands_on_the_ticket_and_answers_the_request(
    store: Store, tmp_path: Path
) -> None:
    ticket = make_ticket(store)
    before = send(store, tmp_path, ticket.conversation_id)
    assert materials.land(store, ticket.conversation_id, before.id) == ""
    materials.ask(store, ticket.number, [PAID], by="s_1", at=NOW)
    after = send(store, tmp_path, ticket.conversation_id, at=NOW + timedelta(hours=1), size=50)
    assert materials.land(store, ticket.conversation_id, after.id) == ticket.number
    assert materials.land(store, ticket.conversation_id, after.id) == ""
    assert [file.id for file in evidence.for_ticket(store, ticket.number)] == [after.id]
    assert materials.requests(store, ticket.number)[0].answered_at == after.at
    assert materials.open_request(store, ticket.number) is None
    assert ticket.number in conversations.messages(store, ticket.conversation_id)[-1].body["text"]
