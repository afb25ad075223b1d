"""A case while it is written: each mistake beside its field and in Chinese, the outcome tried, articles found."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge import editing
from knowledge.errors import Problem
from knowledge.library import Library, open_library
from knowledge.problem_words import in_chinese
from knowledge.publishing import build
from tests.knowledge.folders import TODAY, deposit, topup, write_folder

ON = date.fromisoformat(TODAY)
GENERAL = "这一项有问题，请检查"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("editing")
    build(write_folder(root), root / "library.db", examples=None, dictionary=None)
    return root / "library.db"


@pytest.fixture(scope="module")
def library(file: Path) -> Library:
    return open_library(file)


def spoiled(path: list[Any], value: Any) -> dict[str, Any]:
    document: Any = topup()
    held = document
    for key in path[:-1]:
        held = held[key]
    held[path[-1]] = value
    return document


SPOILED = {
    "title missing": (["title"], "", ("title",)),
    "too few questions": (["ask"], ["一个问题"], ("ask",)),
    "unknown topic": (["topic"], "weather", ("topic",)),
    "unknown office": (["office"], "ministry", ("office",)),
    "unknown step": (["steps", 1], "shout", ("steps", 1)),
    "unknown case": (["related"], ["nowhere"], ("related", 0)),
    "unknown law": (["outcomes", 0, "basis", 0, "law"], "no-law", ("outcomes", 0, "basis", 0)),
    "article too high": (["outcomes", 0, "basis", 0, "article"], 2000, ("outcomes", 0, "basis", 0)),
    "only unverified": (["outcomes", 0, "basis", 0, "unverified"], True, ("outcomes", 0, "basis")),
    "place of no fact": (["steps", 0, "say"], "您好，{nothing}元", ("steps", 0)),
    "answer too long": (["outcomes", 0, "answer"], "可以要求退款。" * 60, ("outcomes", 0, "answer")),
    "sentence too long": (
        ["outcomes", 0, "answer"],
        "可以要求商家退款" * 9 + "。",
        ("outcomes", 0, "answer"),
    ),
    "unused fact": (["facts", "spare"], {"ask": "没用上的？"}, ("facts", "spare")),
    "choice without choices": (
        ["facts", "registered_as"],
        {"ask": "谁？", "type": "choice"},
        ("facts", "registered_as"),
    ),
    "heard of no choice": (
        ["facts", "registered_as", "hear"],
        {"邻居": ["邻居的号"]},
        ("facts", "registered_as", "hear"),
    ),
    "heard twice": (
        ["facts", "registered_as", "hear"],
        {"孩子": ["那个号"], "家长": ["那个号"]},
        ("facts", "registered_as", "hear"),
    ),
    "outcome twice": (["outcomes", 1, "id"], "under-eight", ("outcomes", 1)),
    "last with a condition": (["outcomes", 2, "when"], {"child_age": 9}, ("outcomes", 2, "when")),
    "condition on no fact": (["outcomes", 0, "when"], {"nothing": 1}, ("outcomes", 0, "when")),
    "condition no number": (["outcomes", 0, "when"], {"child_age": "八岁"}, ("outcomes", 0, "when")),
    "condition no choice": (["outcomes", 1, "when"], {"registered_as": "邻居"}, ("outcomes", 1, "when")),
    "order of a choice": (["outcomes", 1, "when"], {"registered_as": {"lt": 3}}, ("outcomes", 1, "when")),
    "unreachable": (["outcomes", 1, "when"], {"child_age": {"lt": 5}}, ("outcomes", 1)),
    "unknown remedy": (["remedy"], {"rule": "everything"}, ("remedy",)),
    "remedy without its fact": (["remedy"], {"rule": "refund"}, ("remedy",)),
    "remedy with a stranger": (
        ["remedy"],
        {"rule": "refund", "amount": "amount", "paid": "amount"},
        ("remedy",),
    ),
    "remedy of no fact": (["remedy"], {"rule": "refund", "amount": "nothing"}, ("remedy",)),
    "remedy of no money": (["remedy"], {"rule": "refund", "amount": "child_age"}, ("remedy",)),
    "unknown deadline": (["deadlines"], [{"rule": "soon"}], ("deadlines", 0)),
    "deadline with more": (
        ["deadlines"],
        [{"rule": "refund_seven_days", "until": "amount"}],
        ("deadlines", 0),
    ),
    "deadline of no date": (
        ["deadlines"],
        [{"rule": "refund_seven_days", "from": "amount"}],
        ("deadlines", 0),
    ),
    "question of another case": (["ask", 3], "定金能退吗", ("ask", 3)),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_mistake_is_told_in_chinese_at_its_field(file: Path, spoil: tuple[list[Any], Any, tuple]) -> None:
    path, value, where = spoil
    found = [finding for finding in editing.findings(spoiled(path, value), file, today=ON) if finding.stops]
    assert where in {finding.path[: len(where)] for finding in found}
    for finding in found:
        assert finding.said != GENERAL
        assert not re.search(r"[a-z]{4,} [a-z]{2,}", finding.said), finding.said


def test_remarks_are_told_in_chinese_and_stop_nothing(file: Path) -> None:
    document = topup(merchant="")
    document["outcomes"][0]["basis"].append({"law": "civil-code", "article": 21, "unverified": True})
    found = editing.findings(document, file, today=ON)
    assert {finding.said for finding in found} >= {
        "这条依据还没有核对过原文",
        "引用的法条还没有要点说明，请联系维护法律登记的同事补上",
        "还没有写给商家看的答复",
    }
    assert not any(finding.stops for finding in found)


def test_a_sound_case_in_its_own_place_has_nothing_to_mend(file: Path) -> None:
    assert not [finding for finding in editing.findings(deposit(), file, today=ON) if finding.stops]


@pytest.mark.parametrize(
    "message",
    [
        "review was due on 2025-06-01; review it and set a new day",
        "nobody but its author has read it beside the articles; add second: {by, on, corrected}",
        "civil-code 第五百八十七条 lost force on 2027-01-01; it goes off the air on 2027-01-31; review the case",
        "civil-code 第五百八十七条 lost force on 2027-01-01; its other articles hold; review the case",
        "要约 is lawyers' talk; say 报价, or explain it in brackets",
    ],
)
def test_what_only_time_brings_about_is_worded_too(message: str) -> None:
    assert in_chinese(Problem("x", 1, message)) != GENERAL


def test_a_message_nobody_worded_gets_a_general_sentence() -> None:
    assert in_chinese(Problem("x", 1, "something new")) == GENERAL


@pytest.mark.parametrize(
    ("facts", "outcome", "asks"),
    [
        ({}, 2, ("child_age",)),
        ({"child_age": 7}, 0, ()),
        ({"child_age": 9}, 2, ("registered_as",)),
        ({"child_age": 9, "registered_as": "孩子"}, 1, ()),
    ],
    ids=["nothing known", "under eight", "asks on", "own account"],
)
def test_facts_are_tried_on_the_spot(
    library: Library, facts: dict[str, Any], outcome: int, asks: tuple
) -> None:
    case = editing.draft_case(topup())
    assert case
    tried = editing.try_case(case, {**facts, "amount": "3000", "purchase_date": "2026-10-01"}, library, ON)
    assert tried
    assert (tried.outcome, tried.asks) == (outcome, asks)
    assert tried.card["remedy"]["amount"] == "3000"
    assert tried.card["deadlines"][0]["date"] == "2029-10-01"


def test_a_half_written_case_is_shown_as_far_as_it_goes(library: Library) -> None:
    assert editing.draft_case({"id": "new", "title": "新的"}) is None
    case = editing.draft_case(
        {"id": "new", "title": "新的", "office": "market_regulation", "outcomes": [{"answer": "可以退。"}]}
    )
    assert case
    tried = editing.try_case(case, {}, library, ON)
    assert tried
    assert tried.card["answer"] == "可以退。"
    blank = editing.draft_case({"id": "new", "outcomes": [{}], "office": "nowhere"})
    assert blank
    assert editing.try_case(blank, {}, library, ON) is None


@pytest.mark.parametrize(
    "garbage",
    [{"outcomes": 3}, {"outcomes": [3]}, {"outcomes": [{}], "facts": [1]}, {"outcomes": [{"basis": None}]}],
)
def test_garbage_makes_no_case_and_no_fault(garbage: dict[str, Any]) -> None:
    assert editing.draft_case(garbage) is None


def test_articles_are_found_by_number_and_by_words_with_their_edition(library: Library) -> None:
    by_number = editing.article_hits(library, "民法典 145", ON)
    assert (by_number[0]["law"], by_number[0]["article"], by_number[0]["effective"]) == (
        "civil-code",
        "145",
        "2021-01-01",
    )
    assert by_number[0]["gist"]
    assert [hit["article"] for hit in editing.article_hits(library, "双倍 定金", ON)] == ["587"]
    assert editing.article_hits(library, "民法典 9999", ON) == []
    assert editing.article_hits(library, "没有这样的话", ON) == []


def test_a_new_case_is_named_after_how_its_title_sounds() -> None:
    assert editing.slug("健身卡退费", set()) == "jian-shen-ka-tui-fei"
    assert editing.slug("健身卡退费", {"jian-shen-ka-tui-fei"}) == "jian-shen-ka-tui-fei-2"
    assert editing.slug("12315怎么打", set()).startswith("case-12315")
