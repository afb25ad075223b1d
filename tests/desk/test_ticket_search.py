"""Tickets are found by what they say, what was added, their number and their phone, on both databases."""

from __future__ import annotations

import pytest

from desk import tickets
from desk.store import Store, ticket_words
from desk.store import tickets as rows
from tests.factories import make_conversation, make_draft


def filed(store: Store, **said: str) -> tickets.Ticket:
    conversation = make_conversation(store)
    return tickets.file_ticket(store, conversation_id=conversation.id, draft=make_draft(**said))


def numbers(store: Store, words: str, **more: object) -> list[str]:
    return [found.number for found in tickets.list_tickets(store, words=words, **more)]


@pytest.fixture
def gym(store: Store) -> tickets.Ticket:
    filed(
        store, merchant_name="甜甜蛋糕店", story="蛋糕里吃出一根头发，店家只肯换一个。", request="退款并道歉"
    )
    return filed(store)


@pytest.mark.parametrize(
    "words", ["健身", "好身材", "年卡 关门", "门店关门，", "退还预付卡", "好身材健身有限公司"]
)
def test_a_word_of_merchant_story_or_request_finds_it(store, gym, words):
    assert numbers(store, words) == [gym.number]


def test_all_the_words_must_be_there(store, gym):
    assert numbers(store, "年卡 头发") == []


@pytest.mark.parametrize(
    "words", ['"', "' OR 1=1 --", "NEAR(", "*", "年卡'; DROP TABLE tickets", "：", "\x00"]
)
def test_no_text_breaks_the_search(store, gym, words):
    assert set(numbers(store, words)) <= {gym.number} | set(numbers(store, ""))


def test_what_the_consumer_adds_later_is_found_too(store, gym):
    tickets.add_supplement(store, gym.number, "教练姓欧阳，有录音。")
    assert numbers(store, "录音") == [gym.number]
    assert numbers(store, "年卡") == [gym.number]


def test_words_narrow_together_with_other_filters(store, gym):
    assert numbers(store, "年卡", status="accepted") == []
    assert tickets.count_tickets(store, words="年卡", status="received") == 1


def test_newest_come_first_and_pages_go_on(store):
    many = [filed(store, story=f"第{n}次办的年卡没法用，店员说系统坏了。").number for n in range(7)]
    pages = numbers(store, "年卡", limit=3) + numbers(store, "年卡", limit=3, offset=3)
    assert pages == many[::-1][:6]


def test_counting_stops_where_a_page_says_more_than(store, monkeypatch):
    monkeypatch.setattr(rows, "MOST_COUNTED", 2)
    for n in range(4):
        filed(store, story=f"第{n}次办的年卡没法用，店员说系统坏了。")
    assert tickets.count_tickets(store) == 3


@pytest.mark.parametrize(
    ("sought", "found"), [("退", 1), ("退款", 1), ("单号AB12", 1), ("a", 1), ("款退", 0)]
)
def test_a_search_only_begun_finds_what_goes_on(store: Store, sought: str, found: int) -> None:
    filed(store, request="退钱", merchant_name="某店", story="不给退款，单号AB123456。")
    assert len(tickets.list_tickets(store, words=sought)) == found


@pytest.mark.parametrize(
    "having",
    [
        *(set(), {1}, {40}, set(range(1, 41)), set(range(1, 41, 2)), set(range(1, 41, 7)), set(range(1, 9))),
        *(set(range(33, 41)), {2, 3, 4, 5, 39}, {1, 2, 3, 4, 20, 21, 40}),
    ],
)
@pytest.mark.parametrize("rare", [0.0, 0.5, 2.0])
def test_the_newest_are_found_however_often_the_words_occur(
    store: Store, monkeypatch: pytest.MonkeyPatch, having: set[int], rare: float
) -> None:
    monkeypatch.setattr(ticket_words, "MOST_FOUND", 5)
    monkeypatch.setattr(ticket_words, "FIRST_LOOKED", 4)
    monkeypatch.setattr(ticket_words, "RARE", rare)
    with store.write() as tx:
        for id in range(1, 41):
            ticket_words.put(tx.connection, id, ["空调", "不冷"] if id in having else ["空调"])
        assert ticket_words.newest(tx.connection, ["不冷"]) == sorted(having, reverse=True)[:5]
        assert ticket_words.newest(tx.connection, ["空调", "不冷"]) == sorted(having, reverse=True)[:5]
        assert ticket_words.newest(tx.connection, ["空调"]) == [40, 39, 38, 37, 36]


def test_a_list_is_narrowed_within_what_the_search_found(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed_ones = [filed(store, story=f"第{n}次办的年卡没法用，店员说系统坏了。") for n in range(6)]
    with store.write() as tx:
        for one in filed_ones[:3]:
            rows.change_ticket(tx.connection, one.number, {"handling_office": "east"})
        rows.change_ticket(tx.connection, filed_ones[4].number, {"status": "accepted", "due_on": None})
    east = store.within({"east"})
    newest_first = [one.number for one in filed_ones][::-1]
    assert numbers(store, "年卡") == newest_first
    assert numbers(east, "年卡") == newest_first[3:]
    assert tickets.count_tickets(east, words="年卡") == 3
    assert tickets.count_tickets(store, words="年卡", status="accepted") == 1
    assert numbers(store, "年卡", order="due")[-1] == filed_ones[4].number
    with store.read():
        assert numbers(east, "年卡") == newest_first[3:]
        assert numbers(store, "年卡", offset=4, limit=1) == newest_first[4:5]
        each = tickets.count_each(store, {"found": {"words": "年卡"}, "all": {}, "again": {"words": "年卡"}})
        assert each == {"found": 6, "all": 6, "again": 6}
    with store.read() as tx, pytest.raises(ValueError, match="words"):
        rows.count(tx.connection, rows.Filter("complaint", words=("年卡",)))  # nothing was looked for
    monkeypatch.setattr(ticket_words, "MOST_FOUND", 4)
    assert numbers(store, "年卡") == newest_first[:4]
    assert numbers(east, "年卡") == newest_first[3:4]  # of the newest four that have the word
