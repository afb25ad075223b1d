"""What the hit test shows is what the conversation would do, with its reason."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge import hits
from knowledge.hits import Reason, Verdict
from knowledge.library import Library, open_library
from knowledge.publishing import build
from knowledge.search import Decision
from tests.knowledge.folders import write_folder

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Library:
    home = tmp_path_factory.mktemp("hits")
    build(write_folder(home), home / "library.db", vectors=None, examples=None)
    return open_library(home / "library.db", vectors=None)


def test_the_look_is_the_search_of_the_conversation_itself(small: Library) -> None:
    text = "孩子今年7岁，偷偷用我手机给游戏充了三千多能退吗"
    look = hits.look(small, text, today=TODAY)
    plain = small.search(text, limit=hits.SHOWN)
    assert look.ranking == plain
    assert [row.hit for row in look.rows] == list(plain.hits)
    assert look.rows[0].hit.case_id == "minor-game-topup"
    assert set(look.rows[0].hit.parts) == {"bm25", "ngram", "vector", "topic", "learned"}


def test_the_facts_a_text_tells_are_shown_with_what_would_be_asked_next(small: Library) -> None:
    row = hits.look(small, "孩子今年7岁，偷偷给游戏充了三千", today=TODAY).rows[0]
    assert ("孩子充值时几周岁？", "7岁") in row.facts
    assert row.asks == ""
    assert row.strength == "strong"
    assert hits.look(small, "孩子偷偷给游戏充了钱", today=TODAY).rows[0].asks == "孩子充值时几周岁？"


def test_every_decision_comes_with_its_reason_and_the_bars_it_was_measured_by(small: Library) -> None:
    sure = hits.look(small, "孩子偷偷用我手机给游戏充了三千多能退吗", today=TODAY)
    assert sure.ranking.decision is Decision.ANSWER
    assert sure.reason is Reason.SURE
    assert sure.ranking.confidence >= sure.ranking.answer_from >= sure.ranking.choose_from
    far = hits.look(small, "qwertyuiop", today=TODAY)
    if far.ranking.decision is Decision.NONE:
        assert far.reason in (Reason.FAR, Reason.NOTHING)
        assert far.ranking.confidence < far.ranking.choose_from
    assert hits.look(small, "   ", today=TODAY).reason is Reason.NOTHING


def test_what_the_bot_believes_of_the_topic_moves_the_ranking(small: Library) -> None:
    def topic_part(prior: float) -> float:
        given = {"minors_consumption": prior, "deposit_earnest": 1 - prior}
        look = hits.look(small, "交了钱商家不给退", today=TODAY, topics=given)
        return next(row.hit.parts["topic"] for row in look.rows if row.hit.case_id == "minor-game-topup")

    assert topic_part(1.0) > topic_part(0.0)


@pytest.mark.parametrize(
    ("expected", "decision", "found", "verdict"),
    [
        ("a", "answer", ["a", "b"], Verdict.HIT),
        ("a", "answer", ["b", "a"], Verdict.WRONG),
        ("a", "choose", ["b", "c", "a"], Verdict.AMONG),
        ("a", "choose", ["b", "c", "d", "a"], Verdict.WRONG),
        ("a", "none", ["a"], Verdict.MISSED),
        ("", "none", ["a"], Verdict.HIT),
        ("", "answer", ["a"], Verdict.WRONG),
        ("", "choose", ["a"], Verdict.WRONG),
        ("a", "answer", [], Verdict.MISSED),
    ],
)
def test_a_question_is_judged_by_what_its_writer_would_have_seen(expected, decision, found, verdict) -> None:
    assert hits.verdict(expected, decision, found) is verdict
