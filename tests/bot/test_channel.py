"""The channel: one turn in, messages out; commands only from their own fields; each message once."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import TurnRefused


def test_buttons_become_choices(bot):
    reply = bot.say("c_b", "你好")["replies"][0]
    assert reply == {
        "kind": "text",
        "text": "您好",
        "choices": [{"label": "第一个", "value": "case:one"}, {"label": "转人工", "value": "do:person"}],
    }


def test_a_message_of_ours_passes_and_the_decision_is_lifted_out(bot):
    data = bot.say("c_m", "超市买到过期牛奶怎么赔")
    assert data["replies"] == [
        {"kind": "card", "text": "答复", "choices": [], "card": {"topic": "food_safety"}}
    ]
    assert data["decision"]["decision"] == "answer"
    assert "decision" not in str(data["replies"])


@pytest.mark.parametrize("value", ["case:one", '{"a": 1}', "/restart", "一 二\"三'"])
def test_a_tapped_choice_arrives_as_it_was_given(bot, value):
    assert bot.texts("c_c", "标题", choice=value) == [f"选了 {value}"]
    assert bot.run(bot.store.retrieve("c_c")).latest_message.intent["name"] == "choose"


def test_a_photo_arrives_as_an_event(bot):
    assert bot.texts("c_e", event={"type": "evidence", "id": "e_1", "name": "小票.jpg"}) == ["收到 小票.jpg"]


def test_the_same_message_is_answered_once(bot):
    first = bot.say("c_once", "是的", message_id="same")
    assert bot.say("c_once", "是的", message_id="same") == first
    bot.channel._recent.clear()  # as after a restart
    assert bot.say("c_once", "是的", message_id="same") == first
    assert bot.slots("c_once")["turns"] == 1


def test_the_same_message_twice_at_once_is_answered_once(bot):
    async def twice():
        return await asyncio.gather(*(bot.turn("c_twice", "是的", message_id="same") for _ in range(2)))

    one, other = bot.run(twice())
    assert one == other
    assert bot.slots("c_twice")["turns"] == 1


def test_an_action_cannot_change_the_conversation_behind_our_back(bot):
    bot.say("c_own", "超市买到过期牛奶怎么赔")
    assert bot.say("c_own", "谢谢")["replies"] == []
    assert bot.slots("c_own")["facts"] == {"topic": "food_safety"}


def test_the_form_is_filled(bot):
    assert bot.texts("c_f", "我要投诉商家") == ["怎么称呼您"]
    assert bot.texts("c_f", "张三") == ["电话多少"]
    assert bot.texts("c_f", "１３８００１３８０００") == ["已提交 张三 13800138000"]


@pytest.mark.parametrize(
    "change",
    [
        {"conversation": ""},
        {"conversation": None},
        {"conversation": "a b"},
        {"message_id": 7},
        {"text": ["x"]},
        {"choice": {"a": 1}},
        {"event": {"type": "restart"}},
        {"event": "evidence"},
        {"conversation": "x" * 200},
    ],
    ids=str,
)
def test_what_is_no_turn_is_refused(bot, change):
    with pytest.raises(TurnRefused):
        bot.say("c_r", "你好", **change)


def test_topics_and_doors_are_ranked(bot):
    parsed = bot.parse("娃偷偷给游戏充钱能退吗")
    assert parsed["intent"]["name"] == "ask"
    assert parsed["topic_ranking"][0]["name"] == "minors_consumption", (
        "learnt from the library's ask lines alone"
    )
    assert abs(sum(item["confidence"] for item in parsed["topic_ranking"]) - 1) < 0.01
    other = bot.parse("公司拖欠工资不给加班费")
    assert other["intent"]["name"] == "refer"
    assert other["referral_ranking"][0]["name"] == "labour"


def test_whose_matter_a_message_is_adds_up_over_its_topics_and_doors(bot):
    for text, act in (("娃偷偷给游戏充钱能退吗", "ask"), ("公司拖欠工资不给加班费", "refer")):
        shares = {row["name"]: row["confidence"] for row in bot.parse(text)["matter_ranking"]}
        assert max(shares, key=shares.__getitem__) == act
        assert abs(sum(shares.values()) - 1) < 0.01


def test_a_long_letter_is_read(bot):
    letter = (
        "我在你们这里的健身房办了年卡。" * 6 + "后来健身房跑路了，卡里还有三千怎么办，老板电话也打不通。" * 30
    )
    assert len(letter) > 800
    parsed = bot.parse(letter[:1500])
    assert parsed["intent"]["name"] == "ask"
    assert parsed["topic_ranking"][0]["name"] == "prepaid_card"
