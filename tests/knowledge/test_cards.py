"""Letters and values as a reader sees them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from knowledge import cards
from knowledge.content import CaseStep, Fact, FactType
from knowledge.library import open_library


@pytest.fixture(scope="module")
def case(trained):
    return open_library(trained / "library.db").case("minor-game-topup")


def test_a_letter_is_filled_from_the_facts_and_drops_clauses_nobody_can_fill(case):
    said = "您好，孩子{child_age}周岁。充了{amount}元，最后一笔在{purchase_date}。请退还。"
    asked = replace(case, steps=(CaseStep("negotiate", said),))
    letter = cards.letter(asked, {"child_age": 7, "amount": "3000.00", "purchase_date": "不清楚"})
    assert letter == "您好，孩子7周岁。充了3000元。请退还。"


def test_sentences_left_out_in_a_row_leave_no_stops_behind(case):
    said = "您好，我要退款。孩子{child_age}周岁。充了{amount}元。最后一笔在{purchase_date}。请退还。"
    asked = replace(case, steps=(CaseStep("negotiate", said),))
    assert cards.letter(asked, {}) == "您好，我要退款。请退还。"


def test_no_letter_shows_a_place_nobody_filled(trained):
    for case in open_library(trained / "library.db").cases():
        assert "{" not in cards.letter(case, {}), case.id


@pytest.mark.parametrize(
    ("type", "value", "unit", "seen"),
    [
        (FactType.MONEY, "3000.00", "", "3000元"),
        (FactType.MONEY, "12.50", "", "12.5元"),
        (FactType.DATE, "2026-10-01", "", "2026年10月1日"),
        (FactType.INTEGER, 8, "岁", "8岁"),
        (FactType.CHOICE, "家长", "", "家长"),
        (FactType.DATE, "不清楚", "", "不清楚"),
    ],
)
def test_a_fact_is_shown_as_people_write_it(type, value, unit, seen):
    assert cards.shown(Fact(id="x", ask="", type=type, unit=unit), value) == seen


def test_yuan_lose_needless_zeros():
    assert cards.plain_yuan(Decimal("1000.00")) == "1000"
    assert cards.plain_yuan("0.50") == "0.5"
