"""Who asks for a person in the middle of a story is heard, who only tells of people is not taken for one."""

from __future__ import annotations

import pytest

from desk.person_wishes import person_demanded


@pytest.mark.parametrize(
    "text",
    [
        "我今年七十一岁了，听讲座买了两万块的保健品，商家不退，你们别踢皮球，给我转人工！",
        "气死我了，马上给我找个人！",
        "转人工，我的快递丢了",
        "别再机器人了，我要真人！",
        "我要投诉。请给我接人工客服",
    ],
)
def test_a_story_that_demands_a_person_is_heard_at_once(text: str) -> None:
    assert person_demanded(text)


@pytest.mark.parametrize(
    "text",
    [
        "客服说转人工，结果没人理我",
        "快递丢了，要找客服吗",
        "我要退款，不要转人工",
        "商家让我找人工客服，人工一直排队",
        "打12315，转人工要按几",
        "商家说没有人工，怎么投诉",
        "我找了工作人员，他们不管",
        "先不要转人工，我就问问",
        "装修的人工费太贵，能不能少给",
        "转人工",
    ],
)
def test_a_story_that_only_mentions_people_is_left_to_the_assistant(text: str) -> None:
    assert not person_demanded(text)
