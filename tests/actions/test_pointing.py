"""A message taken for another door's still shows the case it may have been about; small talk does not."""

from __future__ import annotations

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions import refer, smalltalk, sources
from actions.consultation import Consultation
from actions.hearing import Heard
from actions.matter import Matter
from knowledge.library import open_library
from knowledge.search import Decision

OURS = "超市买的牛奶过期三天了，喝完拉肚子，能赔十倍吗"
LABOUR = "公司拖欠我三个月工资，没签劳动合同，可以申请劳动仲裁吗"
TALK = "新买的电动车颜色真好看，骑着去买菜"


@pytest.fixture
def say(trained, monkeypatch) -> CollectingDispatcher:
    library = open_library(trained / "library.db")
    monkeypatch.setattr(sources, "library", lambda: library)
    return CollectingDispatcher()


def heard(text: str, act: str, doors: dict[str, float] | None = None, ours: float = 0.3) -> Heard:
    return Heard(text, act, 0.9, matters={act: 1 - ours, "ask": ours}, doors=doors or {})


def pointed(say: CollectingDispatcher) -> list[str]:
    return [
        button["payload"]
        for message in say.messages
        if message.get("response") == "utter_perhaps_ours"
        for button in message["buttons"]
    ]


def decided(say: CollectingDispatcher) -> dict:
    return next(m["custom"]["decision"] for m in say.messages if "decision" in (m.get("custom") or {}))


def test_a_consumer_taken_for_another_goes_on_with_one_tap(say):
    after = refer.refers(Consultation(say, heard(OURS, "refer"), Matter()))
    assert decided(say)["decision"] == "refer"
    assert decided(say)["cases"][0]["topic"] == "food_safety"
    assert pointed(say)[0] == f"case:{decided(say)['cases'][0]['id']}"
    tapped = Consultation(say, Heard("", "choose", 1.0), after).picks(decided(say)["cases"][0]["id"])
    assert tapped.case_id == decided(say)["cases"][0]["id"]
    assert tapped.told == (OURS,)


def test_somebody_whose_matter_is_not_ours_is_shown_nothing_of_ours(say):
    assert (
        refer.refers(Consultation(say, heard(LABOUR, "refer", {"labour": 0.9}, ours=0.02), Matter()))
        == Matter()
    )
    assert pointed(say) == []


def test_small_talk_stays_small_talk(say):
    assert smalltalk.chats(Consultation(say, heard(TALK, "chitchat"), Matter())) == Matter()
    assert pointed(say) == []


def test_in_the_middle_of_a_talk_nothing_else_is_pointed_to(say):
    busy = Matter().asks("fact", fact="bought_on")
    assert refer.refers(Consultation(say, heard(OURS, "refer"), busy)) == busy
    assert pointed(say) == []


def test_a_case_merely_pointed_to_makes_the_next_message_no_surer(say):
    after = refer.refers(Consultation(say, heard(OURS, "refer"), Matter()))
    assert (after.asking or {})["kind"] == "perhaps"
    assert Consultation(
        say, Heard(LABOUR, "ask", 0.5, matters={"ask": 0.5, "refer": 0.5}), after
    ).is_doubtful()


def test_what_is_surely_a_consumers_is_offered_even_weak_finds(say):
    vague = "那家店的东西弄得我一身都是，真是服了他们"
    ranking = sources.library().search(vague)
    assert ranking.decision is Decision.NONE, "or the test needs another sentence"
    sure = Consultation(
        say, Heard(vague, "ask", 0.9, matters={"ask": 0.99, "refer": 0.01}), Matter()
    ).searches()
    assert (sure.asking or {})["kind"] == "choose"
    unsure = Consultation(
        say, Heard(vague, "ask", 0.9, matters={"ask": 0.6, "refer": 0.4}), Matter()
    ).searches()
    assert (unsure.asking or {})["kind"] == "clarify"


def test_a_consumer_whose_words_sound_like_another_doors_is_answered(say):
    assert Consultation(say, heard(OURS, "refer", ours=0.95), Matter()).is_ours_after_all()
    assert not Consultation(say, heard(OURS, "refer", ours=0.3), Matter()).is_ours_after_all()
    assert not Consultation(say, heard(LABOUR, "refer", ours=0.02), Matter()).is_ours_after_all()
