"""Tickets are found by what they say, what was added, their number and their phone, on both databases."""

from __future__ import annotations

import pytest

from desk import tickets
from desk.store import Store
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
