"""A message that could be a buyer's or a seller's: asked about, kept, and answered for whoever it is."""

from __future__ import annotations

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions import sides, sources
from actions.consultation import Consultation
from actions.hearing import Heard
from actions.matter import Matter
from knowledge.library import open_library

STORY = "顾客买了我店里的过期饼干要十倍赔偿"
BOUGHT = "在超市买到过期饼干能赔十倍吗"


@pytest.fixture
def say(trained, monkeypatch) -> CollectingDispatcher:
    library = open_library(trained / "library.db")
    monkeypatch.setattr(sources, "library", lambda: library)
    return CollectingDispatcher()


def spoken(say: CollectingDispatcher) -> list[str]:
    return [message.get("response") or "" for message in say.messages]


def asked(say: CollectingDispatcher, story: str) -> Matter:
    return Consultation(say, Heard(story, "ask", 0.4), Matter()).asks_side()


def test_both_sides_are_offered_and_the_story_is_kept(say):
    matter = asked(say, STORY)
    assert matter.asking == {"kind": "side", "story": STORY}
    buttons = next(message["buttons"] for message in say.messages if message.get("buttons"))
    assert [button["title"] for button in buttons] == [sides.BUYER, sides.SELLER]


def test_a_seller_hears_what_the_law_asks_of_sellers(say):
    replied = Consultation(say, Heard(sides.SELLER, "inform", 0.9), asked(say, STORY)).reply_to_pending()
    assert replied is not None
    assert (replied.asking, replied.case_id) == (None, None)
    assert {"utter_merchant_side", "utter_merchant_general"} & set(spoken(say))


def test_a_buyer_is_answered_from_the_story_told_before(say):
    replied = Consultation(say, Heard("我是消费者", "inform", 0.9), asked(say, BOUGHT)).reply_to_pending()
    assert replied is not None
    assert replied.case_id or (replied.asking or {})["kind"] == "choose"
    assert BOUGHT in replied.told


def test_another_matter_is_no_answer_to_the_question(say):
    words = Heard("快递把我的包裹弄丢了怎么赔", "ask", 0.95)
    assert Consultation(say, words, asked(say, STORY)).reply_to_pending() is None
