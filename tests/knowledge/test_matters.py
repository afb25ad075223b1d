"""A text that tells of two grievances is told apart where its own words divide it."""

from __future__ import annotations

import pytest

from knowledge.matters import parts, told_apart
from knowledge.search import Decision, Hit, Ranking

GYM = "健身房关门了三年卡的钱要不回来，"
FRIDGE = "另外新买的冰箱修了三次还是不制冷。"


def _ranking(case: str, topic: str, decision: Decision = Decision.ANSWER) -> Ranking:
    return Ranking(decision, (Hit(case, case, topic, 0.8, {}),), 0.8)


def _search(text: str) -> Ranking:
    if "冰箱" in text and "健身" not in text:
        return _ranking("fridge", "warranty_repair")
    return _ranking("gym", "prepaid_card")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (GYM + FRIDGE, 2),
        ("1、买的冰箱不制冷修了三次都没修好；2、送货师傅还收了我二百块搬楼费不给票", 2),
        ("第二天就坏了，其次他们态度不好", 1),
        ("健身房关门了，卡里还有三千多块钱，打电话也不接，怎么办", 1),
    ],
)
def test_a_text_is_cut_only_where_it_says_that_something_else_begins(text: str, count: int) -> None:
    cut = parts(text)
    assert len(cut) == count
    assert "".join(cut) == text


def test_two_matters_are_offered_the_weightier_first() -> None:
    found = told_apart(FRIDGE.removeprefix("另外") + "另外" + GYM, _ranking("gym", "prepaid_card"), _search)
    assert [told.hit.case_id for told in found] == ["gym", "fridge"]


def test_one_matter_told_in_two_points_is_one() -> None:
    text = "健身房关门了三年卡的钱要不回来，另外健身房的教练也把我拉黑了说跟他没关系"
    assert told_apart(text, _ranking("gym", "prepaid_card"), _search) == ()


def test_a_part_the_library_is_not_sure_of_is_no_matter_of_its_own() -> None:
    def unsure(text: str) -> Ranking:
        found = _search(text)
        return (
            found
            if found.hits[0].case_id == "gym"
            else _ranking("fridge", "warranty_repair", Decision.CHOOSE)
        )

    assert told_apart(GYM + FRIDGE, _ranking("gym", "prepaid_card"), unsure) == ()
